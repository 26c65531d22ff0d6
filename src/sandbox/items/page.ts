/** Sorting and cursor paging. A cursor names a position, not a page, so it survives changes around it. */

import type { PageLinks } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import type { Call } from '../http/call.js';

interface Place {
  readonly key: string;
  readonly id: string;
}

export interface PageRules<T> {
  /** Sortable properties; the first is the default, ascending. */
  readonly sortKeys: Readonly<Record<string, (row: T) => string>>;
  readonly pageLinks: 'absolute' | 'relative';
  /** Rows of a page if the query gives no number. */
  readonly usualLimit?: number;
}

/** Qlik documents a limit from 1 to 100 and names no default; 10 is what its other lists use. */
const defaultLimit = 10;

/** @throws {Refusal} 400 */
export function paginate<T extends { readonly id: string }>(
  rows: readonly T[],
  call: Call,
  rules: PageRules<T>,
): { readonly rows: readonly T[]; readonly links: PageLinks } {
  const { keyOf, direction } = parseSort(call.query.get('sort'), rules.sortKeys);
  const placeOf = (row: T): Place => ({ key: keyOf(row), id: row.id });
  const sorted = [...rows].sort((a, b) => direction * compare(placeOf(a), placeOf(b)));
  const limit = parseLimit(call.query.get('limit'), rules.usualLimit ?? defaultLimit);
  const range = findRange(call.query, limit, (cursor) =>
    splitAt(sorted, (row) => direction * compare(placeOf(row), cursor)),
  );
  const [start, end] = [Math.max(0, range.start), Math.min(sorted.length, range.end)];
  const shown = sorted.slice(start, end);
  const [first, last] = [shown[0], shown.at(-1)];
  const base = rules.pageLinks === 'absolute' ? call.origin : '';
  return {
    rows: shown,
    links: {
      self: { href: href(base, call, {}) },
      collection: { href: base + call.path },
      ...(last !== undefined && end < sorted.length
        ? { next: { href: href(base, call, { next: encodeCursor(placeOf(last)) }) } }
        : {}),
      ...(first !== undefined && start > 0
        ? { prev: { href: href(base, call, { prev: encodeCursor(placeOf(first)) }) } }
        : {}),
    },
  };
}

function parseSort<T>(text: string | null, keys: PageRules<T>['sortKeys']) {
  // A `+` that was not percent-encoded arrives as a space.
  const match = /^([+ -])(\w+)$/.exec(text || `+${Object.keys(keys)[0]}`);
  const keyOf = match?.[2] !== undefined && Object.hasOwn(keys, match[2]) ? keys[match[2]] : undefined;
  if (keyOf === undefined) throw new Refusal(400, `sort is not supported: ${text}`);
  return { keyOf, direction: match?.[1] === '-' ? -1 : 1 };
}

function findRange(
  query: URLSearchParams,
  limit: number,
  split: (cursor: Place) => { before: number; after: number },
): { readonly start: number; readonly end: number } {
  const [next, prev] = [query.get('next'), query.get('prev')];
  if (next && prev) throw new Refusal(400, 'Provide either the next or prev cursor, but not both.');
  if (prev) {
    const { before } = split(decodeCursor(prev));
    return { start: before - limit, end: before };
  }
  const start = next ? split(decodeCursor(next)).after : 0;
  return { start, end: start + limit };
}

/** How many rows come before a cursor, and where those after it begin. */
function splitAt<T>(sorted: readonly T[], position: (row: T) => number) {
  const before = sorted.filter((row) => position(row) < 0).length;
  const after = sorted.filter((row) => position(row) <= 0).length;
  return { before, after };
}

function parseLimit(text: string | null, usual: number): number {
  if (!text) return usual;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 100) {
    throw new Refusal(400, 'limit must be an integer between 1 and 100.');
  }
  return limit;
}

function compare(a: Place, b: Place): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

function encodeCursor({ key, id }: Place): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url');
}

function decodeCursor(text: string): Place {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof key === 'string' && typeof id === 'string') return { key, id };
  } catch {
    // Handled below, like JSON that holds no position.
  }
  throw new Refusal(400, 'The cursor is not valid.');
}

function href(base: string, call: Call, cursor: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(call.query);
  if (Object.keys(cursor).length > 0) {
    query.delete('next');
    query.delete('prev');
  }
  for (const [name, value] of Object.entries(cursor)) query.set(name, value);
  const text = query.toString();
  return `${base}${call.path}${text === '' ? '' : `?${text}`}`;
}
