/** Which runs' writes a rollback undoes, from the journals of this machine. */

import { basename } from 'node:path';
import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import { listNames, onDay } from '../../core/format.js';
import { remainsOf } from '../../core/plan-rollback.js';
import type { Remains } from '../../core/record-side.js';
import { shellWord, withOptions } from '../../core/shell-word.js';
import { nothing, type Undoing, undoingOf } from '../../pipeline/plan-rollback.js';
import { idTime, isRunId } from '../../reconcile/journal/run-id.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import {
  type Effect,
  effectsOf,
  lastEffectOf,
  type RollbackGoal,
  readGoal,
} from '../../reconcile/journal/undo.js';
import { listChanges, listLost } from '../../reconcile/journal/unfinished.js';
import type { Run } from '../../reconcile/run-record.js';
import { commandLine, rollbackCommand } from '../../report/resume-command.js';
import type { RunPlace } from '../../run/connect.js';
import type { Io } from '../../run/io.js';

/** @throws UserError where there is nothing to undo, or the words name no run and no extension */
export async function findUndoing(
  words: readonly string[],
  { settings, connection, io }: RunPlace,
): Promise<Undoing> {
  const { root, project } = settings.config;
  const unreadable: string[] = [];
  const onSkipped = (file: string): void => void unreadable.push(basename(file, '.jsonl'));
  const runs = await readRuns({ root, tenant: connection.identity, project, onSkipped });
  const normalized = words.map((word) => word.normalize('NFC'));
  const naming = nameCommands(connection.header.environment, io);
  const undoing = chooseUndoing(readGoal(normalized, runs), { runs, unreadable }, naming);
  if (undoing.effects.length > 0 || undoing.lost.length > 0) return undoing;
  throw new UserError(
    `There is nothing to undo: no run of project ${project} that is recorded here wrote anything to this tenant.`,
    {
      hint: `Runs are recorded where they are made, in .qlik-sync/runs; ${naming.history} lists them.`,
    },
  );
}

function nameCommands(environment: string | undefined, { argv }: Io): Naming {
  return {
    sameOf: (id) => ['qlik-sync', ...withOptions(argv, [id]).map(shellWord)].join(' '),
    rollback: (id) => rollbackCommand([id], environment),
    history: commandLine(['history'], environment),
  };
}

function chooseUndoing(goal: RollbackGoal, history: History, naming: Naming): Undoing {
  switch (goal.kind) {
    case 'last': {
      const run = chooseLast(history, naming);
      return run === undefined ? nothing : undoingOf(run);
    }
    case 'run':
      return undoingOf(goal.run);
    case 'names':
      return join(goal.names.map((name) => lastOf(name, history.runs, naming)));
    case 'unclear':
      throw explainUnclear(goal, history.runs, naming);
  }
}

function join(parts: readonly Undoing[]): Undoing {
  return {
    goal: 'names',
    runIds: [...new Set(parts.flatMap(({ runIds }) => runIds))].sort(),
    effects: parts.flatMap(({ effects }) => effects),
    lost: parts.flatMap(({ lost }) => lost),
  };
}

function explainUnclear(
  { word, runs: begun }: RollbackGoal & { kind: 'unclear' },
  runs: readonly Run[],
  { history }: Naming,
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
  const names = new Set(runs.flatMap((run) => effectsOf(run).map(({ name }) => name)));
  return new UserError(`${word} is neither a run nor an extension that a run recorded here wrote.`, {
    hint: `${didYouMean(word, [...names, ...runs.map(({ start }) => start.id)])}; ${history} lists them.`,
  });
}

// The run that a rollback without words undoes: the newest, or none where that may not be what is meant.

