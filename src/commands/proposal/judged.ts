/** A plan on its way from its making to its end: shown, or carried out. */

import { findRefusals, type GuardInput } from '../../core/guard.js';
import type { DesiredState, Plan } from '../../core/model.js';
import type { PlanReport } from '../../report/plan/report.js';
import type { Packer } from '../../source/pack.js';

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
