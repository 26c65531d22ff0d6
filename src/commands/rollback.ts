/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import type { ExitCode } from '../core/errors.js';
import type { GuardInput } from '../core/guard.js';
import type { DesiredState } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { planRollback, type Undo } from '../core/plan-rollback.js';
import { openStored, type StoredExtension } from '../reconcile/stored.js';
import type { Effect } from '../reconcile/undo.js';
import { openVault } from '../reconcile/vault.js';
import { createArchivePacker, describeUnstored } from '../source/archived.js';
import { readActual } from '../tenant/actual.js';
import { emptyPlanReport } from './empty-plan-report.js';
import type { Io } from './io.js';
import type { Proposal } from './judged.js';
import { withImpact } from './plan-impact.js';
import { limitsOf, policyOf } from './policy.js';
import { findEffects } from './rollback-goal.js';
import type { RunPlace } from './run-place.js';
import { type Approving, settle } from './settle.js';
import { readStoredArchives } from './stored-archives.js';
import { type RunFlags, type Running, runOnTenant } from './tenant-run.js';

export type RollbackFlags = RunFlags & Approving;

/** @param words a run's id, or names of extensions; the last run that wrote something where there are none */
export function rollBack(words: readonly string[], given: RollbackFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('rollback', given, io, async (place, running) =>
    undo(await findEffects(words, place), given, place, running),
  );
}

/** Plans, shows, checks, asks and writes. */
export async function undo(
  effects: readonly Effect[],
  given: RollbackFlags,
  place: RunPlace,
  running: Running,
): Promise<ExitCode> {
  const proposed = await proposeUndo(effects, given, place);
  const proposal = await withImpact(proposed, place, given, { until: running.signal });
  const [undoes, ...others] = runsOf(effects);
  const lone = undoes !== undefined && others.length === 0 && { undoes };
  return settle(place, { command: 'rollback', proposal, ...lone, ...running }, given);
}

async function proposeUndo(
  effects: readonly Effect[],
  given: RollbackFlags,
  place: RunPlace,
): Promise<Proposal> {
  const restorable = await findRestorable(effects, place);
  const archives = new Map([...restorable].map(([name, { archive }]) => [name, archive]));
  return {
    guard: await decide(effects, restorable, given, place),
    about: { ...emptyPlanReport('rollback', place), undoes: runsOf(effects) },
    folders: { desired: await desire(effects, restorable) },
    packWith: () => createArchivePacker(archives),
  };
}

/** By name: what stood there before, where its very bytes are stored. */
async function findRestorable(
  effects: readonly Effect[],
  { settings, connection }: RunPlace,
): Promise<ReadonlyMap<string, StoredExtension>> {
  const vault = openVault({ root: settings.config.root, tenant: connection.identity });
  const restorable = new Map<string, StoredExtension>();
  // One after the other: each is read whole.
  for (const { name, runId, before } of effects) {
    const stored = await openStored(vault, before?.md5, { name, displayFolder: `backup of run ${runId}` });
    if (stored !== undefined) restorable.set(name, stored);
  }
  return restorable;
}

async function decide(
  effects: readonly Effect[],
  restorable: ReadonlyMap<string, StoredExtension>,
  given: RollbackFlags,
  { settings, connection, io }: RunPlace,
): Promise<GuardInput> {
  const { config } = settings;
  const actual = await readActual(connection.extensions, { signal: io.interrupted });
  const policy = policyOf(config, given, { desired: noFolders, coverage: 'complete' });
  const undos = effects.map(({ runId: _, ...effect }): Undo => {
    const archive = restorable.get(effect.name)?.extension;
    return { ...effect, ...(archive && { archive }) };
  });
  const stored = await readStoredArchives(settings, connection, given);
  const plan = planRollback({ undos, actual, policy, tenant: connection.identity, reads: 1, stored });
  assertKnownApprovals(plan, policy);
  return { plan, actual, limits: limitsOf(config, given) };
}

/** A write of tags alone needs no archive, but something that stands for the extension. */
async function desire(
  effects: readonly Effect[],
  restorable: ReadonlyMap<string, StoredExtension>,
): Promise<DesiredState> {
  const extensions = effects.map(
    ({ name, runId }) =>
      restorable.get(name)?.extension ?? describeUnstored({ name, displayFolder: `backup of run ${runId}` }),
  );
  return { ...noFolders, extensions: await Promise.all(extensions) };
}

const noFolders: DesiredState = { extensions: [], skipped: [], notSelected: [] };

function runsOf(effects: readonly Effect[]): readonly string[] {
  return [...new Set(effects.map(({ runId }) => runId))].sort();
}
