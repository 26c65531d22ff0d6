/** Which runs' writes a rollback undoes, from the journals of this machine. */

import { basename } from 'node:path';
import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import type { Run } from '../../reconcile/journal/run-record.js';
import { readRuns } from '../../reconcile/journal/runs.js';
import { effectsOf, readGoal, type UndoGoal } from '../../reconcile/journal/undo.js';
import { commandLine, rollbackCommand } from '../../report/go-on.js';
import type { Io } from '../io.js';
import type { RunPlace } from '../run-place.js';
import { withOptions } from '../settle/confirm.js';
import { chooseLast, type History, type Naming } from './last.js';
import { lastOf } from './last-of-name.js';
import { nothing, type Undoing, undoingOf } from './undoing.js';

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

function chooseUndoing(goal: UndoGoal, history: History, naming: Naming): Undoing {
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
  { word, runs: begun }: UndoGoal & { kind: 'unclear' },
  runs: readonly Run[],
  { history }: Naming,
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
        hint: `Give more of its id; ${history} lists them.`,
      },
    );
  }
  const names = new Set(runs.flatMap((run) => effectsOf(run).map(({ name }) => name)));
  return new UserError(`${word} is neither a run nor an extension that a run recorded here wrote.`, {
    hint: `${didYouMean(word, [...names, ...runs.map(({ start }) => start.id)])}; ${history} lists them.`,
  });
}
