/** What a run came to, in numbers: told by its outcomes, or by its journal where it died. */

import type { Action, Outcome } from './model.js';
import type { ChangeCounts, RunChange } from './past-run.js';

export function countOutcomes(outcomes: readonly Outcome[]): ChangeCounts {
  return countEndings(outcomes.map(({ action, status }) => ({ action, ending: endings[status] })));
}

/** What nobody knows to be done counts as failed. */
export function countChanges(changes: readonly RunChange[]): ChangeCounts {
  return countEndings(changes.map(({ action, result }) => ({ action, ending: endings[result] })));
}

type Ending = 'done' | 'failed' | 'left';

const endings = {
  done: 'done',
  failed: 'failed',
  'not-applied': 'failed',
  unknown: 'failed',
  'not-attempted': 'left',
  left: 'left',
} as const satisfies Record<Outcome['status'] | RunChange['result'], Ending>;

function countEndings(all: readonly { readonly action: Action; readonly ending: Ending }[]): ChangeCounts {
  const number = (ending: Ending, action?: Action): number =>
    all.filter((each) => each.ending === ending && (action === undefined || each.action === action)).length;
  return {
    created: number('done', 'create'),
    updated: number('done', 'update'),
    replaced: number('done', 'replace'),
    deleted: number('done', 'delete'),
    failed: number('failed'),
    notAttempted: number('left'),
  };
}
