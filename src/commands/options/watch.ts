/** What `watch` is given. */

import type { ApprovalOptions } from './approvals.js';
import type { SharedFlags } from './shared.js';

export interface WatchFlags extends SharedFlags, ApprovalOptions {
  /** Milliseconds. */
  readonly quietPeriod?: number;
  readonly maxWait?: number;
  readonly interval?: number;
  readonly confirm?: readonly string[];
}
