/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import type { PlanReport } from '../report/report.js';
import { connect } from './connect.js';
import type { Io } from './io.js';
import type { ApprovalOptions, SharedFlags } from './options.js';
import { print } from './print.js';
import { propose } from './propose.js';
import { createSelector } from './selection.js';
import { readSettings } from './settings.js';

export type PlanFlags = SharedFlags & ApprovalOptions & { readonly detailedExitcode?: true };

export async function showPlan(names: readonly string[], given: PlanFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const connection = await connect(settings, io, { onWait: (notice) => io.stderr.write(`${notice}\n`) });
  try {
    const proposal = await propose({
      broken: 'refuse',
      selector: await createSelector(names),
      settings,
      approvals: given,
      connection,
      io,
    });
    const report = { ...proposal.report, exitCode: exitCodeOf(proposal.report, given) };
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
