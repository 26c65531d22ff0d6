/** What a report says about one change: which of its groups it belongs to, and the sentence. */

import type { Change } from '../core/model.js';

/** In the order in which people read them. */
export const changeKinds = ['create', 'update', 'replace', 'delete', 'blocked', 'kept'] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** `undefined` for what is only counted: names in sync, not selected, or none of our business. */
export function kindOf(change: Change): ChangeKind | undefined {
  if (change.blocked !== undefined) return 'blocked';
  if (change.action !== 'none') return change.action;
  return change.reason === 'kept' || change.reason === 'not-deployable' ? 'kept' : undefined;
}

/** Raw words: the name of a tenant's user may be in there. */
export function describeChange({ blocked, message }: Change): string {
  if (blocked === undefined) return message;
  const wayOut = blocked.lift === undefined ? '' : `; ${blocked.lift} ${blocked.effect ?? 'lifts it'}`;
  return `blocked: ${blocked.message}${wayOut}`;
}
