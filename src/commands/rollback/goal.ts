/** Which runs' writes a rollback undoes, from the journals of this machine. */

import { basename } from 'node:path';
import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import type { LostChange } from '../../core/lost-change.js';
import { shellWord } from '../../core/shell-word.js';
import type { Run } from '../../reconcile/journal/run-record.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import {
  type Effect,
  effectsOf,
  lastEffectOf,
  readGoal,
  type UndoGoal,
} from '../../reconcile/journal/undo.js';
import { listLost } from '../../reconcile/journal/unfinished.js';
import type { RunPlace } from '../run-place.js';
import { withOptions } from '../settle/confirm.js';
import { chooseLast, type History, type Naming } from './last.js';

/** What is to be undone. */
export interface Undoing {
  /** The runs, oldest first. */
  readonly runIds: readonly string[];
  readonly effects: readonly Effect[];
  /** Of damaged journals. */
  readonly lost: readonly LostChange[];
}

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
  const naming: Naming = (id) => ['qlik-sync', ...withOptions(io.argv, [id]).map(shellWord)].join(' ');
  const undoing = chooseUndoing(readGoal(normalized, runs), { runs, unreadable }, naming);
  if (undoing.effects.length > 0 || undoing.lost.length > 0) return undoing;
  throw new UserError(
    `There is nothing to undo: no run of project ${project} that is recorded here wrote anything to this tenant.`,
    {
      hint: 'Runs are recorded where they are made, in .qlik-sync/runs; qlik-sync history lists them.',
    },
  );
}

export function undoingOf(run: Run): Undoing {
  return { runIds: [run.start.id], effects: effectsOf(run), lost: listLost(run) };
}

function chooseUndoing(goal: UndoGoal, history: History, naming: Naming): Undoing {
  switch (goal.kind) {
    case 'last': {
      const run = chooseLast(history, naming);
      return run === undefined ? nothing : undoingOf(run);
    }
    case 'run':
      return undoingOf(goal.run);
    case 'names':
      return join(goal.names.map((name) => lastOf(name, history.runs)));
    case 'unclear':
      throw explainUnclear(goal, history.runs);
  }
}

const nothing: Undoing = { runIds: [], effects: [], lost: [] };

function join(parts: readonly Undoing[]): Undoing {
  return {
    runIds: [...new Set(parts.flatMap(({ runIds }) => runIds))].sort(),
    effects: parts.flatMap(({ effects }) => effects),
    lost: parts.flatMap(({ lost }) => lost),
  };
}

/** The last change of one name, told or lost. @throws UserError where that undid another */
function lastOf(name: string, runs: readonly Run[]): Undoing {
  for (const run of runs) {
    const effect = lastEffectOf(name, [run]);
    const lost = listLost(run).filter((change) => change.name === name);
    if (effect === undefined && lost.length === 0) continue;
    if (run.start.command === 'rollback') throw explainUndone(name, run);
    return { runIds: [run.start.id], effects: effect === undefined ? [] : [effect], lost };
  }
  return nothing;
}

function explainUndone(name: string, { start: { id } }: Run): UserError {
  return new UserError(`The last change of ${name} is a rollback itself (run ${id}).`, {
    hint: `To make the changes again that it undid: qlik-sync rollback ${id}`,
  });
}

function explainUnclear(
  { word, runs: begun }: UndoGoal & { kind: 'unclear' },
  runs: readonly Run[],
): UserError {
  if (begun.length === 1) {
    return new UserError(`${word} is a run, and a run is undone alone.`, {
      hint: 'Give one run, or names of extensions.',
    });
  }
  if (begun.length > 1) {
    return new UserError(
      `${begun.length} runs begin with ${word}: ${begun.slice(0, 5).join(', ')}${begun.length > 5 ? ' …' : ''}`,
      {
        hint: 'Give more of its id; qlik-sync history lists them.',
      },
    );
  }
  const names = new Set(runs.flatMap((run) => effectsOf(run).map(({ name }) => name)));
  return new UserError(`${word} is neither a run nor an extension that a run recorded here wrote.`, {
    hint: `${didYouMean(word, [...names, ...runs.map(({ start }) => start.id)])}; qlik-sync history lists them.`,
  });
}
