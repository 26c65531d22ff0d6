/** What undoing would do. Reads only. */

import { workOf } from '../core/change.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Limits } from '../core/guard.js';
import type { ActualState, DesiredState, Plan } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { type LostChange, planRollback, type Undo } from '../core/plan-rollback.js';
import { applySeverities } from '../core/rules.js';
import { shellWord } from '../core/shell-word.js';
import { readStored, type StoredExtension } from '../reconcile/backup/stored.js';
import { createVault } from '../reconcile/backup/vault.js';
import { type Effect, effectsOf } from '../reconcile/journal/undo.js';
import { listLost } from '../reconcile/journal/unfinished.js';
import { type Planning, planWithRenames } from '../reconcile/rename.js';
import type { Run } from '../reconcile/run-record.js';
import { rollbackCommand } from '../report/resume-command.js';
import type { RunPlace } from '../run/connect.js';
import type { RunFlags, Running } from '../run/on-tenant.js';
import { createArchivePacker, describeUnstored } from '../source/archive/archived.js';
import { readActual } from '../tenant/actual.js';
import { type Approving, settle } from './apply.js';
import { openArchiveReader, readStoredArchives } from './archives.js';
import { withImpact } from './impact.js';
import { emptyPlanReport, type Proposal } from './planned.js';
import { limitsOf, policyOf } from './policy.js';
import { describeUnfinished, findMissing } from './unfinished.js';

export type RollbackFlags = RunFlags & Approving;

/** Plans, shows, checks, asks and writes. */
export async function undo(input: UndoInput, place: RunPlace, running: Running): Promise<ExitCode> {
  const { undoing, given } = input;
  const proposed = await proposeUndo(input, place);
  const proposal =
    input.limits === undefined
      ? await withImpact(proposed, place, given, { until: running.signal })
      : proposed;
  const [run] = undoing.runIds;
  const whole = undoing.goal === 'run' && run !== undefined && { undoes: run };
  return settle(place, { command: 'rollback', proposal, ...whole, ...running }, given);
}

export interface UndoInput {
  readonly undoing: Undoing;
  readonly given: Approving;
  /** In place of those of the config, and of the number of apps that it may ask for. */
  readonly limits?: Limits;
}

/** @throws TenantError, RefusedError, UserError */
export async function proposeUndo(input: UndoInput, place: RunPlace): Promise<Proposal> {
  const { undoing, given, limits } = input;
  const { settings, connection, io } = place;
  const restorable = await findRestorable(undoing, place);
  const desired = await desire(undoing, restorable);
  const actual = await readActual(connection.extensions, { signal: io.interrupted });
  const { decided, findings } = await decide(input, { restorable, desired, actual }, place);
  const archives = new Map([...restorable].map(([name, { archive }]) => [name, archive]));
  return {
    guard: { plan: decided, actual, limits: limits ?? limitsOf(settings.config, given) },
    about: {
      ...emptyPlanReport('rollback', place),
      undoes: undoing.runIds,
      undoGoal: undoing.goal,
      findings: [
        ...(await tellUnfinished(decided, actual, place)),
        ...applySeverities(findings, settings.config.rules),
      ],
    },
    folders: { desired },
    packWith: () => createArchivePacker(archives),
  };
}

type Restorable = ReadonlyMap<string, StoredExtension>;

/** By name: what stood there before, where its very bytes are stored. */
async function findRestorable({ effects }: Undoing, { settings, connection }: RunPlace): Promise<Restorable> {
  const vault = createVault({ root: settings.config.root, tenant: connection.identity });
  const restorable = new Map<string, StoredExtension>();
  // One after the other: each is read whole.
  for (const effect of effects) {
    const stored = await readStored(vault, effect.before?.md5, originOf(effect));
    if (stored !== undefined) restorable.set(effect.name, stored);
  }
  return restorable;
}

/** A write of tags alone needs no archive, but something that stands for the extension. */
async function desire({ effects }: Undoing, restorable: Restorable): Promise<DesiredState> {
  const extensions = effects.map(
    (effect) => restorable.get(effect.name)?.extension ?? describeUnstored(originOf(effect)),
  );
  return { ...noFolders, extensions: await Promise.all(extensions) };
}

function originOf({ name, runId }: Effect) {
  return { name, displayFolder: `backup of run ${runId}` };
}

const noFolders: DesiredState = { extensions: [], skipped: [], notSelected: [] };

interface Sides {
  readonly restorable: Restorable;
  readonly desired: DesiredState;
  readonly actual: ActualState;
}

async function decide(
  { undoing: { effects, lost }, given }: UndoInput,
  { restorable, desired, actual }: Sides,
  { settings, connection, io }: RunPlace,
): ReturnType<typeof planWithRenames> {
  const policy = policyOf(settings.config, given, { desired: noFolders, coverage: 'complete' });
  const undos = effects.map(({ runId: _, ...effect }): Undo => {
    const archive = restorable.get(effect.name)?.extension;
    return { ...effect, ...(archive && { archive }) };
  });
  const stored = await readStoredArchives(settings, connection, given);
  const deleteAlone = (name: string): string =>
    rollbackCommand([shellWord(name), '--prune'], connection.header.environment);
  const world = { undos, lost, actual, policy, tenant: connection.identity, stored, deleteAlone };
  const planFrom: Planning['planFrom'] = (found) => planRollback({ ...world, ...found });
  const reader = openArchiveReader(settings, connection, io);
  const sides = { desired: desired.extensions, actual: actual.extensions };
  const planned = await planWithRenames({ ...sides, planFrom }, reader);
  assertKnownApprovals(planned.decided, policy);
  return planned;
}

/** Only what is undone is put back here; what else stands open is finished by the commands that deploy. */
async function tellUnfinished(plan: Plan, actual: ActualState, place: RunPlace) {
  const restored = new Set(workOf(plan).map(({ name }) => name));
  const open = (await findMissing(actual, place)).filter(({ name }) => !restored.has(name));
  return describeUnfinished(open, place);
}

// What is to be undone, as the journals tell it.

export interface Undoing {
  /** Of names only their last change is undone, whatever else those runs wrote. */
  readonly goal: 'run' | 'names';
  /** The runs, oldest first. */
  readonly runIds: readonly string[];
  readonly effects: readonly Effect[];
  /** Of damaged journals. */
  readonly lost: readonly LostChange[];
}

export function undoingOf(run: Run): Undoing {
  return { goal: 'run', runIds: [run.start.id], effects: effectsOf(run), lost: listLost(run) };
}

export const nothing: Undoing = { goal: 'run', runIds: [], effects: [], lost: [] };
