/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import type { PlanReport } from '../report/plan/report.js';
import type { Io } from './io.js';
import { onEnvironments } from './on-environments.js';
import type { ApprovalOptions } from './options/approvals.js';
import type { ShardedFlags } from './options/shard.js';
import { loneNumber } from './proposal/approvals.js';
import { withComparisons } from './proposal/comparisons.js';
import { type Judged, reportOf } from './proposal/judged.js';
import { withImpact } from './proposal/plan-impact.js';
import { propose } from './proposal/propose.js';
import { forPeople } from './proposal/proposing.js';
import { createSelector } from './proposal/selection.js';
import { withUngated } from './proposal/ungated-impact.js';
import { withPolicy } from './proposal/with-policy.js';
import { print } from './reporting/print.js';
import type { RunPlace } from './run-place.js';
import type { Settings } from './settings.js';
import type { Site } from './site.js';
import { withConnection } from './with-connection.js';

export type PlanFlags = ShardedFlags &
  ApprovalOptions & {
    readonly detailedExitcode?: true;
    readonly diff?: true;
    readonly out?: string;
    readonly changedSince?: string;
  };

export function showPlan(names: readonly string[], given: PlanFlags, io: Io): Promise<ExitCode> {
  const lone = [given.out && '--out', loneNumber(given)];
  const work = (site: Site): Promise<ExitCode> => planAt(names, given, site);
  return onEnvironments({ command: 'plan', given, lone, io, work });
}

async function planAt(names: readonly string[], given: PlanFlags, site: Site): Promise<ExitCode> {
  const { settings, io } = site;
  const write = given.out === undefined ? undefined : await openOut(given.out, settings);
  return withConnection(site, async (place) => {
    const planned = reportOf(await makePlan(names, given, place));
    const report = { ...planned, exitCode: exitCodeOf(planned, given) };
    await write?.(report);
    print(report, settings.flags, io);
    return report.exitCode;
  });
}

async function openOut(out: string, settings: Settings): Promise<(report: PlanReport) => Promise<void>> {
  const { openPlanFile } = await import('./apply/plan-file.js');
  return openPlanFile(out, settings);
}

async function makePlan(names: readonly string[], given: PlanFlags, place: RunPlace): Promise<Judged> {
  const proposed = await propose({
    ...forPeople,
    ...(given.out !== undefined && { origin: 'always' }),
    command: 'plan',
    selector: await createSelector(names),
    changedSince: given.changedSince,
    approvals: given,
    ...place,
  });
  const looked = withUngated(await withImpact(proposed, place, given), place, given.out);
  const proposal = await withPolicy(looked, place);
  return given.diff === true ? withComparisons(proposal, place) : proposal;
}

/** Blocked changes are changes: the tenant is not as the folders say. */
function exitCodeOf({ plan }: PlanReport, { detailedExitcode }: PlanFlags): ExitCode {
  const changes = plan.changes.some(({ action }) => action !== 'none');
  return detailedExitcode === true && changes ? exitCodes.changes : exitCodes.ok;
}
