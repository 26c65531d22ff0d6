/** `--diff`: what each change of a plan would change, in its report. */

import type { PlanReport } from '../report/report.js';
import { openArchiveReader } from './archive-reader.js';
import type { Connection } from './connect.js';
import type { Io } from './io.js';
import type { Proposal } from './propose.js';
import type { Settings } from './settings.js';

/** The archives that are downloaded for it count as reads of the plan. */
export async function withComparisons(
  { report, folders, guard }: Proposal,
  settings: Settings,
  connection: Connection,
  io: Io,
): Promise<PlanReport> {
  const { compareChanges } = await import('../reconcile/compare.js');
  const { readArchive, downloads } = openArchiveReader(settings, connection, io);
  const { changes, requests } = report.plan;
  const comparisons = await compareChanges({
    changes,
    desired: folders.desired.extensions,
    actual: guard.actual.extensions,
    readArchive,
  });
  const plan = { ...report.plan, requests: { ...requests, tier1: requests.tier1 + downloads() } };
  return { ...report, plan, comparisons };
}
