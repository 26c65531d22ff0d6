/** Changes that break apps wait until a person accepts their number. Pure. */

import { count, listNames } from '../format.js';
import type { Blocked, Change } from '../model.js';
import type { AppUse, Impact, UnopenedApp } from './impact.js';
import { isOwnedByQlik } from './native-types.js';
import { isWhole, reachOf } from './tally.js';

/** `deletes`: only changes that break apps are examined · `always`: changes that alter them as well. */
export type ImpactMode = 'deletes' | 'always';

/** The names whose apps have to be known: those that may be deleted; with `always` also all that change or wait. */
export function namesAtStake(changes: readonly Change[], mode: ImpactMode): readonly string[] {
  const examined = changes.filter((change) =>
    mode === 'always'
      ? breaksApps(change) || changesApps(change)
      : breaksApps(change) && change.blocked === undefined,
  );
  return [...new Set(examined.map(nameInApps))];
}

/**
 * The changes that are not accepted, by name. One number covers the whole run: the apps that use what is deleted, and
 * those that could not be opened, each counted once.
 *
 * @param accepted the value of `--accept-impact`
 * @param broken names that were reviewed with that number and that an earlier run has already changed: their apps count
 */
export function gateChanges(
  changes: readonly Change[],
  impact: Impact,
  accepted: number | undefined,
  broken: readonly string[] = [],
): ReadonlyMap<string, Blocked> {
  const usesOf = new Map(impact.extensions.map(({ extension, uses }) => [extension, uses]));
  const held = changes
    .filter((change) => change.blocked === undefined && breaksApps(change))
    .map((change) => ({ change, uses: usesOf.get(nameInApps(change)) ?? [] }))
    .filter(({ uses }) => uses.length > 0 || !isWhole(impact));
  const touched = countApps(
    [...held.flatMap(({ uses }) => uses), ...broken.flatMap((name) => usesOf.get(name) ?? [])],
    impact,
  );
  if (accepted === touched && impact.list === 'whole') return new Map();
  const wayOut = describeWayOut(impact, { accepted, touched, held: held.length });
  return new Map(
    held.map(({ change, uses }) => {
      const message = `${describeUses(nameInApps(change), uses)}${describeUnknown(impact)}${wayOut.message}`;
      return [change.name, { ...wayOut, rail: 'impact', message }];
    }),
  );
}

interface Numbers {
  readonly accepted: number | undefined;
  /** Apps that would have to be accepted. */
  readonly touched: number;
  /** Changes that wait. */
  readonly held: number;
}

/** Without a complete count there is no number to accept: the change waits for a run that sees the whole list. */
function describeWayOut({ list }: Impact, { accepted, touched, held }: Numbers): Omit<Blocked, 'rail'> {
  if (list === 'partial') return { message: '; the count is incomplete, so run again' };
  return {
    message: accepted === undefined ? '' : `; --accept-impact says ${accepted}, but it is ${touched}`,
    lift: `--accept-impact=${touched}`,
    effect: held === 1 ? 'accepts it' : `accepts it for all ${held} such changes`,
  };
}

/** A create that takes the place of another name affects the apps of that name. */
function nameInApps({ name, rename }: Change): string {
  return rename !== undefined && 'from' in rename ? rename.from : name;
}

function breaksApps({ action, rename }: Change): boolean {
  return action === 'delete' || action === 'replace' || (action !== 'none' && rename !== undefined);
}

function changesApps({ action, actual }: Change): boolean {
  return action !== 'none' && actual !== undefined;
}

function countApps(uses: readonly AppUse[], { unopened }: Impact): number {
  const keyOf = ({ app }: { readonly app: UnopenedApp['app'] }) => app.id || `item ${app.itemId}`;
  return new Set([...uses.map(keyOf), ...unopened.map(keyOf)]).size;
}

const mostNamed = 10;

function describeUses(extension: string, uses: readonly AppUse[]): string {
  if (uses.length === 0) return 'no use of it was found';
  const names = uses.map(({ app }) => app.name);
  return `${describeReach(uses)}: ${listNames(names, mostNamed)}${describeNative(extension)}`;
}

/** Follows a count: an app tells an extension's objects from Qlik's own by their type alone. Empty where it can. */
export function describeNative(extension: string): string {
  return isOwnedByQlik(extension) ? `; objects of Qlik's own ${extension} are counted, too` : '';
}

/** `4 apps, 312 people in 28 days`. A person who uses two of the apps counts twice. */
export function describeReach(uses: readonly AppUse[]): string {
  const { apps, people } = reachOf(uses);
  const seen = people === undefined ? '' : `, ${people === 1 ? '1 person' : `${people} people`} in 28 days`;
  return `${count(apps, 'app')}${seen}`;
}

function describeUnknown(impact: Impact): string {
  return isWhole(impact) ? '' : `; but ${describeGaps(impact)}`;
}

/** Why "no use seen" does not mean "unused". */
export function describeGaps({ apps, unopened, missing }: Impact): string {
  const tried = unopened.filter(({ untried }) => untried === undefined);
  return [
    ...(apps.listed === 0 && missing.length === 0 ? ['these credentials can see no app'] : []),
    ...(tried.length === 0 ? [] : [`${count(tried.length, 'app')} could not be opened`]),
    // Includes how many were not tried, and why.
    ...missing,
  ].join('; ');
}
