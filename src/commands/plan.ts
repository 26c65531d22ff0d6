/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import type { PlanReport } from '../report/report.js';
import { withComparisons } from './comparisons.js';
import { connect } from './connect.js';
import type { RunPlace } from './exclusive.js';
import type { Io } from './io.js';
import { onEnvironments } from './on-environments.js';
import type { ApprovalOptions } from './options/approvals.js';
import type { ShardedFlags } from './options/shard.js';
import { withImpact } from './plan-impact.js';
import { print } from './print.js';
import { propose } from './propose.js';
import { createSelector } from './selection.js';
import type { Settings } from './settings.js';
import { type Site, sharedBy } from './site.js';
import { withPolicy } from './with-policy.js';

export type PlanFlags = ShardedFlags &
  ApprovalOptions & {
    readonly detailedExitcode?: true;
    readonly diff?: true;
    readonly out?: string;
    readonly changedSince?: string;
  };

export function showPlan(names: readonly string[], given: PlanFlags, io: Io): Promise<ExitCode> {
  const lone = [given.out && '--out'];
  const work = (site: Site): Promise<ExitCode> => planAt(names, given, site);
  return onEnvironments({ command: 'plan', given, lone, io, work });
}

async function planAt(names: readonly string[], given: PlanFlags, site: Site): Promise<ExitCode> {
  const { settings, io } = site;
  const write = given.out === undefined ? undefined : await openOut(given.out, settings);
  const connection = await connect(settings, io, {
    onWait: (notice) => io.stderr.write(`${notice}\n`),
    ...sharedBy(site),
  });
  try {
    const planned = await makePlan(names, given, { settings, connection, io });
    const report = { ...planned, exitCode: exitCodeOf(planned, given) };
    await write?.(report);
    print(report, settings.flags, io);
    return report.exitCode;
  } finally {
    await connection.close();
  }
}

async function openOut(out: string, settings: Settings): Promise<(report: PlanReport) => Promise<void>> {
  const { openPlanFile } = await import('./plan-file.js');
  return openPlanFile(out, settings);
}

async function makePlan(names: readonly string[], given: PlanFlags, place: RunPlace): Promise<PlanReport> {
  const proposed = await propose({
    broken: 'refuse',
    selector: await createSelector(names),
    changedSince: given.changedSince,
    recorded: given.out !== undefined,
    approvals: given,
    ...place,
  });
  const proposal = await withPolicy(await withImpact(proposed, place, given), place);
  if (given.diff !== true) return proposal.report;
  return withComparisons(proposal, place.settings, place.connection, place.io);
}

/** Blocked changes are changes: the tenant is not as the folders say. */
function exitCodeOf({ plan }: PlanReport, { detailedExitcode }: PlanFlags): ExitCode {
  const changes = plan.changes.some(({ action }) => action !== 'none');
  return detailedExitcode === true && changes ? exitCodes.changes : exitCodes.ok;
}
