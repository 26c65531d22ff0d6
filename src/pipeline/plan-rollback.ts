/** The plan of a rollback: what undoes the writes of past runs. Reads only. */

import { workOf } from '../core/change.js';
import type { Limits } from '../core/guard.js';
import type { ActualState, DesiredState, Finding, Plan } from '../core/model.js';
import type { OriginEffect } from '../core/origins/rollback-origins.js';
import { planRollback as decideRollback, type LostChange, type NameRollback } from '../core/plan-rollback.js';
import { shellWord } from '../core/shell-word.js';
import { readStored, type StoredExtension } from '../reconcile/backup/stored.js';
import { type Effect, effectsOf, originEffectsOf } from '../reconcile/journal/effects.js';
import { listChanges, listLost } from '../reconcile/journal/unfinished.js';
import type { Run as PastRun } from '../reconcile/run-record.js';
import type { UndoneChange } from '../report/plan.js';
import { rollbackCommand } from '../report/resume-command.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';
import { createArchivePacker, describeUnstored } from '../source/archive/archived.js';
import { readActual } from '../tenant/actual.js';
import { archivesOf } from './archives.js';
import { makePlan, type PlannedRun } from './planned.js';
import { policyOf } from './policy.js';
import { vaultOf } from './recording.js';
import { listThemesOf } from './themes.js';
import { describeUnfinished, findMissing } from './unfinished.js';

/** The writes that a rollback undoes, as journals record them. */
export interface RolledBackWrites {
  /** `names`: only the last change of each, whatever else those runs wrote. */
  readonly goal: 'run' | 'names';
  /** The runs, oldest first. */
  readonly runIds: readonly string[];
  readonly effects: readonly Effect[];
  /** On entries of the Content Security Policy. */
  readonly origins: readonly OriginEffect[];
  /** From damaged journals. */
  readonly lost: readonly LostChange[];
  /** What those runs did. */
  readonly undone: readonly UndoneChange[];
}

export function writesOf(run: PastRun): RolledBackWrites {
  return {
    goal: 'run',
    runIds: [run.start.id],
    effects: effectsOf(run),
    origins: originEffectsOf(run),
    lost: listLost(run),
    undone: undoneOf(run),
  };
}

/** Several runs that are undone as if they were one. @param runs of one tenant, oldest first, at least one */
export function writesOfRuns(runs: readonly PastRun[]): RolledBackWrites {
  const [first] = runs;
  if (first === undefined) return noWrites;
  const steps = runs.flatMap((run) => run.steps);
  const whole = { ...first, steps };
  const recorded = new Set(steps.map(({ before }) => before.name));
  const lost = new Map(runs.flatMap(listLost).map((change) => [change.name, change]));
  return {
    goal: 'run',
    runIds: runs.map(({ start }) => start.id),
    effects: effectsOf(whole),
    origins: originEffectsOf(whole),
    lost: [...lost.values()].filter(({ name }) => !recorded.has(name)),
    undone: runs.flatMap(undoneOf),
  };
}

export function undoneOf(run: PastRun): readonly UndoneChange[] {
  const { command } = run.start;
  return listChanges(run).map(({ name, action }) => ({ name, action, command }));
}

export const noWrites: RolledBackWrites = {
  ...{ goal: 'run', runIds: [], effects: [], origins: [], lost: [], undone: [] },
};

/** The run that is undone as a whole, for the journal. */
export function rolledBackRun({ goal, runIds: [run] }: RolledBackWrites): { readonly undoes?: string } {
  return goal === 'run' && run !== undefined ? { undoes: run } : {};
}

/**
 * @param limits in place of those of the config
 * @throws TenantError, RefusedError, UserError
 */
export async function planRollback(
  run: Run,
  writes: RolledBackWrites,
  approvals: Approvals,
  limits?: Limits,
): Promise<PlannedRun> {
  const { settings, tenant, io } = run;
  const restorable = await findRestorable(writes, run);
  const desired = await desire(writes, restorable);
  const listed = await readActual(tenant.extensions, { signal: io.interrupted });
  const names = [...writes.effects, ...writes.lost].map(({ name }) => name);
  const actual = await listThemesOf(run, listed, names);
  const archives = new Map([...restorable].map(([name, { archive }]) => [name, archive]));
  const sides = {
    ...{ desired, actual, archives: archivesOf(run) },
    packWith: () => createArchivePacker(archives),
    policy: policyOf(settings.config, approvals, { desired: noFolders, coverage: 'complete' }),
    ...(limits && { limits }),
    findings: (decided: Plan) => describeLeftUnfinished(decided, actual, run),
  };
  const wanted = { command: 'rollback', approvals, forecasts: 'with-backups' } as const;
  const rollbacks = rollbacksOf(writes, restorable);
  const deleteAlone = (name: string): string => rollbackCommand([shellWord(name), '--prune'], tenant.header);
  const planned = await makePlan(run, wanted, sides, (known) =>
    decideRollback({ ...known, rollbacks, lost: writes.lost, deleteAlone }),
  );
  const whole =
    writes.origins.length === 0
      ? planned
      : await (await import('./origins.js')).undoOrigins(run, planned, writes.origins, approvals);
  return {
    ...whole,
    about: { ...whole.about, undoes: writes.runIds, rollbackGoal: writes.goal, undone: writes.undone },
  };
}

type Restorable = ReadonlyMap<string, StoredExtension>;

/** By name: what the tenant held before, if its exact bytes are stored. */
async function findRestorable(
  { effects }: RolledBackWrites,
  run: Pick<Run, 'settings' | 'tenant' | 'store'>,
): Promise<Restorable> {
  const vault = await vaultOf(run);
  const restorable = new Map<string, StoredExtension>();
  // One after the other, since each is read whole.
  for (const effect of effects) {
    const stored = await readStored(vault, effect.before?.md5, originOf(effect));
    if (stored !== undefined) restorable.set(effect.name, stored);
  }
  return restorable;
}

/** A write of tags alone needs no archive, only a description of the extension. */
async function desire({ effects }: RolledBackWrites, restorable: Restorable): Promise<DesiredState> {
  const extensions = effects.map(
    (effect) => restorable.get(effect.name)?.extension ?? describeUnstored(originOf(effect)),
  );
  return { ...noFolders, extensions: await Promise.all(extensions) };
}

function originOf({ name, runId }: Effect) {
  return { name, displayFolder: `backup of run ${runId}` };
}

const noFolders: DesiredState = { extensions: [], skipped: [], notSelected: [] };

function rollbacksOf({ effects }: RolledBackWrites, restorable: Restorable): readonly NameRollback[] {
  return effects.map(({ runId: _, ...effect }) => {
    const archive = restorable.get(effect.name)?.extension;
    return { ...effect, ...(archive && { archive }) };
  });
}

/** Only what is undone is restored here; other replaces that are half done are finished by the commands that deploy. */
async function describeLeftUnfinished(
  plan: Plan,
  actual: ActualState,
  run: Run,
): Promise<readonly Finding[]> {
  const restored = new Set(workOf(plan).map(({ name }) => name));
  const open = (await findMissing(actual, run)).filter(({ name }) => !restored.has(name));
  return describeUnfinished(open, run);
}