export interface History {
  /** Newest first. */
  readonly runs: readonly Run[];
  /** Ids of the journals that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Command lines for people to go on with. */
export interface Naming {
  /** The one that was given, with this run named. */
  readonly sameOf: (runId: string) => string;
  /** That undoes this run, in the same environment. */
  readonly rollback: (runId: string) => string;
  /** That lists the runs there. */
  readonly history: string;
}

/** `undefined` where no run wrote anything. @throws UserError where a person has to name the run */
export function chooseLast({ runs, unreadable }: History, naming: Naming): Run | undefined {
  // What planned nothing is no event, and tells only of the run before it.
  const last = runs.find(({ start }) => start.planned?.length !== 0);
  assertRead(unreadable, last, naming);
  if (last === undefined || !runs.some(hasEffect)) return undefined;
  if (last.start.command === 'rollback') throw explainRollback(last, naming);
  if (!hasEffect(last)) throw explainIdle(last, runs, naming);
  return last;
}

function hasEffect(run: Run): boolean {
  return effectsOf(run).length > 0 || listLost(run).length > 0;
}

/** What was undone is not done again because somebody followed a hint, or a pipeline tried twice. */
function explainRollback({ start: { id, undoes } }: Run, naming: Naming): UserError {
  const what = undoes === undefined ? '' : `, of run ${undoes}`;
  const goOn = undoes === undefined ? [] : [`To undo all of that run: ${naming.sameOf(undoes)}`];
  return new UserError(`The last run (${id}) is a rollback itself${what}.`, {
    hint: [...goOn, hintAtRedoing(id, naming)],
  });
}

/** @param rollbackId the run that undid them */
export function hintAtRedoing(rollbackId: string, { rollback }: Naming): string {
  return `To make the changes again that it undid: ${rollback(rollbackId)}`;
}

/** A pipeline rolls back what it just ran: an older run is undone only by its name. */
function explainIdle(
  { start: { id, command } }: Run,
  runs: readonly Run[],
  { sameOf, history }: Naming,
): UserError {
  const before = runs.find(hasEffect)?.start;
  const hint =
    before === undefined || before.command === 'rollback'
      ? `Name the run to undo; ${history} lists them.`
      : `To undo the ${before.command}${onDay(before.startedAt)} before it: ${sameOf(before.id)}`;
  return new UserError(`The last run (${command} ${id}) wrote nothing, so there is nothing of it to undo.`, {
    hint,
  });
}

/** It may be the very run that is meant. */
function assertRead(unreadable: readonly string[], last: Run | undefined, { history }: Naming): void {
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

// The change that a rollback of a name undoes: the last one that no rollback undid to its end.

/** The last change of one name, told or lost, that is not undone yet. @throws UserError where it undid another */
export function lastOf(name: string, runs: readonly Run[], naming: Naming): Undoing {
  const left: Remains[] = [];
  for (const run of runs) {
    const effect = lastEffectOf(name, [run]);
    const lost = listLost(run).filter((change) => change.name === name);
    if (effect === undefined && lost.length === 0) continue;
    if (run.start.command !== 'rollback') {
      const effects = effect === undefined ? [] : [andPerhaps(effect, left)];
      return { goal: 'names', runIds: [run.start.id], effects, lost };
    }
    if (isDone(name, run)) throw explainUndone(name, run, naming);
    // Of a replace that deleted and did not create again.
    if (effect !== undefined) left.push(...remainsOf(effect).filter((side) => side === 'nothing'));
  }
  return nothing;
}

function andPerhaps(effect: Effect, left: readonly Remains[]): Effect {
  if (left.length === 0) return effect;
  return { ...effect, perhaps: [...(effect.perhaps ?? []), ...left] };
}

/** Known, and to its end: what a rollback only began is gone on with. */
function isDone(name: string, run: Run): boolean {
  return listChanges(run).some((change) => change.name === name && change.result === 'done');
}

function explainUndone(name: string, { start: { id } }: Run, naming: Naming): UserError {
  return new UserError(`The last change of ${name} is a rollback itself (run ${id}).`, {
    hint: hintAtRedoing(id, naming),
  });
}
