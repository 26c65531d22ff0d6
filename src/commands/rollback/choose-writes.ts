/** Which writes a rollback undoes, from the journals of this machine. */

import { basename } from 'node:path';
import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import { listNames, onDay } from '../../core/format.js';
import { remainsOf } from '../../core/plan-rollback.js';
import type { Remains } from '../../core/record-side.js';
import { shellWord } from '../../core/shell-word.js';
import { noWrites, type RolledBackWrites, undoneOf, writesOf } from '../../pipeline/plan-rollback.js';
import {
  type Effect,
  effectsOf,
  lastEffectOf,
  originEffectsOf,
  type RollbackGoal,
  readGoal,
} from '../../reconcile/journal/effects.js';
import { idTime, isRunId } from '../../reconcile/journal/run-id.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import { listChanges, listLost } from '../../reconcile/journal/unfinished.js';
import type { Run as PastRun } from '../../reconcile/run-record.js';
import { elsewhere } from '../../report/history.js';
import { commandLine, rollbackCommand } from '../../report/resume-command.js';
import type { TenantHeader } from '../../report/run-header.js';
import type { Io } from '../../run/io.js';
import type { Run } from '../../run/run.js';

/**
 * @param words a run's id or the beginning of one, or names of extensions; empty: the last run
 * @throws UserError if there is nothing to undo, or the words name neither a run nor extensions
 */
export async function chooseWrites(
  { settings, tenant, io }: Run,
  words: readonly string[],
): Promise<RolledBackWrites> {
  const { root, project } = settings.config;
  const unreadable: string[] = [];
  const onSkipped = (file: string): void => void unreadable.push(basename(file, '.jsonl'));
  const runs = await readRuns({ root, tenant: tenant.identity, project, onSkipped });
  const normalized = words.map((word) => word.normalize('NFC'));
  const hints = createHints(tenant.header, io);
  const writes = choose(readGoal(normalized, runs), { runs, unreadable }, hints);
  if (writes.effects.length + writes.origins.length + writes.lost.length > 0) return writes;
  throw new UserError(
    `There is nothing to undo: no run of project ${project} that is recorded here wrote anything to this tenant.`,
    { hint: [elsewhere, `${hints.history} lists those that are here.`] },
  );
}

function createHints(header: TenantHeader, { argv }: Io): CommandHints {
  return {
    rerun: (id) => ['qlik-sync', ...withRun(argv, id).map(shellWord)].join(' '),
    rollback: (id) => rollbackCommand([id], header),
    history: commandLine(['history'], header),
  };
}

/** Right after the command, where `rollbackCommand` puts it, too. */
function withRun(argv: readonly string[], id: string): readonly string[] {
  const at = argv.indexOf('rollback') + 1;
  return [...argv.slice(0, at), id, ...argv.slice(at)];
}

function choose(goal: RollbackGoal, history: History, hints: CommandHints): RolledBackWrites {
  switch (goal.kind) {
    case 'last': {
      const run = chooseLast(history, hints);
      return run === undefined ? noWrites : writesOf(run);
    }
    case 'run':
      return writesOf(goal.run);
    case 'names':
      return join(goal.names.map((name) => lastOf(name, history.runs, hints)));
    case 'unclear':
      throw explainUnclear(goal, history.runs, hints);
  }
}

function join(parts: readonly RolledBackWrites[]): RolledBackWrites {
  return {
    goal: 'names',
    runIds: [...new Set(parts.flatMap(({ runIds }) => runIds))].sort(),
    effects: parts.flatMap(({ effects }) => effects),
    origins: parts.flatMap(({ origins }) => origins),
    lost: parts.flatMap(({ lost }) => lost),
    undone: parts.flatMap(({ undone }) => undone),
  };
}

function explainUnclear(
  { word, runs: begun }: RollbackGoal & { kind: 'unclear' },
  runs: readonly PastRun[],
  { history }: CommandHints,
): UserError {
  if (begun.length === 1) {
    return new UserError(`${word} is a run, and a run is undone alone.`, {
      hint: 'Give one run, or names of extensions.',
    });
  }
  if (begun.length > 1) {
    return new UserError(`${begun.length} runs begin with ${word}: ${listNames(begun, 5)}`, {
      hint: `Give more of its id; ${history} lists them.`,
    });
  }
  const names = new Set(
    runs.flatMap((run) => [...effectsOf(run), ...originEffectsOf(run)].map(({ name }) => name)),
  );
  return new UserError(`${word} is neither a run nor an extension that a run recorded here wrote.`, {
    hint: `${didYouMean(word, [...names, ...runs.map(({ start }) => start.id)])}; ${history} lists them.`,
  });
}

