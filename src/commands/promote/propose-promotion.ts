/** What a promote would do to one environment. Reads only. */

import { forecastBackups } from '../../core/budget.js';
import type { Blocked, Plan, Policy } from '../../core/model.js';
import { assertKnownApprovals } from '../../core/names.js';
import { plan } from '../../core/plan.js';
import { applySeverities } from '../../core/rules.js';
import { workOf } from '../../core/work.js';
import { createArchivePacker } from '../../source/archived.js';
import { readActual } from '../../tenant/actual.js';
import type { ApprovalOptions } from '../options/approvals.js';
import { openArchiveReader } from '../proposal/archive-reader.js';
import { emptyPlanReport } from '../proposal/empty-plan-report.js';
import { finishReplaces } from '../proposal/finish-replaces.js';
import type { Folders } from '../proposal/folders.js';
import type { Proposal } from '../proposal/judged.js';
import { blockChanges } from '../proposal/plan-impact.js';
import { type Planning, planWithRenames } from '../proposal/plan-with-renames.js';
import { findUnusedProtection, limitsOf, policyOf } from '../proposal/policy.js';
import { readStoredArchives } from '../proposal/stored-archives.js';
import type { RunPlace } from '../run-place.js';
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
  const finishing = await finishReplaces(asFolders(held), actual, held.readUnselected, place);
  const { folders, unfinished, packWith } = finishing;
  const policy: Policy = { ...policyOf(config, approvals, folders), sources: [held.environment] };
  const stored = await readStoredArchives(settings, connection, approvals);
  const { identity: tenant } = connection;
  const { desired } = folders;
  const world = { desired, actual, policy, tenant, unfinished, stored };
  const reader = openArchiveReader(settings, connection, io);
  const planFrom: Planning['planFrom'] = (found) => plan({ ...world, ...found });
  const sides = { desired: desired.extensions, actual: actual.extensions };
  const { decided, findings } = await planWithRenames({ ...sides, planFrom }, reader);
  assertKnownApprovals(decided, policy);
  const told = tellKept(decided, held.blocks);
  const blocked = blockChanges(told, findBlocks(told, held.blocks), tenant, stored);
  const guard = { plan: blocked, actual, limits: limitsOf(config, approvals) };
  const backups = forecastBackups(blocked.changes, stored);
  const about = {
    ...emptyPlanReport('promote', place),
    promotes: { environment: held.environment, url: held.url },
    findings: [
      ...folders.findings,
      ...findUnusedProtection(config, blocked),
      ...applySeverities(findings, config.rules),
    ],
    ...(backups && { backups }),
  };
  return { folders, guard, about, packWith: () => packWith(createArchivePacker(held.archives)) };
}

/** What is held takes the place of what folders would say. */
function asFolders({ extensions, notSelected, coverage }: Held): Folders {
  return {
    desired: { extensions, skipped: [], notSelected },
    findings: [],
    coverage,
    found: extensions.length + notSelected.length,
    unmatched: [],
  };
}

/** Without prune too nobody is told that the other environment has let go of it. */
function tellKept(plan: Plan, blocks: Held['blocks']): Plan {
  const changes = plan.changes.map((change) => {
    const blocked = change.state === 'orphan' && change.action === 'none' && blocks.get(change.name);
    return blocked ? { ...change, message: `kept: ${blocked.message}` } : change;
  });
  return { ...plan, changes };
}

/** What is there already stays, and what another rail stops says so itself. */
function findBlocks(plan: Plan, blocks: Held['blocks']): ReadonlyMap<string, Blocked> {
  const own = workOf(plan).flatMap(({ name }) => {
    const blocked = blocks.get(name);
    return blocked === undefined ? [] : [[name, blocked] as const];
  });
  return new Map(own);
}
