/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import type { DesiredState } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { planRollback, type Undo } from '../core/plan-rollback.js';
import { openStored, type StoredExtension } from '../reconcile/stored.js';
import type { Effect } from '../reconcile/undo.js';
import { openVault } from '../reconcile/vault.js';
import type { PlanReport } from '../report/report.js';
import { createArchivePacker, describeUnstored } from '../source/archived.js';
import { readActual } from '../tenant/actual.js';
import type { RunPlace } from './exclusive.js';
import type { Io } from './io.js';
import { withImpact } from './plan-impact.js';
import { limitsOf, policyOf } from './policy.js';
import { findEffects } from './rollback-goal.js';
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
  const restorable = await findRestorable(effects, place);
  const decided = await decide(effects, restorable, given, place);
  const judged = { guard: decided, report: reportOf(decided, effects, place) };
  const { guard, report } = await withImpact(judged, place, given, { until: running.signal });
  const [undoes, ...others] = runsOf(effects);
  return settle(
    place,
    {
      command: 'rollback',
      report,
      guard,
      desired: await desire(effects, restorable),
      pack: createArchivePacker(new Map([...restorable].map(([name, { archive }]) => [name, archive]))),
      ...(undoes !== undefined && others.length === 0 && { undoes }),
      ...running,
    },
    given,
  );
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
  const list = () => connection.extensions.list({ signal: io.interrupted });
  const actual = await readActual({ list });
  const policy = policyOf(config, given, { desired: noFolders, coverage: 'complete' });
  const undos = effects.map(({ name, before, after }): Undo => {
    const archive = restorable.get(name)?.extension;
    return { name, ...(before && { before }), ...(after && { after }), ...(archive && { archive }) };
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

function reportOf(
  guard: GuardInput,
  effects: readonly Effect[],
  { settings, connection }: RunPlace,
): PlanReport {
  return {
    kind: 'plan',
    header: {
      command: 'rollback',
      tool: settings.tool,
      project: settings.config.project,
      tenant: connection.header,
    },
    source: {},
    plan: guard.plan,
    undoes: runsOf(effects),
    findings: [],
    leftOut: [],
    refusals: findRefusals(guard),
    exitCode: exitCodes.ok,
  };
}

function runsOf(effects: readonly Effect[]): readonly string[] {
  return [...new Set(effects.map(({ runId }) => runId))].sort();
}
