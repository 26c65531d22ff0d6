/** Both sides: the folders, and the tenant's list, which is on its way while the disk is read. */

import { setImmediate } from 'node:timers/promises';
import { hasSameContent } from '../core/classify.js';
import { FindingsError } from '../core/errors.js';
import type { UnreadFolder } from '../core/half-built.js';
import { kindOf } from '../core/kind.js';
import { isOwned } from '../core/marker.js';
import type { ActualState, DesiredState, Finding } from '../core/model.js';
import { finding } from '../core/rules/catalogue.js';
import { applySeverities, checkExtension, checkSkipped } from '../core/rules.js';
import type { SeenChange } from '../core/seen.js';
import type { Io } from '../run/io.js';
import type { Place, Run } from '../run/run.js';
import { assertUsed, type Selector } from '../run/selection.js';
import type { Settings } from '../run/settings.js';
import { unmatchedMessage } from '../source/discover/discover.js';
import type { ListFolder } from '../source/discover/expand-folders.js';
import type { SourceFiles } from '../source/git/state.js';
import type { RuledReading } from '../source/read/read.js';
import { readActual } from '../tenant/actual.js';
import { readDeclared } from './declared-origins.js';
import { readCheckout, readOnceForAll } from './shared-reading.js';
import { leaveOutThemes, listThemes } from './themes.js';

/** What the tenant holds, as far as these folders need to know: its list, and that of themes if there are any. */
export type ListFor = (folders: Pick<Folders, 'desired'>) => Promise<ActualState>;

/**
 * The list is requested when no other run writes, and given up if the folders cannot be read.
 *
 * @param read may wait for the list
 * @param reviewed the changes of the plan that is applied
 * @throws TenantError, and what the reading throws
 */
export async function observe(
  run: Run,
  read: (listFor: ListFor) => Promise<Folders>,
  reviewed?: readonly SeenChange[],
): Promise<{ readonly folders: Folders; readonly listed: ActualState }> {
  const { tenant, io, begun } = run;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, io.interrupted]);
  const listing = begun.then(() => readActual(tenant.extensions, { signal }));
  listing.catch(() => undefined);
  let whole: Promise<ActualState> | undefined;
  const listFor: ListFor = ({ desired }) => {
    whole ??= listing.then((actual) =>
      listThemes(run, actual, { names: namesOf(desired), reviewed, signal }),
    );
    return whole;
  };
  try {
    // The request is sent before the disk is read: one round of the event loop makes it, and undici looks at an idle
    // connection for another before it uses it.
    await setImmediate();
    await setImmediate();
    const folders = await read(listFor);
    return { folders, listed: await listFor(folders) };
  } catch (error) {
    giveUp.abort();
    throw error;
  }
}

/**
 * No folder here and nothing owned there is a mistake in the config rather than a success.
 *
 * @throws UserError, FindingsError
 */
export function assertSomethingToDo(folders: Folders, { extensions }: ActualState, settings: Settings): void {
  const ownsAny = extensions.some((record) => isOwned(record, settings.config.project));
  if (!ownsAny) assertFound(folders, settings);
}

/** The desired state as commands need it: read, selected, checked by the rules. */
export interface Folders {
  readonly desired: DesiredState;
  readonly findings: readonly Finding[];
  /** `complete`: every extension of the config is among the desired, so whatever is missing there is not desired. */
  readonly coverage: 'complete' | 'partial';
  /** Extensions found, whatever the selection. */
  readonly found: number;
  /** The config's patterns that match no folder, whatever their rule's severity. */
  readonly unmatched: readonly string[];
  /** What must not differ from a commit for it to say what is uploaded. */
  readonly sources: readonly SourceFiles[];
}

/** @throws UserError for a selection that matches nothing; the reason of `signal` */
export async function readFolders(
  selector: Selector | undefined,
  settings: Settings,
  io: Pick<Io, 'env' | 'interrupted'>,
  list?: ListFolder,
): Promise<Folders> {
  const { config } = settings;
  const reading = await readOnceForAll(selector, settings, io, list);
  assertUsed(selector, namesOf(reading.state));
  const state = config.themes === 'never' ? leaveOutThemes(reading.state) : reading.state;
  const { desired, checked } = await checkAll({ settings, io }, state, reading);
  return {
    desired,
    findings: [
      ...applySeverities(reading.findings.filter(isDeployed(state, config.themes)), config.rules),
      ...state.skipped.flatMap((folder) => checkSkipped(folder, config.rules)),
      ...checked,
    ],
    coverage: selector === undefined ? 'complete' : 'partial',
    found: state.extensions.length + state.notSelected.length,
    unmatched: reading.unmatched,
    sources: reading.sources,
  };
}

/** Every name that the folders have. */
export function namesOf({ extensions, skipped, notSelected }: DesiredState): readonly string[] {
  return [...[...extensions, ...skipped].map(({ name }) => name), ...notSelected];
}

/** A problem with a theme that is skipped stops nobody, even if its folder cannot be read. */
function isDeployed(
  { skipped }: DesiredState,
  themes: Settings['config']['themes'],
): (finding: Finding) => boolean {
  const names = new Set(skipped.map(({ name }) => name));
  return ({ extension = '' }) =>
    kindOf(extension) !== 'theme' || (themes !== 'never' && !names.has(extension));
}

interface Checked {
  readonly desired: DesiredState;
  readonly checked: readonly Finding[];
}

const missing: ReadonlySet<string> = new Set(['missing-module', 'missing-entry']);

