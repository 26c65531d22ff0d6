/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import type { ExitCode } from '../core/errors.js';
import { pack } from '../source/pack.js';
import type { Io } from './io.js';
import { withImpact } from './plan-impact.js';
import { propose } from './propose.js';
import { createSelector } from './selection.js';
import { type Approving, settle } from './settle.js';
import { type RunFlags, runOnTenant } from './tenant-run.js';

export type ApplyFlags = RunFlags & Approving;

export function applyPlan(names: readonly string[], given: ApplyFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('apply', given, io, async (place, running) => {
    const selector = await createSelector(names);
    const proposed = await propose({ broken: 'refuse', selector, approvals: given, ...place });
    const { report, guard, folders, packWith } = await withImpact(proposed, place, given);
    const header = { ...report.header, command: 'apply' } as const;
    const planned = { report: { ...report, header }, guard, desired: folders.desired, pack: packWith(pack) };
    return settle(place, { command: 'apply', ...planned, ...running }, given);
  });
}
