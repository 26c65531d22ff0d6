/** The rails of a whole run: numbers too large to be intended. Each refusal names the option that lifts it. */

import { workOf } from './change.js';
import { RefusedError } from './errors.js';
import { isOwned } from './marker.js';
import type { ActualState, Plan } from './model.js';
import { type OriginNumbers, originNumbersOf } from './origins/model.js';

/** How much one run may change. */
export interface Limits {
  readonly maxDeletes: number;
  /** Of the project's owned extensions. */
  readonly maxDeletePercent: number;
  readonly maxUpdatePercent: number;
  /** Where given, the planned number must equal it, and `maxDeletes` and `maxDeletePercent` do not count. */
  readonly allowDeletes?: number;
  readonly allowUpdates?: number;
  /** Entries that may open a host: must equal the planned number. */
  readonly allowOrigins?: number | 'any';
  /** The same for entries that close one. */
  readonly allowOriginRemoval?: number | 'any';
  readonly allowEmpty: AllowEmpty;
}

/** Whether a tenant may be emptied when no local extension is found. */
type AllowEmpty = 'allow-empty' | 'refuse-empty';

/** The rails of a whole run. Those of one change are `Rail` in the model. */
export const runRails = [
  'empty',
  'unmatched',
  'deletes',
  'updates',
  'origins',
  'origin-removal',
  'policy',
] as const;

export type RunRail = (typeof runRails)[number];

/** A rail that refuses a whole plan. */
export interface Refusal {
  readonly rail: RunRail;
  readonly message: string;
  readonly hint: string;
}

/** How much a plan writes, as the rails count it. */
export interface PlannedNumbers extends OriginNumbers {
  readonly deletes: number;
  /** Including replaces. */
  readonly updates: number;
}

export function numbersOf(
  plan: Parameters<typeof workOf>[0] & { readonly origins?: Parameters<typeof originNumbersOf>[0] },
): PlannedNumbers {
  const actions = workOf(plan).map(({ action }) => action);
  return {
    deletes: actions.filter((action) => action === 'delete').length,
    updates: actions.filter((action) => action === 'update' || action === 'replace').length,
    ...originNumbersOf(plan.origins),
  };
}

/** Without what was approved by number. */
export interface Counted extends Pick<PlannedNumbers, 'deletes' | 'updates'> {
  /** For people, after a number: `in this session`. */
  readonly since: string;
}

/** A plan, and what else the rails of a whole run consider. */
export interface GuardInput {
  readonly plan: Plan;
  readonly actual: ActualState;
  /** Number of local extensions found, whatever the selection; absent where no folder is read (`rollback`). */
  readonly found?: number;
  /** Those of the config's folder patterns that match nothing. */
  readonly unmatched?: readonly string[];
  readonly limits: Limits;
  /** What the same session has already written: it counts towards the limits, but not towards an approved number. */
  readonly counted?: Counted;
  /** The numbers of the reviewed plan, if this plan is all or the rest of it: they stay approved. */
  readonly reviewed?: PlannedNumbers;
  /** The refusal of the config's policy command. */
  readonly policy?: Refusal;
}

/** Runs before the first write. @throws RefusedError with every rail that refuses */
export function assertSafe(input: GuardInput): void {
  const refusals = findRefusals(input);
  if (refusals.length === 0) return;
  throw new RefusedError(
    refusals.map(({ message }) => message),
    { hint: refusals.map(({ hint }) => hint) },
  );
}

/** The same as data, for a plan that only shows what `apply` would refuse. */
export function findRefusals(input: GuardInput): readonly Refusal[] {
  const { plan, actual, found, limits, counted = nothingCounted } = input;
  const owned = actual.extensions.filter((record) => isOwned(record, plan.project)).length;
  const base = owned + counted.deletes;
  const numbers = numbersOf(plan);
  const { deletes, updates } = numbers;
  const { reviewed = numbers } = input;
  return [
    found === undefined ? undefined : refuseEmpty(found, owned, limits.allowEmpty),
    refuseUnmatched(input, owned),
    refuseDeletes([deletes, reviewed.deletes], base, limits, counted),
    refuseUpdates([updates, reviewed.updates], base, limits, counted),
    refuseOrigins('origins', [numbers.opens, reviewed.opens], limits.allowOrigins, plan),
    refuseOrigins('origin-removal', [numbers.closes, reviewed.closes], limits.allowOriginRemoval, plan),
    input.policy,
  ].filter((refusal) => refusal !== undefined);
}

function refuseEmpty(found: number, owned: number, allowEmpty: AllowEmpty): Refusal | undefined {
  if (found > 0 || owned === 0 || allowEmpty === 'allow-empty') return undefined;
  return {
    rail: 'empty',
    message: `No local extension was found, but the tenant holds ${owned} of this project.`,
    hint: 'Check the working directory and "extensions" in the config; --allow-empty confirms that the project is meant to be empty.',
  };
}

