/** Both sides read at once, and where they differ. One list request; an archive only where a marker does not tell. */

import { type DriftEntry, driftEntryOf, findDrift, sortDrift } from '../core/drift.js';
import type { ActualState, Plan, Policy } from '../core/model.js';
import { plan } from '../core/plan.js';
import type { CountingReader } from '../reconcile/archives.js';
import { resolveContent } from '../reconcile/resolve.js';
import type { RunPlace } from '../run/connect.js';
import type { Selector } from '../run/selection.js';
import { concurrencyOf } from '../run/settings.js';
import { openArchiveReader } from './archives.js';
import { assertNoErrors, assertWorth, besideListing, type Folders, readFolders } from './observe.js';
import { policyOf } from './policy.js';

export interface Observed {
  readonly departures: readonly DriftEntry[];
  readonly plan: Plan;
  /** Requests that were sent. */
  readonly requests: number;
  readonly folders: Folders;
  readonly isSelected: (name: string) => boolean;
}

/** @throws FindingsError where the rules found errors, TenantError, RefusedError, UserError */
export async function observeDrift(
  selector: Selector | undefined,
  depth: 'markers' | 'bytes',
  place: RunPlace,
): Promise<Observed> {
  const { settings, connection, io } = place;
  const { folders, listed } = await besideListing(place, async () => {
    const read = await readFolders(selector, settings, io.interrupted);
    assertNoErrors(read.findings);
    return read;
  });
  assertWorth(folders, listed, settings);
  const reader = openArchiveReader(settings, connection, io);
  const policy = strictPolicy(place, folders);
  const concurrency = concurrencyOf(settings);
  const { desired } = folders;
  const actual = await resolveContent(desired, listed, policy.project, reader.readArchive, { concurrency });
  const world = { desired, actual, policy, tenant: connection.identity };
  const decided = plan({ ...world, reads: 1 });
  const forged = depth === 'bytes' ? await findForged(decided, folders, actual, reader) : [];
  return {
    departures: sortDrift([...findDrift(decided.changes, desired), ...forged]),
    plan: decided,
    requests: 1 + reader.downloads(),
    folders,
    isSelected: selector?.matches ?? (() => true),
  };
}

/** What the config permits to be overwritten or kept has departed all the same. */
function strictPolicy({ settings }: RunPlace, folders: Folders): Policy {
  const approvals = { onDrift: 'stop' } as const;
  return { ...policyOf(settings.config, approvals, folders), prune: false, versionPolicy: 'off' };
}

async function findForged(
  { changes }: Plan,
  { desired }: Folders,
  { extensions }: ActualState,
  { readArchive }: CountingReader,
): Promise<readonly DriftEntry[]> {
  const { verifyArchives } = await import('../reconcile/verify-archives.js');
  const inSync = changes.filter(({ state, reason }) => state === 'in-sync' && reason !== 'not-selected');
  const pairs = inSync.flatMap(({ name, actual }) => {
    const extension = desired.extensions.find((each) => each.name === name);
    const record = extensions.find(({ id }) => id === actual?.id);
    return extension === undefined || record === undefined ? [] : [{ desired: extension, record }];
  });
  const wrong = await verifyArchives(pairs, readArchive);
  return inSync.flatMap((change) => {
    const problem = wrong.get(change.name);
    return problem === undefined ? [] : [driftEntryOf(change, 'changed-on-tenant', problem)];
  });
}
