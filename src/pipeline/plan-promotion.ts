/** The plan of a promotion: the archives that one environment holds, put on another. Reads only. */

import { workOf } from '../core/change.js';
import { TenantError, UserError } from '../core/errors.js';
import type { ActualState, Blocked, DesiredExtension, Plan } from '../core/model.js';
import { byName } from '../core/order.js';
import { plan } from '../core/plan.js';
import { shellOption } from '../core/shell-word.js';
import {
  findOwned,
  findUnowned,
  type NamedRecord,
  type OwnedArchive,
  type OwnedArchiveOptions,
  readOwned,
} from '../reconcile/owned.js';
import { connect } from '../run/connect.js';
import type { Approvals } from '../run/flags.js';
import { createNotices } from '../run/on-tenant.js';
import { createPast } from '../run/past.js';
import type { Place, Run } from '../run/run.js';
import { assertUsed, createSelector, type Selector } from '../run/selection.js';
import { createArchivePacker, type StoredArchive } from '../source/archive/archived.js';
import { addThemes, readActual } from '../tenant/actual.js';
import { archivesOf } from './archives.js';
import type { Folders } from './observe.js';
import { addBackupForecast, blockChanges, makePlan, type PlannedRun } from './planned.js';
import { findUnusedProtection, policyOf } from './policy.js';
import { listThemesToo } from './themes.js';
import { finishReplaces, type ReadUnselected } from './unfinished.js';

/** @throws TenantError, RefusedError, UserError */
export async function planPromotion(
  run: Run,
  source: SourceEnvironment,
  approvals: Approvals,
): Promise<PlannedRun> {
  const { config } = run.settings;
  const signal = run.io.interrupted;
  const listed = await readActual(run.tenant.extensions, { signal });
  const actual = source.lists > 1 ? await addThemes(listed, run.tenant.themes, 'thrown', { signal }) : listed;
  const replaces = await finishReplaces(run, foldersOf(source), actual, source.readUnselected);
  const { folders, unfinished, packWith } = replaces;
  const { desired } = folders;
  const sides = {
    ...{ desired, actual, archives: archivesOf(run) },
    packWith: () => packWith(createArchivePacker(source.archives)),
    policy: { ...policyOf(config, approvals, folders), sources: [source.environment] },
    findings: (decided: Plan) => [...folders.findings, ...findUnusedProtection(config, decided)],
  };
  const wanted = { command: 'promote', approvals, forecasts: 'with-backups' } as const;
  const planned = await makePlan(run, wanted, sides, (known) => plan({ ...known, desired, unfinished }));
  const explained = { ...planned, plan: explainKept(planned.plan, source.blocks) };
  const blocks = findBlocks(explained.plan, source.blocks);
  const blocked = addBackupForecast(blockChanges(explained, blocks, run.tenant.identity));
  const { environment, url } = source;
  return { ...blocked, about: { ...blocked.about, promotes: { environment, url } } };
}

/** What the source environment holds takes the place of folders. */
function foldersOf({ extensions, notSelected, coverage }: SourceEnvironment): Folders {
  return {
    desired: { extensions, skipped: [], notSelected },
    findings: [],
    coverage,
    found: extensions.length + notSelected.length,
    unmatched: [],
    sources: [],
  };
}

/** What stays on the tenant, even without `--prune`, must not look as if the source environment had given it up. */
function explainKept(plan: Plan, blocks: SourceEnvironment['blocks']): Plan {
  const changes = plan.changes.map((change) => {
    const blocked = change.state === 'orphan' && change.action === 'none' && blocks.get(change.name);
    return blocked ? { ...change, message: `kept: ${blocked.message}` } : change;
  });
  return { ...plan, changes };
}

/**
 * Only for changes that would be written: what is in sync stays, and a change that another rail stops has its own message.
 */
function findBlocks(plan: Plan, blocks: SourceEnvironment['blocks']): ReadonlyMap<string, Blocked> {
  const own = workOf(plan).flatMap(({ name }) => {
    const blocked = blocks.get(name);
    return blocked === undefined ? [] : [[name, blocked] as const];
  });
  return new Map(own);
}

