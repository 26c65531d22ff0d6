/** What became of one change, in the words that every format uses. */

import { formatBytes } from '../core/format.js';
import type { Outcome } from '../core/model.js';

/** `created, 51 kB, 0.3 s`, or `create failed: … (trace …)`. Raw words: the tenant's answer may be in there. */
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
