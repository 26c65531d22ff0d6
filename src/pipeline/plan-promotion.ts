/** What a promote would do to one environment. Reads only. */

import { forecastBackups } from '../core/budget.js';
import { workOf } from '../core/change.js';
import { TenantError, UserError } from '../core/errors.js';
import type { ActualState, Blocked, DesiredExtension, Plan, Policy } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { byName } from '../core/order.js';
import { plan } from '../core/plan.js';
import { applySeverities } from '../core/rules.js';
import {
  findOwned,
  findUnowned,
  type NamedRecord,
  type OwnedArchive,
  type OwnedArchiveOptions,
  readOwned,
} from '../reconcile/owned.js';
import { type Planning, planWithRenames } from '../reconcile/rename.js';
import { connect, type RunPlace, type Site, sharedBy } from '../run/connect.js';
import type { ApprovalOptions } from '../run/flags.js';
import { openNotices } from '../run/io.js';
import { createSelector, type Selector } from '../run/selection.js';
import { createArchivePacker, type StoredArchive } from '../source/archive/archived.js';
import { readActual } from '../tenant/actual.js';
import { openArchiveReader, readStoredArchives } from './archives.js';
import { blockChanges } from './impact.js';
import type { Folders } from './observe.js';
import { emptyPlanReport, type Proposal } from './planned.js';
import { findUnusedProtection, limitsOf, policyOf } from './policy.js';
import { finishReplaces, type ReadUnselected } from './unfinished.js';

/** @throws TenantError, RefusedError, UserError */
export async function proposePromotion(
  held: Held,
  approvals: ApprovalOptions,
  place: RunPlace,
): Promise<Proposal> {
  const { settings, connection, io } = place;
  const { config } = settings;
  const actual = await readActual(connection.extensions, { signal: io.interrupted });
  const finishing = await finishReplaces(asFolders(held), actual, held.readUnselected, place);
  const { folders, unfinished, packWith } = finishing;
  const policy: Policy = { ...policyOf(config, approvals, folders), sources: [held.environment] };
  const stored = await readStoredArchives(settings, connection, approvals);
  const { identity: tenant } = connection;
  const { desired } = folders;
  const world = { desired, actual, policy, tenant, unfinished, stored };
  const reader = openArchiveReader(settings, connection, io);
  const planFrom: Planning['planFrom'] = (found) => plan({ ...world, ...found });
  const sides = { desired: desired.extensions, actual: actual.extensions };
  const { decided, findings } = await planWithRenames({ ...sides, planFrom }, reader);
  assertKnownApprovals(decided, policy);
  const told = tellKept(decided, held.blocks);
  const blocked = blockChanges(told, findBlocks(told, held.blocks), tenant, stored);
  const guard = { plan: blocked, actual, limits: limitsOf(config, approvals) };
  const backups = forecastBackups(blocked.changes, stored);
  const about = {
    ...emptyPlanReport('promote', place),
    promotes: { environment: held.environment, url: held.url },
    findings: [
      ...folders.findings,
      ...findUnusedProtection(config, blocked),
      ...applySeverities(findings, config.rules),
    ],
    ...(backups && { backups }),
  };
  return { folders, guard, about, packWith: () => packWith(createArchivePacker(held.archives)) };
}

/** What is held takes the place of what folders would say. */
function asFolders({ extensions, notSelected, coverage }: Held): Folders {
  return {
    desired: { extensions, skipped: [], notSelected },
    findings: [],
    coverage,
    found: extensions.length + notSelected.length,
    unmatched: [],
  };
}

/** Without prune too nobody is told that the other environment has let go of it. */
function tellKept(plan: Plan, blocks: Held['blocks']): Plan {
  const changes = plan.changes.map((change) => {
    const blocked = change.state === 'orphan' && change.action === 'none' && blocks.get(change.name);
    return blocked ? { ...change, message: `kept: ${blocked.message}` } : change;
  });
  return { ...plan, changes };
}

