/** What a plan from folders is asked for. */

import type { Adopting } from '../../reconcile/resolve.js';
import type { ApprovalOptions } from '../options/approvals.js';
import type { RunPlace } from '../run-place.js';
import type { Origin } from '../source-state.js';
import type { Selector } from './selection.js';

export interface Proposing extends RunPlace, PlanManner {
  /** What its report is of; what `watch` plans is shown as a plan. */
  readonly command: 'plan' | 'apply' | 'adopt';
  /** Absent: everything. */
  readonly selector: Selector | undefined;
  /** `--changed-since`: only what differs from this commit, and what the tenant lacks. */
  readonly changedSince?: string | undefined;
  /** Present: what is there is taken over, and nothing else is done. */
  readonly adopting?: Adopting;
  readonly approvals: ApprovalOptions;
}

/** What sets a plan that people look at apart from one of many that `watch` makes. */
export interface PlanManner {
  /**
   * What errors in folders and archives mean, and that there are no folders: no plan at all, or one without those
   * extensions (and without deletes).
   */
  readonly broken: 'refuse' | 'leave-out';
  /** Whether replaces that were interrupted are finished; `leave` where one may be under way in this process. */
  readonly halfReplaces: 'finish' | 'leave';
  /** Whether it says what backups will cost, which has to be looked up. */
  readonly forecasts: 'with-backups' | 'none';
  readonly origin: Origin;
}

export const forPeople: PlanManner = {
  broken: 'refuse',
  halfReplaces: 'finish',
  forecasts: 'with-backups',
  origin: 'in-documents',
};
