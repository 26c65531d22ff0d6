/** The plan of commands that read folders: what would make the tenant match them. */

import type { DesiredExtension, DesiredState, Finding, Plan, Policy } from '../core/model.js';
import { plan } from '../core/plan.js';
import { checkLineEndings } from '../core/rules/line-endings.js';
import { checkArchive, type RuleSettings } from '../core/rules.js';
import { type Adopting, resolveContent } from '../reconcile/resolve.js';
import type { PlanReport } from '../report/plan.js';
import { type Origin, readSourceState } from '../run/facts.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';
import type { Selector } from '../run/selection.js';
import { concurrencyOf } from '../run/settings.js';
import type { ListFolder } from '../source/discover/expand-folders.js';
import { archivesOf } from './archives.js';
import {
  addLeftOut,
  assertNoErrors,
  assertSomethingToDo,
  type Folders,
  type ListFor,
  leaveOutBroken,
  observe,
  permitMissing,
  readFolders,
} from './observe.js';
import { addBackupForecast, makePlan, type PlannedRun, type Sides, type Wanted } from './planned.js';
import { findUnusedProtection, pickApprovals, policyOf } from './policy.js';
import { packerOf } from './shared-reading.js';
import { findUnlisted } from './themes.js';
import { finishReplaces, leaveUnfinished, readFromFolders } from './unfinished.js';

export interface PlanWanted extends Wanted {
  readonly command: 'plan' | 'apply' | 'adopt';
  /** Absent: everything. */
  readonly selector: Selector | undefined;
  /** `--changed-since`: only what differs from this commit, and what the tenant lacks. */
  readonly changedSince?: string | undefined;
  /** Present: what the tenant holds is taken over, and nothing else is done. */
  readonly adopting?: Adopting;
  /**
   * What to do about errors in folders and archives, or if there are no folders at all: no plan, or one without those
   * extensions (and without deletes).
   */
  readonly broken: 'refuse' | 'leave-out';
  /** Whether interrupted replaces are finished; `leave` if one may be under way in this process. */
  readonly halfReplaces: 'finish' | 'leave';
  /** Whether content that differs is also compared without its line endings, for which the folder is read again. */
  readonly endings: 'compared' | 'not-compared';
  /** How folders are listed to find extensions; absent: anew. */
  readonly list?: ListFolder | undefined;
  /** Called with the extensions that may be planned, while the tenant's list is on its way. */
  readonly onRead?: (extensions: readonly DesiredExtension[]) => void;
  /** Whether the report states the commit of the folders. */
  readonly origin: Origin;
}

/** For a plan that people read, as opposed to the many that `watch` makes. */
export const interactive = {
  broken: 'refuse',
  halfReplaces: 'finish',
  endings: 'compared',
  forecasts: 'with-backups',
  origin: 'in-documents',
} as const satisfies Partial<PlanWanted>;

/** Reads only. @throws FindingsError if the rules found errors, TenantError, RefusedError, UserError */
export async function planFolders(run: Run, wanted: PlanWanted): Promise<PlannedRun> {
  const { broken, halfReplaces, approvals } = wanted;
  const { folders: read, listed } = await observe(
    run,
    async (listFor) => {
      // What earlier runs left is read while the tenant answers; an error in it is thrown where it is used.
      if (halfReplaces === 'finish') run.past.survey().catch(() => undefined);
      const usable = await readUsable(run, wanted, listFor);
      wanted.onRead?.(usable.desired.extensions);
      return usable;
    },
    wanted.reviewed,
  );
  if (broken === 'refuse' && approvals.allowEmpty !== true) assertSomethingToDo(read, listed, run.settings);
  const { folders, unfinished, packWith } =
    halfReplaces === 'leave'
      ? leaveUnfinished(read)
      : await finishReplaces(run, read, listed, readFromFolders(run), wanted.reviewed);
  const known = await sidesOf(run, wanted, folders, listed);
  const orphans = known.policy.prune ? 'matter' : 'are-kept';
  const desired = await addLeftOut(run, folders, known.actual, orphans);
  const sides = { ...known, desired };
  const planned = await makePlan(run, wanted, { ...sides, packWith }, (decided) =>
    plan({ ...decided, desired, unfinished }),
  );
  const described = await describe(run, wanted, folders, addBackupForecast(planned));
  return broken === 'refuse' ? checkArchives(run, described) : described;
}

