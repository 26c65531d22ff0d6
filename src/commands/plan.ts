/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import type { PlanReport } from '../report/report.js';
import { withComparisons } from './comparisons.js';
import { connect } from './connect.js';
import type { Io } from './io.js';
import type { ApprovalOptions, SharedFlags } from './options.js';
import { withImpact } from './plan-impact.js';
import { print } from './print.js';
import { propose } from './propose.js';
import { createSelector } from './selection.js';
import { readSettings } from './settings.js';

export type PlanFlags = SharedFlags &
  ApprovalOptions & { readonly detailedExitcode?: true; readonly diff?: true };

export async function showPlan(names: readonly string[], given: PlanFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const connection = await connect(settings, io, { onWait: (notice) => io.stderr.write(`${notice}\n`) });
  try {
    const place = { settings, connection, io };
    const proposed = await propose({
      broken: 'refuse',
      selector: await createSelector(names),
      approvals: given,
      ...place,
    });
    const proposal = await withImpact(proposed, place, given);
    const shown =
      given.diff === true ? await withComparisons(proposal, settings, connection, io) : proposal.report;
    const report = { ...shown, exitCode: exitCodeOf(shown, given) };
    print(report, settings.flags, io);
    return report.exitCode;
  } finally {
    await connection.close();
  }
}

/** Blocked changes are changes: the tenant is not as the folders say. */
function exitCodeOf({ plan }: PlanReport, { detailedExitcode }: PlanFlags): ExitCode {
  const changes = plan.changes.some(({ action }) => action !== 'none');
  return detailedExitcode === true && changes ? exitCodes.changes : exitCodes.ok;
}