interface History {
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** Ids of the journals that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Command lines with which people can continue. */
interface CommandHints {
  /** This command line with a run named. */
  readonly rerun: (runId: string) => string;
  /** Undoes this run, in the same environment. */
  readonly rollback: (runId: string) => string;
  /** Lists the runs there. */
  readonly history: string;
}

/**
 * The newest run; `undefined` if no run wrote anything.
 *
 * @throws UserError if the newest may not be the one that is meant, so that a person has to name it
 */
function chooseLast({ runs, unreadable }: History, hints: CommandHints): PastRun | undefined {
  // A run that planned nothing only closes what the run before it left open.
  const last = runs.find(({ start }) => start.planned?.length !== 0);
  assertRead(unreadable, last, hints);
  if (last === undefined || !runs.some(hasEffect)) return undefined;
  if (last.start.command === 'rollback') throw explainRollback(last, runs, hints);
  if (!hasEffect(last)) throw explainIdle(last, runs, hints);
  return last;
}

function hasEffect(run: PastRun): boolean {
  return effectsOf(run).length + originEffectsOf(run).length + listLost(run).length > 0;
}

/** Following a hint or repeating a pipeline must not redo what was undone. */
function explainRollback(
  { start: { id, undoes } }: PastRun,
  runs: readonly PastRun[],
  hints: CommandHints,
): UserError {
  const what = undoes === undefined ? '' : `, of run ${undoes}`;
  const left = undoes === undefined ? [] : listNotUndone(undoes, runs);
  const goOn =
    undoes === undefined || left.length === 0
      ? []
      : [`To undo the rest of run ${undoes} (${listNames(left, 5)}): ${hints.rerun(undoes)}`];
  return new UserError(`The last run (${id}) is a rollback itself${what}.`, {
    hint: [...goOn, redoHint(id, hints)],
  });
}

/** What a run wrote and no rollback of it is known to have undone. */
function listNotUndone(id: string, runs: readonly PastRun[]): readonly string[] {
  const undone = runs.find(({ start }) => start.id === id);
  if (undone === undefined) return [];
  const rollbacks = runs.filter(({ start }) => start.undoes === id);
  const names = [...effectsOf(undone), ...originEffectsOf(undone), ...listLost(undone)].map(
    ({ name }) => name,
  );
  return [...new Set(names)].filter((name) => !rollbacks.some((run) => isDone(name, run)));
}

/** @param rollbackId the run that undid them */
function redoHint(rollbackId: string, { rollback }: CommandHints): string {
  return `To make the changes again that it undid: ${rollback(rollbackId)}`;
}

/** A pipeline rolls back what it has just run: an older run is undone only by its id. */
function explainIdle(
  { start: { id, command } }: PastRun,
  runs: readonly PastRun[],
  { rerun, history }: CommandHints,
): UserError {
  const before = runs.find(hasEffect)?.start;
  const hint =
    before === undefined || before.command === 'rollback'
      ? `Name the run to undo; ${history} lists them.`
      : `To undo the ${before.command}${onDay(before.startedAt)} before it: ${rerun(before.id)}`;
  return new UserError(`The last run (${command} ${id}) wrote nothing, so there is nothing of it to undo.`, {
    hint,
  });
}

/** An unreadable journal may be that of the last run. */
function assertRead(
  unreadable: readonly string[],
  last: PastRun | undefined,
  { history }: CommandHints,
): void {
  const since = last === undefined ? '' : idTime(last.start.id);
  const [id] = unreadable
    .filter((each) => isRunId(each) && idTime(each) >= since)
    .sort()
    .slice(-1);
  if (id === undefined) return;
  throw new UserError(`The journal of run ${id}, which may be the last one, cannot be read.`, {
    hint: `Name the run to undo; ${history} lists those that can be read.`,
  });
}

/**
 * The last change of one name that no rollback has undone completely, recorded or lost.
 *
 * @throws UserError where that change is a rollback itself
 */
function lastOf(name: string, runs: readonly PastRun[], hints: CommandHints): RolledBackWrites {
  const left: Remains[] = [];
  for (const run of runs) {
    const effect = lastEffectOf(name, [run]);
    const lost = listLost(run).filter((change) => change.name === name);
    const origins = originEffectsOf(run).filter((each) => each.name === name);
    if (effect === undefined && lost.length + origins.length === 0) continue;
    if (run.start.command !== 'rollback') {
      const effects = effect === undefined ? [] : [andPerhaps(effect, left)];
      const undone = undoneOf(run).filter((change) => change.name === name);
      return { goal: 'names', runIds: [run.start.id], effects, origins, lost, undone };
    }
    if (isDone(name, run)) throw explainRolledBack(name, run, hints);
    // A replace that deleted and did not create again.
    if (effect !== undefined) left.push(...remainsOf(effect).filter((side) => side === 'nothing'));
  }
  return noWrites;
}

function andPerhaps(effect: Effect, left: readonly Remains[]): Effect {
  if (left.length === 0) return effect;
  return { ...effect, perhaps: [...(effect.perhaps ?? []), ...left] };
}

/** Known to be complete: what a rollback only began is continued. */
function isDone(name: string, run: PastRun): boolean {
  return listChanges(run).some((change) => change.name === name && change.result === 'done');
}

function explainRolledBack(name: string, { start: { id } }: PastRun, hints: CommandHints): UserError {
  return new UserError(`The last change of ${name} is a rollback itself (run ${id}).`, {
    hint: redoHint(id, hints),
  });
}
