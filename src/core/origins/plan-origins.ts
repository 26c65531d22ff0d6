/** Compares what the config declares with the tenant's entries, and decides what to write. Pure. */

import { byName, compareTexts } from '../order.js';
import { ownerTag } from '../owner.js';
import { shellWord } from '../shell-word.js';
import {
  type CspSwitch,
  covers,
  type DeclaredOrigins,
  describeSwitches,
  hostOfEntry,
  nameOfHost,
  type OriginsSetting,
  parseOrigin,
  sortSwitches,
  switchOf,
} from './csp.js';
import {
  bodyOf,
  type CspEntry,
  type CspEntryBody,
  entriesFor,
  isOwnEntry,
  sendableBody,
  switchesOf,
} from './entry.js';
import type { MissingOrigin, OriginBudget, OriginChange, OriginNeed, OriginsPlan } from './model.js';

export interface OriginsInput {
  readonly needs: readonly OriginNeed[];
  /** All that the config declares, whichever extensions were selected: none of it is closed. */
  readonly setting: OriginsSetting;
  readonly entries: readonly CspEntry[];
  readonly project: string;
  /** `write`: the config says `manageOrigins`. */
  readonly manage: 'write' | 'tell';
  /** Whether what is ours and no longer declared goes: with prune and without a selection. */
  readonly removal: 'prune' | 'keep';
  /** The tenant's whole header, where it was asked for and answered. */
  readonly header?: string | undefined;
}

/** By host, sorted. @param declared of each extension, by its name */
export function needsOf(declared: ReadonlyMap<string, DeclaredOrigins>): readonly OriginNeed[] {
  const hosts = new Map<string, { switches: Set<CspSwitch>; extensions: Set<string> }>();
  for (const [extension, origins] of declared) {
    for (const { host, switches } of switchesByHost(origins)) {
      const known = hosts.get(host) ?? { switches: new Set(), extensions: new Set() };
      for (const each of switches) known.switches.add(each);
      known.extensions.add(extension);
      hosts.set(host, known);
    }
  }
  return [...hosts]
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([host, { switches, extensions }]) => ({
      host,
      switches: sortSwitches(switches),
      extensions: [...extensions].sort(compareTexts),
    }));
}

function switchesByHost(
  origins: DeclaredOrigins,
): readonly { readonly host: string; readonly switches: readonly CspSwitch[] }[] {
  return Object.entries(origins).flatMap(([text, directives]) => {
    const origin = parseOrigin(text);
    if (origin === undefined) return [];
    return [{ host: origin.host, switches: directives.map((each) => switchOf(origin.scheme, each)) }];
  });
}

export function planOrigins(input: OriginsInput): OriginsPlan {
  const { needs, entries, manage } = input;
  const missing = needs.flatMap((need) => findMissing(need, input) ?? []);
  const changes = manage === 'write' ? decideAll(input, missing) : [];
  const { kept, removals } = manage === 'write' ? findUndeclared(input) : { kept: [], removals: [] };
  const all = limitEntries([...changes, ...removals].sort(byName), entries.length);
  return {
    declared: needs.length,
    missing,
    changes: all,
    kept,
    budget: budgetOf(entries.length, manage === 'write' ? all : missing.map(asChange), input.header),
  };
}

function findMissing(need: OriginNeed, { entries, project }: OriginsInput): MissingOrigin | undefined {
  const open = new Set(
    entries.filter((entry) => covers(hostOfEntry(entry.origin), need.host)).flatMap(switchesOf),
  );
  const lacking = need.switches.filter((each) => !open.has(each));
  if (lacking.length === 0) return undefined;
  const exact = entriesFor(need.host, entries);
  const present = exact.find((entry) => isOwnEntry(entry, project)) ?? exact[0];
  const entry = extend(present, need, project);
  return {
    ...need,
    name: nameOfHost(need.host),
    switches: lacking,
    entry,
    ...(present !== undefined && { present }),
    command: commandOf(entry, present?.id),
  };
}

/** Never with less than it has. */
function extend(entry: CspEntry | undefined, { host, switches }: OriginNeed, project: string): CspEntryBody {
  if (entry === undefined) {
    return bodyOf({ origin: host, name: host, description: ownerTag(project) }, switches);
  }
  return sendableBody(entry, sortSwitches([...switchesOf(entry), ...switches]));
}

