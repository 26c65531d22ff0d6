/** Probable renames: one extension is deleted, another created, and most of their content is the same. Pure. */

import { listNames } from './format.js';
import type { Blocked, Change, Policy } from './model.js';
import { compareTexts } from './order.js';
import { shellOption } from './shell-word.js';

/** What one name holds, or would hold. */
export interface ContentSide {
  readonly name: string;
  readonly files: readonly { readonly bytes: number; readonly sha256: string }[];
}

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** The result of comparing deletes with creates. */
export interface RenameSearch {
  readonly renames: readonly Rename[];
  /** Deletes that could not be compared; `reason` completes "… could not be compared: …". */
  readonly uncompared: readonly { readonly name: string; readonly reason: string }[];
}

/** Of the smaller side's bytes. */
const leastShare = 0.5;

/**
 * Pairs of names that share at least half the bytes of the smaller side, each name in one pair, the most similar first.
 * Files are compared by content alone: a rename moves at least the manifest and the entry file.
 */
export function findRenames(
  going: readonly ContentSide[],
  coming: readonly ContentSide[],
): readonly Rename[] {
  const pairs = going
    .flatMap((from) => coming.map((to) => ({ from: from.name, to: to.name, share: shareOf(from, to) })))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.share - a.share || compareTexts(a.from, b.from) || compareTexts(a.to, b.to));
  const taken = { from: new Set<string>(), to: new Set<string>() };
  return pairs.flatMap(({ from, to }) => {
    if (taken.from.has(from) || taken.to.has(to)) return [];
    taken.from.add(from);
    taken.to.add(to);
    return [{ from, to }];
  });
}

/** Shared bytes as a share of the smaller side's, from 0 to 1. */
function shareOf(a: ContentSide, b: ContentSide): number {
  const left = new Map<string, number>();
  for (const { sha256 } of a.files) left.set(sha256, (left.get(sha256) ?? 0) + 1);
  let shared = 0;
  for (const { sha256, bytes } of b.files) {
    const copies = left.get(sha256) ?? 0;
    if (copies === 0) continue;
    left.set(sha256, copies - 1);
    shared += bytes;
  }
  const smaller = Math.min(bytesOf(a), bytesOf(b));
  return smaller === 0 ? 0 : shared / smaller;
}

function bytesOf({ files }: ContentSide): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The names whose contents show whether something was renamed; `undefined` without a delete or without a create. */
export function findRenameCandidates(
  changes: readonly Change[],
): { readonly going: readonly Change[]; readonly coming: readonly Change[] } | undefined {
  const free = changes.filter(({ blocked }) => blocked === undefined);
  const going = free.filter(({ action }) => action === 'delete');
  const coming = free.filter(
    ({ action, reason }) => action === 'create' && (reason === 'new' || reason === 'restored'),
  );
  return going.length === 0 || coming.length === 0 ? undefined : { going, coming };
}

/** Every rename that was found, and every one that could not be ruled out, waits for its approval. */
export function markRenames(
  changes: readonly Change[],
  { renames, uncompared }: RenameSearch,
  policy: Policy,
): readonly Change[] {
  const reasons = new Map(uncompared.map(({ name, reason }) => [name, reason]));
  return holdUncompared(markFound(changes, renames, policy), reasons, policy);
}

/** Both sides of a rename name each other, and wait for the same approval, given for either name. */
function markFound(
  changes: readonly Change[],
  renames: readonly Rename[],
  policy: Policy,
): readonly Change[] {
  const [byFrom, byTo] = [indexBy(renames, 'from'), indexBy(renames, 'to')];
  return changes.map((change) => {
    if (change.blocked !== undefined) return change;
    const rename =
      change.action === 'delete'
        ? byFrom.get(change.name)
        : change.action === 'create'
          ? byTo.get(change.name)
          : undefined;
    return rename === undefined ? change : markOne(change, rename, policy);
  });
}

function markOne(change: Change, { from, to }: Rename, policy: Policy): Change {
  const isGoing = change.name === from;
  const other = isGoing ? { to } : { from };
  const message = `${change.message}; ${isGoing ? `${to} takes its place` : `takes the place of ${from}`}, and sheets that use ${from} break`;
  const approved = policy.allowRename.has(from) || policy.allowRename.has(to);
  return { ...change, message, rename: other, ...(!approved && { blocked: renameRail({ from, to }) }) };
}

function renameRail({ from, to }: Rename): Blocked {
  return {
    rail: 'rename',
    message: `sheets that use ${from} break, since ${to} takes its place`,
    lift: shellOption('--allow-rename', to),
    effect: 'permits it',
  };
}

/**
 * A delete that could not be compared may have become any of the creates that replace no other name. Both wait, because
 * after the create the next run would see a plain delete. Approved names do not wait.
 */
function holdUncompared(
  changes: readonly Change[],
  uncompared: ReadonlyMap<string, string>,
  { allowRename }: Policy,
): readonly Change[] {
  if (uncompared.size === 0) return changes;
  const noted = changes.map((change) => {
    const notLookedAt = change.action === 'delete' ? uncompared.get(change.name) : undefined;
    return notLookedAt === undefined ? change : { ...change, notLookedAt };
  });
  const open = findRenameCandidates(noted.filter(({ name }) => !allowRename.has(name)));
  const going = new Set(open?.going.map(({ name }) => name).filter((name) => uncompared.has(name)));
  const coming = new Set(open?.coming.filter(({ rename }) => rename === undefined).map(({ name }) => name));
  if (going.size === 0 || coming.size === 0) return noted;
  const notLookedAt = `what ${listNames([...going], 3, 'or')} holds`;
  return noted.map((change) => {
    if (going.has(change.name)) return { ...change, blocked: uncomparedRail(change.name, 'from', coming) };
    if (coming.has(change.name))
      return { ...change, notLookedAt, blocked: uncomparedRail(change.name, 'to', going) };
    return change;
  });
}

function uncomparedRail(name: string, side: keyof Rename, others: ReadonlySet<string>): Blocked {
  const names = listNames([...others], 3, 'or');
  const message =
    side === 'from'
      ? `it could not be compared with ${names}, which may take its place`
      : `it may take the place of ${names}, which could not be compared`;
  return { rail: 'rename', message, lift: shellOption('--allow-rename', name), effect: 'permits it' };
}

function indexBy(renames: readonly Rename[], side: keyof Rename): ReadonlyMap<string, Rename> {
  return new Map(renames.map((rename) => [rename[side], rename]));
}
