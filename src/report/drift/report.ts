/** Where the tenant departed from the folders. */

import type { Departure, DriftKind } from '../../core/drift.js';
import type { PlanReport } from '../plan/report.js';

export interface Drift extends Departure {
  /** Only what is `new` makes the run exit with 2. */
  readonly alarm: 'new' | 'known' | 'ignored';
  /** The entry of `driftIgnore` that hides it. */
  readonly ignored?: { readonly reason: string; readonly until: string };
}

/** An entry of `driftIgnore` whose date has passed: what it hid is told again. */
export interface ExpiredIgnore {
  readonly name: string;
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
}

export interface DriftReport extends Omit<PlanReport, 'kind' | 'refusals'> {
  readonly kind: 'drift';
  /** In the order of `driftKinds`, then by name. */
  readonly drift: readonly Drift[];
  readonly expired: readonly ExpiredIgnore[];
  /** With `--baseline`: what it holds and is no longer so. */
  readonly gone: readonly { readonly name: string; readonly kind: DriftKind }[];
  /** Extensions of the folders that were compared with the tenant. */
  readonly compared: number;
  /** What that took; the plan counts those of an apply as well. */
  readonly requests: number;
}