/** qlik-cli has a flag of the API's name for each field. */
function commandOf(body: CspEntryBody, id: string | undefined): string {
  const texts = (['origin', 'name', 'description'] as const).flatMap((field) => {
    const text = body[field];
    return text ? [`--${field}`, shellWord(text)] : [];
  });
  const words = id === undefined ? ['create'] : ['update', shellWord(id)];
  return ['qlik', 'csp-origin', ...words, ...texts, ...switchesOf(body).map((each) => `--${each}`)].join(' ');
}

/** Creates and extends. What we have already opened wide enough has no change. */
function decideAll({ project }: OriginsInput, missing: readonly MissingOrigin[]): readonly OriginChange[] {
  return missing.map((each) => {
    const { name, switches, extensions, entry, present } = each;
    const message = `${describeSwitches(switches)} for ${extensions.join(', ')}`;
    if (present === undefined) {
      return { name, action: 'create', message, extensions, adds: switchesOf(entry), removes: [], entry };
    }
    if (!isOwnEntry(present, project)) return blockForeign(each, present);
    const had = switchesOf(present);
    const adds = switchesOf(entry).filter((one) => !had.includes(one));
    return { name, action: 'update', message, extensions, adds, removes: [], entry, actual: present };
  });
}

function blockForeign({ name, switches, extensions, entry }: MissingOrigin, present: CspEntry): OriginChange {
  const called = present.name ? ` (${present.name})` : '';
  return {
    ...{ name, action: 'update', extensions, entry, actual: present, adds: switches, removes: [] },
    message: `${describeSwitches(switches)} for ${extensions.join(', ')}`,
    blocked: {
      rail: 'foreign',
      message: `the entry for this host${called} is not this project's, and is never widened: its owner has to add ${describeSwitches(switches)}`,
    },
  };
}

interface Undeclared {
  readonly kept: readonly string[];
  readonly removals: readonly OriginChange[];
}

/** Ours, and more than the config declares. What a folder needs and the config declares is never among it. */
function findUndeclared(input: OriginsInput): Undeclared {
  const declared = new Map(
    needsOf(new Map(Object.entries(input.setting))).map(({ host, switches }) => [host, switches]),
  );
  const own = input.entries.filter((entry) => isOwnEntry(entry, input.project));
  const excess = own.flatMap((entry): readonly OriginChange[] => {
    const host = hostOfEntry(entry.origin);
    const isSecond = entriesFor(host, own)[0]?.id !== entry.id;
    return removalOf(entry, isSecond ? 'second' : declared.get(host), input);
  });
  if (input.removal === 'keep') return { kept: excess.map(({ name }) => name), removals: [] };
  return { kept: [], removals: excess };
}

function removalOf(
  entry: CspEntry,
  wanted: readonly CspSwitch[] | 'second' | undefined,
  { needs }: OriginsInput,
): readonly OriginChange[] {
  const had = switchesOf(entry);
  const host = hostOfEntry(entry.origin);
  const name = nameOfHost(host);
  const common = { name, extensions: [], adds: [], actual: entry };
  if (wanted === undefined || wanted === 'second') {
    const message =
      wanted === 'second' ? 'a second entry of this project for the host' : 'no longer declared';
    return [{ ...common, action: 'delete', message, removes: had }];
  }
  const removes = had.filter((each) => !wanted.includes(each));
  const lacks = wanted.some((each) => !had.includes(each));
  // What is extended in this run is narrowed in the next: one write, one meaning.
  if (removes.length === 0 || (lacks && needs.some((need) => need.host === host))) return [];
  const narrowed = sendableBody(
    entry,
    had.filter((each) => wanted.includes(each)),
  );
  const message = `${describeSwitches(removes)} no longer declared`;
  return [{ ...common, action: 'update', message, removes, entry: narrowed }];
}

/** Qlik's limits of a tenant. */
const limits = { entries: 256, characters: 6_144 } as const;

/** What would certainly not fit is not tried. */
function limitEntries(changes: readonly OriginChange[], now: number): readonly OriginChange[] {
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

function budgetOf(entries: number, changes: readonly Counted[], header: string | undefined): OriginBudget {
  const made = changes.filter(({ blocked }) => blocked === undefined);
  const characters = made.flatMap(({ name, adds }) => adds.map((each) => costOf(hostIn(name), each)));
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

function hostIn(name: string): string {
  return name.slice(nameOfHost('').length);
}

/** A space and the origin, in the directive's list. */
function costOf(host: string, each: CspSwitch): number {
  return 1 + host.length + (each === 'connectSrcWSS' ? 'wss://'.length : 0);
}
