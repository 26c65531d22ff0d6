/** The approvals of a run, apart from the other options that came with them. */

import type { ApprovalOptions } from '../options/approvals.js';

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

/** Apps are those of one tenant, and so is their number. */
export function loneNumber({ acceptImpact }: ApprovalOptions): string | undefined {
  return acceptImpact === undefined ? undefined : '--accept-impact';
}

/** As it is written on a command line. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
