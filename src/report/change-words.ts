/** What a report says about one change and its outcome. */

import { formatBytes } from '../core/format.js';
import type { Change } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';

/** In the order in which they are shown. */
export const changeKinds = ['create', 'update', 'replace', 'delete', 'blocked', 'kept'] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** `undefined` for what is only counted: names that are in sync, not selected or not ours. */
export function kindOf(change: Change): ChangeKind | undefined {
  if (change.blocked !== undefined) return 'blocked';
  if (change.action !== 'none') return change.action;
  return change.reason === 'kept' || change.reason === 'not-deployable' ? 'kept' : undefined;
}

/** Raw text: it may hold the name of a tenant's user. */
export function describeChange({ blocked, message }: Change): string {
  if (blocked === undefined) return message;
  const lift = blocked.lift === undefined ? '' : `; ${blocked.lift} ${blocked.effect ?? 'lifts it'}`;
  return `blocked: ${blocked.message}${lift}`;
}

/** `created, 51 kB, 0.3 s`, or `create failed: … (trace …)`. Raw text: it may hold the tenant's answer. */
export function describeOutcome(outcome: Outcome): string {
  const { action, status, error } = outcome;
  if (status === 'done') return describeDone(outcome);
  const trace = error?.traceId === undefined ? '' : ` (trace ${error.traceId})`;
  return `${action} ${verbs[status]}: ${error?.message ?? 'unknown'}${trace}`;
}

function describeDone({ action, bytes, ms, note, overwrote }: Outcome): string {
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
  const aside = note === undefined ? '' : ` (${note})`;
  const lost = overwrote === undefined ? '' : `; ${overwrote}`;
  return `${past[action]}${size}, ${((ms ?? 0) / 1000).toFixed(1)} s${aside}${lost}`;
}

const past = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  none: 'left',
} as const;

const verbs = { failed: 'failed', 'not-applied': 'not applied', 'not-attempted': 'not attempted' } as const;
