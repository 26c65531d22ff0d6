/** How many entries and characters a tenant has room for. Pure. */

import { type CspSwitch, hostOfEntry } from './csp.js';
import { switchesOf } from './entry.js';
import type { MissingOrigin, OriginBudget, OriginChange } from './model.js';

/** Qlik's limits of a tenant. */
const limits = { entries: 256, characters: 6_144 } as const;

/** What would certainly not fit is not tried. */
export function limitEntries(changes: readonly OriginChange[], now: number): readonly OriginChange[] {
  let room = limits.entries - now;
  return changes.map((change) => {
    if (change.action !== 'create') return change;
    room -= 1;
    if (room >= 0) return change;
    const message = `the tenant can have ${limits.entries} entries, and has ${now}`;
    return { ...change, blocked: { rail: 'limit', message } };
  });
}

type Counted = Pick<OriginChange, 'name' | 'action' | 'adds' | 'blocked'>;

function asChange({ name, switches, present, entry }: MissingOrigin): Counted {
  const action = present === undefined ? 'create' : 'update';
  return { name, action, adds: present === undefined ? switchesOf(entry) : switches };
}

/** @param wanted what is written, or what a person would have to write */
export function budgetOf(
  entries: number,
  wanted: readonly (OriginChange | MissingOrigin)[],
  header: string | undefined,
): OriginBudget {
  const made = wanted
    .map((each): Counted => ('command' in each ? asChange(each) : each))
    .filter(({ blocked }) => blocked === undefined);
  const characters = made.flatMap(({ name, adds }) => adds.map((each) => costOf(hostOfEntry(name), each)));
  return {
    entries: {
      now: entries,
      adds: made.filter(({ action }) => action === 'create').length,
      limit: limits.entries,
    },
    characters: {
      ...(header !== undefined && { now: header.length }),
      adds: characters.reduce((sum, each) => sum + each, 0),
      limit: limits.characters,
    },
  };
}

/** A space and the origin, in the directive's list. */
function costOf(host: string, each: CspSwitch): number {
  return 1 + host.length + (each === 'connectSrcWSS' ? 'wss://'.length : 0);
}