async function readUsable(
  run: Run,
  { selector, approvals, broken, changedSince, list }: PlanWanted,
  listFor: ListFor,
): Promise<Folders> {
  const selected = await readFolders(selector, run.settings, run.io, list);
  const changed =
    changedSince === undefined
      ? selected
      : await (await import('./changed-since.js')).selectChanged(selected, listFor, changedSince, run);
  const folders = approvals.allowEmpty === true ? permitMissing(changed) : changed;
  if (broken === 'leave-out') return leaveOutBroken(folders);
  assertNoErrors(folders.findings);
  return folders;
}

/** If no marker tells what the tenant holds, its archive is read. */
async function sidesOf(
  run: Run,
  { approvals, reviewed, endings, adopting }: PlanWanted,
  { desired, coverage, findings }: Folders,
  listed: Sides['actual'],
): Promise<Omit<Sides, 'packWith'>> {
  const { config } = run.settings;
  const archives = archivesOf(run);
  const actual = await resolveContent(desired, listed, config.project, archives.read, {
    ...{ pack: packerOf(run.settings), concurrency: concurrencyOf(run.settings), reviewed, endings },
    ...(adopting && { adopting }),
  });
  const policy = policyOf(config, approvals, { desired, coverage });
  return {
    ...{ desired, actual, archives },
    policy: adopting === undefined ? policy : adoptAll(policy, desired),
    findings: (decided) => [
      ...findings,
      ...findUnusedProtection(config, decided),
      ...findUnlisted(listed, desired, config),
      ...checkLineEndings(decided.changes, config.lineEndings, config.rules),
    ],
  };
}

/** Every extension of the selection, but only with the content that it has. */
function adoptAll(policy: Policy, { extensions }: DesiredState): Policy {
  return { ...policy, adopt: new Set(extensions.map(({ name }) => name)), adoption: 'same-content' };
}

async function describe(
  run: Run,
  { approvals, origin }: PlanWanted,
  { found, unmatched, findings, coverage, desired, sources }: Folders,
  planned: PlannedRun,
): Promise<PlannedRun> {
  const names = desired.extensions.map(({ name }) => name);
  return {
    ...planned,
    sources,
    rails: { ...planned.rails, found, unmatched },
    broken: findings.filter(({ severity }) => severity === 'error'),
    about: {
      ...planned.about,
      source: await readSourceState(origin, run, sources),
      leftOut: desired.extensions
        .filter(({ leftOut }) => leftOut.length > 0)
        .map(({ name, leftOut }) => ({ extension: name, files: leftOut })),
      request: requestOf(coverage === 'partial' ? names : undefined, approvals),
    },
  };
}

/** What makes the same plan again. What is adopted by its own command is not planned by another. */
function requestOf(
  selected: readonly string[] | undefined,
  approvals: Approvals,
): NonNullable<PlanReport['request']> {
  return { ...(selected && { selected: [...selected].sort() }), approvals: pickApprovals(approvals) };
}

/** Adds what only the packed archives of its uploads show. @throws FindingsError */
async function checkArchives({ settings }: Run, planned: PlannedRun): Promise<PlannedRun> {
  const { plan, desired, about } = planned;
  const packed = await checkArchiveSizes(uploadsOf(plan, desired), settings.config.rules);
  const findings = [...about.findings, ...packed];
  assertNoErrors(findings);
  return { ...planned, about: { ...about, findings } };
}

function uploadsOf({ changes }: Plan, { extensions }: DesiredState): readonly DesiredExtension[] {
  const uploads = new Set(
    changes.filter(({ write }) => write?.carries === 'file-and-data').map(({ name }) => name),
  );
  return extensions.filter(({ name, folder }) => folder !== '' && uploads.has(name));
}

/** Deflate makes nothing larger by more than 0.1 %, and a zip's own records are a few hundred bytes a file. */
const couldBeTooLarge = 28_000_000;

/** The size of an archive is known only once it is packed; only extensions that could come near the limit are. */
export async function checkArchiveSizes(
  extensions: readonly DesiredExtension[],
  rules: RuleSettings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const extension of extensions.filter(({ bytes }) => bytes > couldBeTooLarge)) {
    const { pack } = await import('../source/archive/pack.js');
    const { bytes } = await pack(extension);
    findings.push(...checkArchive(extension, bytes.length, rules));
  }
  return findings;
}
