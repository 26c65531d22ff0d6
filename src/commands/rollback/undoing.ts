/** What is to be undone, as the journals tell it. */

import type { LostChange } from '../../core/lost-change.js';
import type { Run } from '../../reconcile/journal/run-record.js';
import { type Effect, effectsOf } from '../../reconcile/journal/undo.js';
import { listLost } from '../../reconcile/journal/unfinished.js';

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
