/** A plan on its way from its making to its end: shown, or carried out. */

import { exitCodes } from '../core/exit-codes.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import type { DesiredState, Plan } from '../core/model.js';
import type { PlanReport } from '../report/plan.js';
import type { RunHeader } from '../report/run-header.js';
import type { RunPlace } from '../run/connect.js';
import type { Packer } from '../source/archive/pack.js';

/** What is told of a plan beside itself. */
export type AboutPlan = Omit<PlanReport, 'plan' | 'refusals'>;

/** A plan with what its rails judge it by, and what is told of it. */
export interface Judged {
  readonly guard: GuardInput;
  readonly about: AboutPlan;
}

/** One that can be carried out. */
export interface Proposal extends Judged {
  /** What takes the place of folders where none are read. */
  readonly folders: { readonly desired: DesiredState };
  /** Packs what does not come from a folder of the selection; all else is left to the packer that is given. */
  readonly packWith: (otherwise: Packer) => Packer;
}

export function withPlan<T extends Judged>(judged: T, plan: Plan): T {
  return { ...judged, guard: { ...judged.guard, plan } };
}

/** @param reads requests that were made since to know more of it */
export function withReads<T extends Judged>(judged: T, reads: number): T {
  const { plan } = judged.guard;
  const requests = { ...plan.requests, tier1: plan.requests.tier1 + reads };
  return withPlan(judged, { ...plan, requests });
}

/** As it stands now, with what its rails say of it. */
export function reportOf({ guard, about }: Judged): PlanReport {
  return { ...about, plan: guard.plan, refusals: findRefusals(guard) };
}

/** What the report of every plan says of its run. A plan is bound to its tenant, so its address is not enough. */
export function emptyPlanReport(
  command: RunHeader['command'],
  { settings, connection }: RunPlace,
): AboutPlan {
  const { header: tenant, identity } = connection;
  const { tool, config } = settings;
  return {
    kind: 'plan',
    header: { command, tool, project: config.project, tenant: { ...tenant, identity } },
    source: {},
    findings: [],
    leftOut: [],
    exitCode: exitCodes.ok,
  };
}
