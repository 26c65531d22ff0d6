/** What `watch` waits for, as findings: names that do not exist yet, folders that cannot be read, deletes that are held. */

import type { Finding } from '../core/model.js';
import { namesOf } from '../pipeline/observe.js';
import type { PlannedRun } from '../pipeline/planned.js';
import type { Approvals } from '../run/flags.js';
import { describeAwaited, type Selector } from '../run/selection.js';

/** What would be deleted, but for a folder that may be half-built, or the wait before deletes. */
export function findKept({ plan }: PlannedRun, { prune }: Approvals): readonly Finding[] {
  if (prune !== true) return [];
  return plan.changes
    .filter(({ state, reason }) => state === 'orphan' && reason === 'kept')
    .map(({ name, message }) => ({ rule: 'kept', severity: 'info', extension: name, message }));
}

/** Selected names that do not exist (any more): nothing else waits for them. */
export function findAwaited(selector: Selector | undefined, { desired }: PlannedRun): Unmatched {
  if (selector === undefined) return { awaited: [], patterns: [] };
  const known = namesOf(desired);
  const awaited = selector.unused(known).map((pattern) => ({
    rule: 'no-match',
    severity: 'error' as const,
    extension: pattern,
    message: describeAwaited(pattern, known),
  }));
  return { awaited, patterns: selector.unused([]).filter((pattern) => !known.includes(pattern)) };
}

interface Unmatched {
  readonly awaited: readonly Finding[];
  /** Selected by anything but the name of an existing extension: every look decides what it matches. */
  readonly patterns: readonly string[];
}

/** With nothing to delete, a project without a folder is a build that has just begun. */
export function findErrors(planned: PlannedRun): readonly Finding[] {
  if (!isBetweenBuilds(planned)) return planned.broken;
  return [
    ...planned.broken,
    { rule: 'no-match', severity: 'error', message: 'no extension folder is there' },
  ];
}

export function isBetweenBuilds({ plan, rails }: PlannedRun): boolean {
  return rails.found === 0 && plan.summary.delete === 0;
}
