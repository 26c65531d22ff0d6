/** Compares what the config declares with the tenant's entries, and decides what to write. Pure. */

import { byName, compareTexts } from '../order.js';
import { ownerTag } from '../owner.js';
import { shellWord } from '../shell-word.js';
import { budgetOf, limitEntries } from './budget.js';
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
import type { MissingOrigin, OriginChange, OriginNeed, OriginsPlan } from './model.js';

export interface OriginsInput {
  readonly needs: readonly OriginNeed[];
  /** Everything that the config declares, whichever extensions are selected: none of it is closed. */
  readonly setting: OriginsSetting;
  readonly entries: readonly CspEntry[];
  readonly project: string;
  /** `write`: the config says `manageOrigins`. */
  readonly manage: 'write' | 'tell';
  /** Whether an entry that is ours and no longer declared is removed: with prune and without a selection. */
  readonly removal: 'prune' | 'keep';
  /** The tenant's whole header, if it was requested and returned. */
  readonly header?: string | undefined;
}

/** By host, sorted. @param declared what each extension declares, by its name */
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
  const excess = manage === 'write' ? findExcess(input) : [];
  const changes = manage === 'write' ? decideAll(input, missing, excess) : [];
  return {
    declared: needs.length,
    missing,
    changes,
    kept: input.removal === 'keep' ? excess.map(({ name }) => name) : [],
    budget: budgetOf(entries.length, manage === 'write' ? changes : missing, input.header),
  };
}

function findMissing(
  need: OriginNeed,
  input: OriginsInput,
  entries = input.entries,
): MissingOrigin | undefined {
  const open = new Set(
    entries.filter((entry) => covers(hostOfEntry(entry.origin), need.host)).flatMap(switchesOf),
  );
  const lacking = need.switches.filter((each) => !open.has(each));
  if (lacking.length === 0) return undefined;
  const present = ownEntryFor(need.host, input, entries) ?? entriesFor(need.host, entries)[0];
  const entry = extend(present, need, input.project);
  return {
    ...need,
    name: nameOfHost(need.host),
    switches: lacking,
    entry,
    ...(present !== undefined && { present }),
    command: commandOf(entry, present?.id),
  };
}

/** Never narrows the entry. */
function extend(entry: CspEntry | undefined, { host, switches }: OriginNeed, project: string): CspEntryBody {
  if (entry === undefined) {
    return bodyOf({ origin: host, name: host, description: ownerTag(project) }, switches);
  }
  return sendableBody(entry, sortSwitches([...switchesOf(entry), ...switches]));
}

/** qlik-cli has a flag for each field, named as in the API. */
function commandOf(body: CspEntryBody, id: string | undefined): string {
  const texts = (['origin', 'name', 'description'] as const).flatMap((field) => {
    const text = body[field];
    return text ? [`--${field}`, shellWord(text)] : [];
  });
  const words = id === undefined ? ['create'] : ['update', shellWord(id)];
  return ['qlik', 'csp-origin', ...words, ...texts, ...switchesOf(body).map((each) => `--${each}`)].join(' ');
}

/** Closing may take away what a declared host needs, so what is opened is decided again without the entries that go. */
function decideAll(
  input: OriginsInput,
  missing: readonly MissingOrigin[],
  excess: readonly OriginChange[],
): readonly OriginChange[] {
  if (input.removal === 'keep') return arrange(openAll(input, input.entries), [], input);
  const closedNow = new Map(missing.map(({ name, switches }) => [name, switches]));
  const unopened = openAll(input, without(excess, input.entries)).flatMap((change) => {
    const adds = change.adds.filter((each) => closedNow.get(change.name)?.includes(each) !== true);
    return change.blocked === undefined ? [] : [{ ...change, adds }];
  });
  const held = excess.map((change) => holdOpen(change, unopened));
  const closes = held.filter(({ blocked }) => blocked === undefined);
  return arrange(openAll(input, without(closes, input.entries)), held, input);
}

/** Keeps open what nothing else may open. */
function holdOpen(change: OriginChange, unopened: readonly OriginChange[]): OriginChange {
  const user = unopened.find(
    ({ name, adds }) =>
      covers(hostOfEntry(change.name), hostOfEntry(name)) &&
      adds.some((each) => change.removes.includes(each)),
  );
  if (user === undefined) return change;
  const message = `${user.name} still needs it: ${user.blocked?.message ?? ''}`;
  return { ...change, blocked: { rail: user.blocked?.rail ?? 'foreign', message } };
}

/** The entries after these changes are written. */
function without(closes: readonly OriginChange[], entries: readonly CspEntry[]): readonly CspEntry[] {
  const closed = new Map(closes.map((change) => [change.actual?.id, change]));
  return entries.flatMap((entry): readonly CspEntry[] => {
    const change = closed.get(entry.id);
    if (change === undefined) return [entry];
    return change.entry === undefined ? [] : [{ ...entry, ...change.entry }];
  });
}

