/** The change that a rollback of a name undoes: the last one that no rollback undid to its end. */

import { UserError } from '../../core/errors.js';
import { remainsOf } from '../../core/plan-rollback.js';
import type { Remains } from '../../core/record-side.js';
import type { Run } from '../../reconcile/journal/run-record.js';
import { type Effect, lastEffectOf } from '../../reconcile/journal/undo.js';
import { listChanges, listLost } from '../../reconcile/journal/unfinished.js';
import { hintAtRedoing, type Naming } from './last.js';
import { nothing, type Undoing } from './undoing.js';

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
