/** One entry of a tenant's Content Security Policy: what Qlik sends and accepts, and whose it is. */

import { isObject } from '../json.js';
import { compareTexts } from '../order.js';
import { ownersOf } from '../owner.js';
import { type CspSwitch, cspSwitches, hostOfEntry } from './csp.js';

/** What a client may send; a switch that is absent is off. `PUT` replaces all of it. */
export interface CspEntryBody extends Readonly<Partial<Record<CspSwitch, boolean | null>>> {
  /** At most 256 characters. */
  readonly origin: string;
  /** At most 512 characters. */
  readonly name?: string | null;
  /** At most 1,024 characters. */
  readonly description?: string | null;
}

/** An entry as the tenant returns it; unknown fields are kept. */
export interface CspEntry extends CspEntryBody {
  readonly id: string;
  /** RFC 3339. */
  readonly createdDate?: string | null;
  readonly modifiedDate?: string | null;
  readonly [field: string]: unknown;
}

/** Checks the fields that decisions depend on. */
export function isCspEntry(value: unknown): value is CspEntry {
  return isObject(value) && isFilled(value['id']) && isCspEntryBody(value);
}

/** The same for what a client sends. */
export function isCspEntryBody(value: unknown): value is CspEntryBody {
  return (
    isObject(value) &&
    isFilled(value['origin']) &&
    ['name', 'description', 'createdDate', 'modifiedDate'].every((field) => isText(value[field] ?? '')) &&
    cspSwitches.every((field) => isFlag(value[field] ?? false))
  );
}

function isFilled(value: unknown): boolean {
  return isText(value) && value !== '';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

export function switchesOf(entry: CspEntryBody): readonly CspSwitch[] {
  return cspSwitches.filter((each) => entry[each] === true);
}

/** Every switch is sent, so that none depends on a default. */
export function bodyOf(
  texts: Pick<CspEntryBody, 'origin' | 'name' | 'description'>,
  switches: readonly CspSwitch[],
): CspEntryBody {
  const on = Object.fromEntries(cspSwitches.map((each) => [each, switches.includes(each)]));
  return { ...texts, ...on };
}

/**
 * What a client may send back of an entry that the tenant returned.
 *
 * @param switches those that are on afterwards; unchanged unless given
 */
export function sendableBody(
  entry: CspEntryBody,
  switches: readonly CspSwitch[] = switchesOf(entry),
): CspEntryBody {
  const { origin, name, description } = entry;
  return bodyOf({ origin, ...(name && { name }), ...(description && { description }) }, switches);
}

/** The projects whose mark the description contains; people may write other words beside it. */
export function ownersOfEntry({ description }: CspEntryBody): readonly string[] {
  return ownersOf((description ?? '').split(/\s+/));
}

export function isOwnEntry(entry: CspEntryBody, project: string): boolean {
  const [owner, ...others] = ownersOfEntry(entry);
  return owner === project && others.length === 0;
}

/** Those for exactly this host, by id, so that every run takes the same one of several. */
export function entriesFor(host: string, entries: readonly CspEntry[]): readonly CspEntry[] {
  return entries
    .filter(({ origin }) => hostOfEntry(origin) === host)
    .sort((a, b) => compareTexts(a.id, b.id));
}

/** Whether two entries have the same values in every field that people can set. */
export function isSameEntry(some: CspEntryBody, other: CspEntryBody): boolean {
  const keyOf = (entry: CspEntryBody): string => JSON.stringify(sendableBody(entry));
  return keyOf(some) === keyOf(other);
}
