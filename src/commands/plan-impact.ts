/** Which apps a plan touches, and the changes that wait until somebody says how many. */

import { forecastBackups, forecastRequests } from '../core/budget.js';
import type { Impact } from '../core/impact.js';
import { gateChanges, type ImpactMode, namesAtStake } from '../core/impact-gate.js';
import type { Blocked, Plan } from '../core/model.js';
import { summarisePlan } from '../core/plan.js';
import { type Judged, withPlan, withReads } from './judged.js';
import type { ApprovalOptions } from './options/approvals.js';
import { readImpact } from './read-impact.js';
import type { RunPlace } from './run-place.js';
import { readStoredArchives } from './stored-archives.js';

export interface ImpactReading {
  /** The most that is looked at, whatever config and options ask for. */
  readonly most?: ImpactMode;
  /** Aborted when no more apps are to be opened; what was not read by then holds changes up. */
  readonly until?: AbortSignal;
}

/** The same where nobody asks, or nothing that is there changes. @throws TenantError, UserError */
export async function withImpact<T extends Judged>(
  judged: T,
  place: RunPlace,
  approvals: ApprovalOptions,
  { most, until }: ImpactReading = {},
): Promise<T> {
  const asked = modeOf(place, approvals);
  const names = asked === undefined ? [] : namesAtStake(judged.guard.plan.changes, most ?? asked);
  if (names.length === 0) return judged;
  const query = { spaces: [], apps: [] };
  const wanted = { query, names, isWanted: () => false, ...(until && { until }) };
  const { impact, requests } = await readImpact(place, wanted);
  return withReads(await gate(judged, place, approvals, impact), requests);
}

/** An accepted number is checked, whatever the config says. */
function modeOf({ settings }: RunPlace, { impact, acceptImpact }: ApprovalOptions): ImpactMode | undefined {
  if (impact === true || settings.config.impact === 'always') return 'always';
  return settings.config.impact === 'deletes' || acceptImpact !== undefined ? 'deletes' : undefined;
}

async function gate<T extends Judged>(
  judged: T,
  { settings, connection }: RunPlace,
  approvals: ApprovalOptions,
  impact: Impact,
): Promise<T> {
  const blocks = gateChanges(judged.guard.plan.changes, impact, approvals.acceptImpact);
  const stored = await readStoredArchives(settings, connection, approvals);
  const plan = blockChanges(judged.guard.plan, blocks, connection.identity, stored);
  const { backups: before, ...about } = judged.about;
  const backups = before && forecastBackups(plan.changes, stored);
  return withPlan({ ...judged, about: { ...about, impact, ...(backups && { backups }) } }, plan);
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
