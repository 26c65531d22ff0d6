/** What a promote would do to one environment. Reads only. */

import { forecastBackups } from '../../core/budget.js';
import type { Blocked, Plan, Policy } from '../../core/model.js';
import { assertKnownApprovals } from '../../core/names.js';
import { applySeverities } from '../../core/rules.js';
import { workOf } from '../../core/work.js';
import { createArchivePacker } from '../../source/archived.js';
import { readActual } from '../../tenant/actual.js';
import { openArchiveReader } from '../archive-reader.js';
import { emptyPlanReport } from '../empty-plan-report.js';
import type { Folders } from '../folders.js';
import type { Proposal } from '../judged.js';
import type { ApprovalOptions } from '../options/approvals.js';
import { blockChanges } from '../plan-impact.js';
import { planWithRenames } from '../plan-with-renames.js';
import { findUnusedProtection, limitsOf, policyOf } from '../policy.js';
import type { RunPlace } from '../run-place.js';
import { readStoredArchives } from '../stored-archives.js';
import type { Held } from './held.js';

/** @throws TenantError, RefusedError, UserError */
export async function proposePromotion(
  held: Held,
  approvals: ApprovalOptions,
  place: RunPlace,
): Promise<Proposal> {
  const { settings, connection, io } = place;
  const { config } = settings;
  const actual = await readActual(connection.extensions, { signal: io.interrupted });
  const folders = asFolders(held);
  const policy: Policy = { ...policyOf(config, approvals, folders), sources: [held.environment] };
  const stored = await readStoredArchives(settings, connection, approvals);
  const { identity: tenant } = connection;
  const world = { desired: folders.desired, actual, policy, tenant, stored };
  const reader = openArchiveReader(settings, connection, io);
  const { decided, findings } = await planWithRenames(world, reader);
  assertKnownApprovals(decided, policy);
  const plan = blockChanges(decided, findBlocks(decided, held.blocks), tenant, stored);
  const guard = { plan, actual, limits: limitsOf(config, approvals) };
  const backups = forecastBackups(plan.changes, stored);
  const about = {
    ...emptyPlanReport('promote', place),
    promotes: { environment: held.environment, url: held.url },
    findings: [...findUnusedProtection(config, plan), ...applySeverities(findings, config.rules)],
    ...(backups && { backups }),
  };
  return { folders, guard, about, packWith: () => createArchivePacker(held.archives) };
}

/** What is held takes the place of what folders would say. */
function asFolders({ extensions, notSelected }: Held): Folders {
  return {
    desired: { extensions, skipped: [], notSelected },
    findings: [],
    coverage: notSelected.length === 0 ? 'complete' : 'partial',
    found: extensions.length + notSelected.length,
    unmatched: [],
  };
}

/** What is there already stays, and what another rail stops says so itself. */
function findBlocks(plan: Plan, blocks: Held['blocks']): ReadonlyMap<string, Blocked> {
  const own = workOf(plan).flatMap(({ name }) => {
    const blocked = blocks.get(name);
    return blocked === undefined ? [] : [[name, blocked] as const];
  });
  return new Map(own);
}