/** The environment that is promoted from, with what it holds. */
export interface SourceEnvironment {
  readonly environment: string;
  readonly url: string;
  /** With a second one for themes; without it the other environment's themes are left alone. */
  readonly lists: number;
  /** Sorted by name. */
  readonly extensions: readonly DesiredExtension[];
  readonly archives: ReadonlyMap<string, StoredArchive>;
  /** By name: what must not be promoted, and why. */
  readonly blocks: ReadonlyMap<string, Blocked>;
  readonly notSelected: readonly string[];
  /** `partial` for every selection, even one that matches everything. */
  readonly coverage: Folders['coverage'];
  readonly readUnselected: ReadUnselected;
  /** Archives can be read until it is called. */
  readonly close: () => Promise<void>;
}

/** @throws TenantError, UserError if it holds nothing of its project, or nothing that the names match */
export async function openSourceEnvironment(
  { settings, io }: Place,
  environment: string,
  names: readonly string[],
): Promise<SourceEnvironment> {
  const tenant = await connect(settings, io, { onWait: createNotices(io.stderr).say });
  try {
    const listed = await readActual(tenant.extensions, { signal: io.interrupted });
    const past = createPast({ settings, tenant });
    const actual = await listThemesToo({ settings, tenant, io, past }, listed, names);
    const selector = await createSelector(names);
    const options: OwnedArchiveOptions = {
      place: environment,
      readArchive: archivesOf({ settings, tenant, io }).read,
      again: settings.flags.cache === false ? 'downloads' : 'free',
    };
    const held = await readSelected(actual, selector, settings.config.project, options);
    const { lists = 1 } = actual;
    return { environment, url: tenant.header.url, lists, ...held, close: tenant.close };
  } catch (error) {
    await tenant.close();
    throw error;
  }
}

async function readSelected(
  actual: ActualState,
  selector: Selector | undefined,
  project: string,
  options: OwnedArchiveOptions,
): Promise<Omit<SourceEnvironment, 'environment' | 'url' | 'lists' | 'close'>> {
  const owned = findOwned(actual, project);
  if (owned.length === 0) throw nothingHeld(options.place, project);
  assertUsed(
    selector,
    owned.map(({ name }) => name),
  );
  const selected = owned.filter(({ name }) => selector === undefined || selector.matches(name));
  const { blocks, ...held } = describe(await readOwned(selected, options));
  return {
    ...held,
    blocks: new Map([...findUnowned(actual, project, options.place), ...blocks]),
    notSelected: owned.filter((record) => !selected.includes(record)).map(({ name }) => name),
    coverage: selector === undefined ? 'complete' : 'partial',
    readUnselected: readFromHeld(owned, options),
  };
}

function describe(
  held: readonly OwnedArchive[],
): Pick<SourceEnvironment, 'extensions' | 'archives' | 'blocks'> {
  const sorted = [...held].sort((a, b) => byName(a.extension, b.extension));
  return {
    extensions: sorted.map(({ extension }) => extension),
    archives: new Map(sorted.map(({ extension, archive }) => [extension.name, archive])),
    blocks: new Map(
      sorted.flatMap(({ extension, blocked }) => (blocked === undefined ? [] : [[extension.name, blocked]])),
    ),
  };
}

function readFromHeld(owned: readonly NamedRecord[], options: OwnedArchiveOptions): ReadUnselected {
  return async (name) => {
    const records = owned.filter((record) => record.name === name);
    const [held] = await readOwned(records, options).catch((error: unknown) => {
      if (error instanceof TenantError) return [];
      throw error;
    });
    if (held === undefined || held.blocked !== undefined) return undefined;
    const packer = createArchivePacker(new Map([[name, held.archive]]));
    return { extension: held.extension, packer, sources: [] };
  };
}

function nothingHeld(environment: string, project: string): UserError {
  return new UserError(
    `${environment} holds no extension of project ${project}, so there is nothing to promote.`,
    {
      hint: `qlik-sync apply ${shellOption('--env', environment)} puts the folders there.`,
    },
  );
}
