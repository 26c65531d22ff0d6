/** What a run came to, in numbers. Pure. */

import type { Action, Outcome } from '../core/model.js';
import type { RunEnd } from './run-record.js';

export function countOutcomes(outcomes: readonly Outcome[]): RunEnd['counts'] {
  const done = (action: Action): number =>
    outcomes.filter((outcome) => outcome.status === 'done' && outcome.action === action).length;
  return {
    created: done('create'),
    updated: done('update'),
    replaced: done('replace'),
    deleted: done('delete'),
    failed: outcomes.filter(({ status }) => status === 'failed' || status === 'not-applied').length,
    notAttempted: outcomes.filter(({ status }) => status === 'not-attempted').length,
  };
}
