/** Changes that break apps wait until somebody says how many. Pure. */

import { count } from './format.js';
import type { AppUse, Impact } from './impact.js';
import { isWhole, reachOf } from './impact-tally.js';
import type { Blocked, Change } from './model.js';

/** `deletes`: only what breaks apps is looked at · `always`: what changes them as well. */
export type ImpactMode = 'deletes' | 'always';

/** The names whose apps have to be known: of what is there and goes, and with `always` of what changes. */
export function namesAtStake(changes: readonly Change[], mode: ImpactMode): readonly string[] {
  const looked = changes.filter((change) => breaksApps(change) || (mode === 'always' && changesApps(change)));
  return [...new Set(looked.map(nameInApps))];
}

/**
 * The changes that are not accepted, by name. One number stands for the whole run: the apps that use what goes, and
 * those that could not be looked into, each counted once.
 *
 * @param accepted `--accept-impact`
 */
export function gateChanges(
  changes: readonly Change[],
  impact: Impact,
  accepted: number | undefined,
): ReadonlyMap<string, Blocked> {
  const usesOf = new Map(impact.extensions.map(({ extension, uses }) => [extension, uses]));
  const held = changes
    .filter((change) => change.blocked === undefined && breaksApps(change))
    .map((change) => ({ change, uses: usesOf.get(nameInApps(change)) ?? [] }))
    .filter(({ uses }) => uses.length > 0 || !isWhole(impact));
  const touched = countApps(
    held.flatMap(({ uses }) => uses),
    impact,
  );
  if (accepted === touched) return new Map();
  return new Map(
    held.map(({ change, uses }) => [
      change.name,
      {
        rail: 'impact',
        message: `${describeUses(uses)}${describeUnknown(impact)}${describeOther(accepted, touched)}`,
        lift: `--accept-impact=${touched}`,
        effect: held.length === 1 ? 'accepts that' : `accepts that of all ${held.length} such changes`,
      },
    ]),
  );
}

/** A create that takes the place of another name concerns the apps of that name. */
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
  return new Set([...uses.map(({ app }) => app.id), ...unopened.map(({ app }) => app.id)]).size;
}

const named = 10;

function describeUses(uses: readonly AppUse[]): string {
  if (uses.length === 0) return 'no use of it was seen';
  const names = uses.slice(0, named).map(({ app }) => app.name);
  const more = uses.length > named ? ` and ${uses.length - named} more` : '';
  return `${describeReach(uses)}: ${names.join(', ')}${more}`;
}

/** `4 apps, 312 people in 28 days`. Somebody who sees two of the apps counts twice. */
export function describeReach(uses: readonly AppUse[]): string {
  const { apps, people } = reachOf(uses);
  const seen = people === undefined ? '' : `, ${people === 1 ? '1 person' : `${people} people`} in 28 days`;
  return `${count(apps, 'app')}${seen}`;
}

function describeUnknown(impact: Impact): string {
  return isWhole(impact) ? '' : `; but ${describeGaps(impact)}`;
}

/** Why "no use seen" is not "unused". */
export function describeGaps({ unopened, missing }: Impact): string {
  const parts = unopened.length === 0 ? [] : [`${count(unopened.length, 'app')} could not be opened`];
  return [...parts, ...missing].join('; ');
}

function describeOther(accepted: number | undefined, touched: number): string {
  return accepted === undefined ? '' : `; --accept-impact says ${accepted}, it would be ${touched}`;
}
