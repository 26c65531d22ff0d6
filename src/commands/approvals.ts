/** The approvals of a run, apart from the other options that came with them. */

import type { ApprovalOptions } from './options/approvals.js';

/** Those that make another plan of the same folders and tenant. */
export const shapingApprovals = [
  'prune',
  'onDrift',
  'overwrite',
  'adopt',
  'takeOwnership',
  'allowReplace',
  'allowRename',
  'allowDowngrade',
  'impact',
  'acceptImpact',
] as const satisfies readonly (keyof ApprovalOptions)[];

/** Those that let a plan pass as it is. */
const liftingApprovals = [
  'allowDeletes',
  'allowUpdates',
  'allowEmpty',
] as const satisfies readonly (keyof ApprovalOptions)[];

type Approval = (typeof shapingApprovals)[number] | (typeof liftingApprovals)[number];

export function pickApprovals(given: ApprovalOptions): Pick<ApprovalOptions, Approval> {
  const known: readonly string[] = [...shapingApprovals, ...liftingApprovals];
  const entries = Object.entries(given).filter(([key, value]) => known.includes(key) && value !== undefined);
  return Object.fromEntries(entries);
}
