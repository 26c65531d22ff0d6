/** Which apps a plan touches, and the changes that wait until somebody says how many. */

import { forecastBackups, forecastRequests } from '../../core/budget.js';
import { gateChanges, type ImpactMode, namesAtStake } from '../../core/impact-gate.js';
import type { Blocked, Plan } from '../../core/model.js';
import { summarisePlan } from '../../core/plan.js';
import { readImpact } from '../impact/read-impact.js';
import type { ApprovalOptions } from '../options/approvals.js';
import type { RunPlace } from '../run-place.js';
import { type Judged, withPlan, withReads } from './judged.js';
import { readStoredArchives } from './stored-archives.js';

export interface ImpactReading {
  /** The most that is looked at, whatever config and options ask for. */
  readonly most?: ImpactMode;
  /** Aborted when no more apps are to be opened; what was not read by then holds changes up. */
  readonly until?: AbortSignal;
  /** What the accepted number was reviewed for, also where a run before this one did it already. */
  readonly broken?: readonly string[] | undefined;
}

/** The same where nobody asks, or nothing that is there changes. @throws TenantError, UserError */
export async function withImpact<T extends Judged>(
  judged: T,
  place: RunPlace,
  approvals: ApprovalOptions,
  { most, until, broken = [] }: ImpactReading = {},
): Promise<T> {
  const mode = modeOf(place, approvals);
  const names = mode === undefined ? [] : namesAtStake(judged.guard.plan.changes, most ?? mode);
  if (names.length === 0) return judged;
  const wanted = {
    query: { spaces: [], apps: [] },
    names: [...new Set([...names, ...broken])],
    isWanted: () => false,
    ...(until && { until }),
  };
  const { impact, requests } = await readImpact(place, wanted);
  const blocks = gateChanges(judged.guard.plan.changes, impact, approvals.acceptImpact, broken);
  const told = impact.extensions.filter(({ extension }) => names.includes(extension));
  const gated = await gate(judged, place, approvals, blocks);
  const about = { ...gated.about, impact: { ...impact, extensions: told } };
  return withReads({ ...gated, about }, requests);
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
  blocks: ReadonlyMap<string, Blocked>,
): Promise<T> {
  const stored = await readStoredArchives(settings, connection, approvals);
  const plan = blockChanges(judged.guard.plan, blocks, connection.identity, stored);
  const { backups: before, ...about } = judged.about;
  const backups = before && forecastBackups(plan.changes, stored);
  return withPlan({ ...judged, about: { ...about, ...(backups && { backups }) } }, plan);
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