/** If the folders of a pattern are gone, everything in them would look no longer desired. */
function refuseUnmatched(
  { plan, found, unmatched = [], limits }: GuardInput,
  owned: number,
): Refusal | undefined {
  const deletes = plan.summary.delete;
  if (unmatched.length === 0 || found === 0 || deletes === 0 || limits.allowEmpty === 'allow-empty')
    return undefined;
  const patterns = unmatched.map((pattern) => `"${pattern}"`).join(', ');
  return {
    rail: 'unmatched',
    message: `This run would delete ${deletes} of the project's ${owned}, while ${patterns} in "extensions" ${unmatched.length === 1 ? 'matches' : 'match'} no folder.`,
    hint: `A checkout or build may be incomplete. Otherwise remove ${unmatched.length === 1 ? 'it' : 'them'} from the config; --allow-empty confirms that nothing is meant to be there.`,
  };
}

/** What would be written now, and what was reviewed. */
type Numbers = readonly [now: number, reviewed: number];

const nothingCounted: Counted = { deletes: 0, updates: 0, since: '' };

/** Mentions what was written before only if that makes a difference. */
function sumUp(now: number, before: number, since: string): string {
  return before === 0 ? `${now}` : `${now}, with those before ${now + before} ${since}`;
}

function refuseDeletes(
  numbers: Numbers,
  owned: number,
  limits: Limits,
  counted: Counted,
): Refusal | undefined {
  const [deletes] = numbers;
  const lift = `--allow-deletes=${deletes}`;
  if (limits.allowDeletes !== undefined)
    return refuseOtherNumber('delete', numbers, limits.allowDeletes, lift);
  const share = Math.max(1, percentOf(limits.maxDeletePercent, owned));
  if (deletes === 0) return undefined;
  const all = deletes + counted.deletes;
  const said = sumUp(deletes, counted.deletes, counted.since);
  if (all > limits.maxDeletes) {
    return refuse('deletes', `would delete ${said}, more than maxDeletes ${limits.maxDeletes}`, lift);
  }
  if (all > share) {
    const rail = `${limits.maxDeletePercent} % of the project's ${owned} (maxDeletePercent), which is ${share}`;
    return refuse('deletes', `would delete ${said}, more than ${rail}`, lift);
  }
  return undefined;
}

function refuseUpdates(
  numbers: Numbers,
  owned: number,
  limits: Limits,
  counted: Counted,
): Refusal | undefined {
  const [updates] = numbers;
  const lift = `--allow-updates=${updates}`;
  if (limits.allowUpdates !== undefined)
    return refuseOtherNumber('update', numbers, limits.allowUpdates, lift);
  const share = Math.max(1, percentOf(limits.maxUpdatePercent, owned));
  const all = updates + counted.updates;
  if (updates === 0 || limits.maxUpdatePercent >= 100 || all <= share) return undefined;
  const rail = `${limits.maxUpdatePercent} % of the project's ${owned} (maxUpdatePercent), which is ${share}`;
  return refuse(
    'updates',
    `would update ${sumUp(updates, counted.updates, counted.since)}, more than ${rail}`,
    lift,
  );
}

const originEffects = {
  origins: 'open',
  'origin-removal': 'close',
} as const;

/** Never without its number: an entry applies to every extension, theme and page of the tenant. */
function refuseOrigins(
  rail: keyof typeof originEffects,
  numbers: Numbers,
  allowed: number | 'any' | undefined,
  { origins }: Plan,
): Refusal | undefined {
  const [now] = numbers;
  const areOnlyShown = origins !== undefined && origins.missing.length > 0 && origins.changes.length === 0;
  if (allowed === 'any') return undefined;
  if (allowed === undefined ? now === 0 : numbers.includes(allowed)) return undefined;
  const says = allowed === undefined ? '' : `, but --allow-${rail} says ${allowed}`;
  const effect = originEffects[rail];
  const what = `would write ${now} ${now === 1 ? `entry that ${effect}s` : `entries that ${effect}`} a host to everything on the tenant${says}`;
  if (areOnlyShown && now === 0) {
    const hint = `Leave the option out, or set "manageOrigins": true in the config, without which missing entries are only shown.`;
    return { rail, message: `This run ${what}.`, hint };
  }
  return refuse(rail, what, `--allow-${rail}=${now}`);
}

function refuseOtherNumber(
  verb: 'delete' | 'update',
  numbers: Numbers,
  allowed: number,
  lift: string,
): Refusal | undefined {
  if (numbers.includes(allowed)) return undefined;
  return refuse(`${verb}s`, `would ${verb} ${numbers[0]}, but --allow-${verb}s says ${allowed}`, lift);
}

function refuse(rail: RunRail, what: string, lift: string): Refusal {
  return { rail, message: `This run ${what}.`, hint: `If that is meant: ${lift}` };
}

function percentOf(percent: number, whole: number): number {
  return Math.floor((percent * whole) / 100);
}
