/** Which runs' writes a rollback undoes, from the journals of this machine. */

import { didYouMean } from '../config/suggest.js';
import { UserError } from '../core/errors.js';
import type { Run } from '../reconcile/run-record.js';
import { readRuns } from '../reconcile/runs.js';
import { type Effect, effectsOf, lastEffectOf, readGoal, type UndoGoal } from '../reconcile/undo.js';
import type { RunPlace } from './run-place.js';

/** @throws UserError where there is nothing to undo, or the words name no run and no extension */
export async function findEffects(
  words: readonly string[],
  { settings, connection }: RunPlace,
): Promise<readonly Effect[]> {
  const { root, project } = settings.config;
  const runs = await readRuns({ root, tenant: connection.identity, project });
  const normalized = words.map((word) => word.normalize('NFC'));
  const effects = effectsFor(readGoal(normalized, runs), runs);
  if (effects.length > 0) return effects;
  throw new UserError(
    `There is nothing to undo: no run of project ${project} that is recorded here wrote anything to this tenant.`,
    {
      hint: 'Runs are recorded where they are made, in .qlik-sync/runs; qlik-sync history lists them.',
    },
  );
}

function effectsFor(goal: UndoGoal, runs: readonly Run[]): readonly Effect[] {
  switch (goal.kind) {
    case 'last':
      return runs.map(effectsOf).find((effects) => effects.length > 0) ?? [];
    case 'run':
      return effectsOf(goal.run);
    case 'names':
      return goal.names.flatMap((name) => lastEffectOf(name, runs) ?? []);
    case 'unclear':
      throw explainUnclear(goal, runs);
  }
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