/** Creates and extends entries for everything that `entries` do not open. */
function openAll(input: OriginsInput, entries: readonly CspEntry[]): readonly OriginChange[] {
  const lacking = input.needs.flatMap((need) => findMissing(need, input, entries) ?? []);
  const opens = lacking.flatMap((each) => open(each, input));
  return limitEntries(opens, input.entries.length);
}

/** @param input holds the entries as they are now, which are the ones to be written to */
function open(lacking: MissingOrigin, input: OriginsInput): readonly OriginChange[] {
  const { name, host, extensions, switches, entry, present } = lacking;
  const own = ownEntryFor(host, input);
  const message = `${describeSwitches(switches)} for ${extensions.join(', ')}`;
  if (own !== undefined) {
    const had = switchesOf(own);
    const wide = extend(own, { host, switches: switchesOf(entry), extensions }, input.project);
    const adds = switchesOf(wide).filter((each) => !had.includes(each));
    // The entry is also narrowed in this plan, but stays as wide as this need.
    if (adds.length === 0) return [];
    return [{ name, action: 'update', message, extensions, adds, removes: [], entry: wide, actual: own }];
  }
  if (present !== undefined) return [blockForeign(lacking, present)];
  return [{ name, action: 'create', message, extensions, adds: switchesOf(entry), removes: [], entry }];
}

/** An entry that is both opened and closed is written twice: it is narrowed only after the extensions are in place. */
function arrange(
  opens: readonly OriginChange[],
  closes: readonly OriginChange[],
  { setting }: OriginsInput,
): readonly OriginChange[] {
  const declared = declaredIn(setting);
  const whole = closes.flatMap((change): readonly OriginChange[] => {
    const { actual, entry } = change;
    if (actual === undefined || entry === undefined) return [change];
    const opened = opens.find((each) => each.actual?.id === actual.id && each.blocked === undefined);
    const wide = { ...actual, ...opened?.entry };
    const wanted = declared.get(hostOfEntry(change.name)) ?? [];
    const left = switchesOf(wide).filter((each) => wanted.includes(each));
    if (left.length > 0) return [{ ...change, actual: wide, entry: sendableBody(wide, left) }];
    const { entry: _, ...rest } = change;
    return [{ ...rest, action: 'delete', message: `${change.message}, and it would open nothing` }];
  });
  return [...opens, ...whole].sort(byName);
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

/**
 * Of several entries for one host the one that opens most of what is declared, as the tenant has them now; then by id, so
 * that every run takes the same one.
 *
 * @param among those that are left of them
 */
function ownEntryFor(
  host: string,
  { entries, project, setting }: OriginsInput,
  among: readonly CspEntry[] = entries,
): CspEntry | undefined {
  const own = entriesFor(host, entries).filter((entry) => isOwnEntry(entry, project));
  const left = (id: string): CspEntry | undefined => among.find((entry) => entry.id === id);
  if (own.length < 2) return own[0] && left(own[0].id);
  const wanted = declaredIn(setting).get(host) ?? [];
  const useOf = (entry: CspEntry): number => switchesOf(entry).filter((each) => wanted.includes(each)).length;
  const [best] = [...own].sort((a, b) => useOf(b) - useOf(a)).flatMap(({ id }) => left(id) ?? []);
  return best;
}

function declaredIn(setting: OriginsSetting): ReadonlyMap<string, readonly CspSwitch[]> {
  return new Map(needsOf(new Map(Object.entries(setting))).map(({ host, switches }) => [host, switches]));
}

/** Entries of ours that hold more than the config declares. What a folder needs and the config declares stays. */
function findExcess(input: OriginsInput): readonly OriginChange[] {
  const declared = declaredIn(input.setting);
  const own = input.entries.filter((entry) => isOwnEntry(entry, input.project));
  return own.flatMap((entry) => {
    const host = hostOfEntry(entry.origin);
    const isSecond = ownEntryFor(host, input)?.id !== entry.id;
    return removalOf(entry, isSecond ? 'second' : declared.get(host));
  });
}

function removalOf(
  entry: CspEntry,
  wanted: readonly CspSwitch[] | 'second' | undefined,
): readonly OriginChange[] {
  const had = switchesOf(entry);
  const common = { name: nameOfHost(hostOfEntry(entry.origin)), extensions: [], adds: [], actual: entry };
  if (wanted === undefined || wanted === 'second') {
    const message =
      wanted === 'second' ? 'a second entry of this project for the host' : 'no longer declared';
    return [{ ...common, action: 'delete', message, removes: had }];
  }
  const removes = had.filter((each) => !wanted.includes(each));
  if (removes.length === 0) return [];
  const stay = sendableBody(
    entry,
    had.filter((each) => wanted.includes(each)),
  );
  const message = `${describeSwitches(removes)} no longer declared`;
  return [{ ...common, action: 'update', message, removes, entry: stay }];
}