/** A missing script may be one that the checkout leaves out: then, and only then, git is asked. */
async function checkAll(
  place: Parameters<typeof lookAtCheckout>[0],
  desired: DesiredState,
  { sources, ruled }: Pick<RuledReading, 'sources' | 'ruled'>,
): Promise<Checked> {
  const { config } = place.settings;
  const { rules } = config;
  const declared = await readDeclared(config);
  const check = (state: DesiredState): readonly Finding[] => [
    ...state.extensions.flatMap((extension) =>
      checkExtension(extension, rules, declared.of(extension.name), ruled.get(extension)),
    ),
    ...applySeverities(declared.check(state), rules),
  ];
  const checked = check(desired);
  if (!checked.some(({ rule }) => missing.has(rule))) return { desired, checked };
  // If git gives no answer, the step before a write says so.
  const looked = await lookAtCheckout(place, { desired, sources }).catch(() => desired);
  return looked === desired ? { desired, checked } : { desired: looked, checked: check(looked) };
}

/** @throws FindingsError */
export function assertNoErrors(findings: readonly Finding[]): void {
  if (!findings.some(({ severity }) => severity === 'error')) return;
  throw new FindingsError(findings, {
    hint: 'qlik-sync validate checks only the folders, and shows all that was found.',
  });
}

/** A folder that is named and missing is a mistake, unless the project is meant to be empty. */
export function permitMissing(folders: Folders): Folders {
  const findings = folders.findings.map((each) =>
    each.rule === 'folder-missing' ? { ...each, severity: 'warning' as const } : each,
  );
  return { ...folders, findings };
}

/** Extensions with errors count as not selected: they are neither written nor deleted. */
export function leaveOutBroken(folders: Folders): Folders {
  const errors = folders.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return folders;
  const broken = new Set(errors.map(({ extension }) => extension));
  const { extensions, notSelected } = folders.desired;
  const names = extensions.map(({ name }) => name).filter((name) => broken.has(name));
  const desired = {
    ...folders.desired,
    extensions: extensions.filter(({ name }) => !broken.has(name)),
    notSelected: [...new Set([...notSelected, ...names])].sort(),
  };
  return { ...folders, desired, coverage: 'partial' };
}

/** A run that finds no folder is a mistake in the config, not a success. @throws FindingsError */
export function assertFound(folders: Folders, settings: Settings): void {
  const nothing = findNothing(folders, settings);
  if (nothing === undefined) return;
  assertNoErrors(folders.findings);
  throw new FindingsError(nothing.others, nothing.finding);
}

interface NothingFound {
  readonly finding: Finding;
  /** All other findings, except those on patterns that match no folder, which the returned one names. */
  readonly others: readonly Finding[];
}

/** The finding that no folder was found. */
export function findNothing(
  { found, desired, findings, unmatched }: Folders,
  { config }: Settings,
): NothingFound | undefined {
  if (found > 0 || desired.skipped.length > 0) return undefined;
  const searched = config.extensions.filter((pattern) => !pattern.startsWith('!'));
  const messages = unmatched.map(unmatchedMessage);
  const repeated = findings.filter(({ message }) => messages.includes(message));
  return {
    finding: finding('no-match', {
      severity: 'error',
      message: `No extension was found in ${searched.join(', ')}.`,
      hint:
        repeated[0]?.hint ??
        'Each folder needs one .qext file; the patterns in "extensions" are relative to the folder of the config.',
    }),
    others: findings.filter((each) => !repeated.includes(each)),
  };
}

/**
 * Adds what a partial checkout leaves out: what git has and the disk lacks is neither gone nor meant to go. git is asked
 * only if something would be uploaded, or if an orphan matters.
 *
 * @throws UserError if git gives no answer, and the checkout may be partial
 */
export async function addLeftOut(
  place: Place,
  folders: Pick<Folders, 'desired' | 'sources'>,
  actual: ActualState,
  orphans: 'matter' | 'are-kept',
): Promise<DesiredState> {
  const { desired } = folders;
  const { project } = place.settings.config;
  const isNeeded =
    hasUploads(desired, actual) || (orphans === 'matter' && hasOrphans(desired, actual, project));
  return isNeeded ? lookAtCheckout(place, folders) : desired;
}

/** The same, whatever is uploaded. @throws UserError if git gives no answer, and the checkout may be partial */
export async function lookAtCheckout(
  { settings, io }: Pick<Place, 'settings'> & { readonly io: Pick<Io, 'env'> },
  { desired, sources }: Pick<Folders, 'desired' | 'sources'>,
): Promise<DesiredState> {
  const { unread, lacking } = await readCheckout(settings, io, sources);
  return {
    ...desired,
    extensions: desired.extensions.map((extension) => {
      const paths = lacking.get(extension.folder);
      return paths === undefined ? extension : { ...extension, lacking: paths };
    }),
    ...(unread.length > 0 && { unread: [...unread, ...findOthers(desired, unread)] }),
  };
}

/** Without the folders that git reports, since it says why they are empty. */
function findOthers(
  { unread = [] }: DesiredState,
  leftOut: readonly UnreadFolder[],
): readonly UnreadFolder[] {
  return unread.filter((each) => !leftOut.some(({ displayFolder }) => displayFolder === each.displayFolder));
}

function hasUploads({ extensions }: DesiredState, actual: ActualState): boolean {
  const records = new Map(actual.extensions.map((record) => [record.name, record]));
  return extensions.some((extension) => {
    const record = records.get(extension.name);
    return record === undefined || !hasSameContent(extension, record);
  });
}

function hasOrphans(desired: DesiredState, actual: ActualState, project: string): boolean {
  const known = new Set([...desired.extensions.map(({ name }) => name), ...desired.notSelected]);
  return actual.extensions.some((record) => isOwned(record, project) && !known.has(record.name ?? ''));
}
