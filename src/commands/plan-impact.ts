/** Which apps a plan touches, and the changes that wait until somebody says how many. */

import { forecastBackups, forecastRequests } from '../core/budget.js';
import { findRefusals } from '../core/guard.js';
import type { Impact } from '../core/impact.js';
import { gateChanges, type ImpactMode, namesAtStake } from '../core/impact-gate.js';
import type { Blocked, Plan } from '../core/model.js';
import { summarisePlan } from '../core/plan.js';
import type { RunPlace } from './exclusive.js';
import type { ApprovalOptions } from './options.js';
import type { Proposal } from './propose.js';
import { readImpact } from './read-impact.js';
import { readStoredArchives } from './stored-archives.js';

/** The same proposal where nobody asks, or nothing that is there changes. @throws TenantError, UserError */
export async function withImpact(
  proposal: Proposal,
  place: RunPlace,
  approvals: ApprovalOptions,
): Promise<Proposal> {
  const mode = modeOf(place, approvals);
  const names = mode === undefined ? [] : namesAtStake(proposal.guard.plan.changes, mode);
  if (names.length === 0) return proposal;
  const query = { spaces: [], apps: [] };
  const { impact, requests } = await readImpact(place, { query, names, isWanted: () => false });
  return countReads(await gate(proposal, place, approvals, impact), requests);
}

/** An accepted number is checked, whatever the config says. */
function modeOf({ settings }: RunPlace, { impact, acceptImpact }: ApprovalOptions): ImpactMode | undefined {
  if (impact === true || settings.config.impact === 'always') return 'always';
  return settings.config.impact === 'deletes' || acceptImpact !== undefined ? 'deletes' : undefined;
}

async function gate(
  proposal: Proposal,
  { settings, connection }: RunPlace,
  approvals: ApprovalOptions,
  impact: Impact,
): Promise<Proposal> {
  const blocks = gateChanges(proposal.guard.plan.changes, impact, approvals.acceptImpact);
  const stored = await readStoredArchives(settings, connection, approvals);
  const plan = blockChanges(proposal.guard.plan, blocks, connection.identity, stored);
  const guard = { ...proposal.guard, plan };
  const { backups: _, ...report } = proposal.report;
  const backups = proposal.report.backups && forecastBackups(plan.changes, stored);
  return {
    ...proposal,
    guard,
    report: { ...report, plan, impact, refusals: findRefusals(guard), ...(backups && { backups }) },
  };
}

function countReads(proposal: Proposal, reads: number): Proposal {
  const { requests } = proposal.guard.plan;
  const plan = { ...proposal.guard.plan, requests: { ...requests, tier1: requests.tier1 + reads } };
  return { ...proposal, guard: { ...proposal.guard, plan }, report: { ...proposal.report, plan } };
}

/** Counted, costed and digested anew: what is blocked costs nothing and is not what a review approves. */
export function blockChanges(
  plan: Plan,
  blocks: ReadonlyMap<string, Blocked>,
  tenant: string,
  stored: Awaited<ReturnType<typeof readStoredArchives>>,
): Plan {
  if (blocks.size === 0) return plan;
  const changes = plan.changes.map((change) => {
    const blocked = blocks.get(change.name);
    return blocked === undefined ? change : { ...change, blocked };
  });
  const strangers = plan.changes.filter(
    ({ action, reason, blocked }) => action === 'none' && reason === 'not-ours' && blocked === undefined,
  );
  return summarisePlan(changes, {
    project: plan.project,
    tenant,
    reads: plan.requests.tier1 - forecastRequests(plan.changes, 0, stored).tier1,
    nameless: plan.summary.unmanaged - strangers.length,
    stored,
  });
}