/** What is there already stays, and what another rail stops says so itself. */
function findBlocks(plan: Plan, blocks: Held['blocks']): ReadonlyMap<string, Blocked> {
  const own = workOf(plan).flatMap(({ name }) => {
    const blocked = blocks.get(name);
    return blocked === undefined ? [] : [[name, blocked] as const];
  });
  return new Map(own);
}

// What the environment holds that is promoted from.

export interface Held {
  readonly environment: string;
  readonly url: string;
  /** Sorted by name. */
  readonly extensions: readonly DesiredExtension[];
  readonly archives: ReadonlyMap<string, StoredArchive>;
  /** By name: what must not be promoted, and why. */
  readonly blocks: ReadonlyMap<string, Blocked>;
  readonly notSelected: readonly string[];
  /** A selection is partial, also where it takes everything in. */
  readonly coverage: Folders['coverage'];
  readonly readUnselected: ReadUnselected;
  /** Archives may be read until then. */
  readonly close: () => Promise<void>;
}

/** @throws TenantError, UserError where it holds nothing of its project, or nothing that the names match */
export async function openHeld(environment: string, names: readonly string[], site: Site): Promise<Held> {
  const { settings, io } = site;
  const connection = await connect(settings, io, { onWait: openNotices(io.stderr).say, ...sharedBy(site) });
  try {
    const actual = await readActual(connection.extensions, { signal: io.interrupted });
    const selector = await createSelector(names);
    const holding: OwnedArchiveOptions = {
      place: environment,
      readArchive: openArchiveReader(settings, connection, io).readArchive,
      again: settings.flags.cache === false ? 'downloads' : 'free',
    };
    const held = await readSelected(actual, selector, settings.config.project, holding);
    return { environment, url: connection.header.url, ...held, close: connection.close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function readSelected(
  actual: ActualState,
  selector: Selector | undefined,
  project: string,
  holding: OwnedArchiveOptions,
): Promise<Omit<Held, 'environment' | 'url' | 'close'>> {
  const owned = findOwned(actual, project);
  if (owned.length === 0) throw nothingHeld(holding.place, project);
  selector?.assertUsed(owned.map(({ name }) => name));
  const selected = owned.filter(({ name }) => selector === undefined || selector.matches(name));
  const { blocks, ...held } = describe(await readOwned(selected, holding));
  return {
    ...held,
    blocks: new Map([...findUnowned(actual, project, holding.place), ...blocks]),
    notSelected: owned.filter((record) => !selected.includes(record)).map(({ name }) => name),
    coverage: selector === undefined ? 'complete' : 'partial',
    readUnselected: readFromHeld(owned, holding),
  };
}

function describe(held: readonly OwnedArchive[]): Pick<Held, 'extensions' | 'archives' | 'blocks'> {
  const sorted = [...held].sort((a, b) => byName(a.extension, b.extension));
  return {
    extensions: sorted.map(({ extension }) => extension),
    archives: new Map(sorted.map(({ extension, archive }) => [extension.name, archive])),
    blocks: new Map(
      sorted.flatMap(({ extension, blocked }) => (blocked === undefined ? [] : [[extension.name, blocked]])),
    ),
  };
}

function readFromHeld(owned: readonly NamedRecord[], holding: OwnedArchiveOptions): ReadUnselected {
  return async (name) => {
    const records = owned.filter((record) => record.name === name);
    const [held] = await readOwned(records, holding).catch((error: unknown) => {
      if (error instanceof TenantError) return [];
      throw error;
    });
    if (held === undefined || held.blocked !== undefined) return undefined;
    return { extension: held.extension, packer: createArchivePacker(new Map([[name, held.archive]])) };
  };
}

function nothingHeld(environment: string, project: string): UserError {
  return new UserError(
    `${environment} holds no extension of project ${project}, so there is nothing to promote.`,
    {
      hint: `qlik-sync apply --env ${environment} puts the folders there.`,
    },
  );
}
