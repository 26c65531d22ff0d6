/** What a plan does, safest first: what stops in the middle has then done the least harm. Pure. */

import type { Action, Change, Plan } from '../../core/model.js';
import { workOf } from '../../core/work.js';

export interface OrderedChanges {
  /** New ones, tags, archives, replaces. */
  readonly uploads: readonly Change[];
  readonly deletes: readonly Change[];
}

/** Only what would be done: neither blocked nor left as it is. */
export function orderChanges(plan: Pick<Plan, 'changes'>): OrderedChanges {
  const work = workOf(plan);
  const uploads = work.filter(({ action }) => action !== 'delete').sort((a, b) => rankOf(a) - rankOf(b));
  return { uploads, deletes: work.filter(({ action }) => action === 'delete') };
}

const ranks: Readonly<Record<Action, number>> = { create: 0, update: 2, replace: 3, delete: 4, none: 5 };

function rankOf({ action, write }: Change): number {
  return action === 'update' && write?.carries === 'data' ? 1 : ranks[action];
}
