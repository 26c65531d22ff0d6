/**
 * What a reviewed plan knew of the archives on the tenant. An apply decides with the same knowledge, although its key may
 * see more or less: otherwise it would plan what was not reviewed, and be refused each time. Pure.
 */

import type { ActualExtension, Change, DesiredExtension } from './model.js';
import type { Rename } from './rename.js';
import type { ReviewedChange } from './stale.js';

/** A change of a reviewed plan, with what the plan knew when it decided. */
export interface SeenChange extends ReviewedChange {
  readonly blocked?: { readonly rail: string; readonly message?: string | undefined } | undefined;
  readonly rename?: { readonly to: string } | { readonly from: string } | undefined;
  readonly notLookedAt?: string | undefined;
  readonly actual?:
    | { readonly id: string; readonly md5?: string | undefined; readonly digest?: string | undefined }
    | undefined;
}

type Archive = Pick<ActualExtension, 'id' | 'md5'>;

/** Why the plan did not look at this archive; it is not looked at now either. */
export function findUnseen(reviewed: readonly SeenChange[], archive: Archive): string | undefined {
  return reviewed.find(({ actual }) => isSame(actual, archive))?.notLookedAt;
}

/**
 * The digest that the plan found by reading the archive. Only for a key that cannot read it again.
 *
 * It depends on the folder too, whose ignore rules say which files count.
 */
export function findSeenDigest(
  reviewed: readonly SeenChange[],
  desired: Pick<DesiredExtension, 'name' | 'digest'>,
  archive: Archive,
): string | undefined {
  const then = reviewed.find(({ name, actual }) => name === desired.name && isSame(actual, archive));
  const digest = then?.desired?.digest === desired.digest ? then.actual?.digest : undefined;
  return digest !== undefined && isWhole(digest) ? digest : undefined;
}

/** The part of a digest that an archive name carries is known to any key. */
function isWhole(digest: string): boolean {
  return digest.length === 64;
}

/**
 * The renames (one or none) that the plan found by comparing a delete with all creates that are still to be done;
 * `undefined` where it did not compare these.
 */
export function findSeenRenames(
  reviewed: readonly SeenChange[],
  going: Change,
  coming: readonly Change[],
): readonly Rename[] | undefined {
  const then = reviewed.find(({ name }) => name === going.name);
  if (then?.action !== 'delete' || then.notLookedAt !== undefined || !wasCompared(then)) return undefined;
  if (going.actual === undefined || !isSame(then.actual, going.actual)) return undefined;
  if (!coming.every((change) => reviewed.some((each) => isSameCreate(each, change)))) return undefined;
  const to = then.rename !== undefined && 'to' in then.rename ? then.rename.to : undefined;
  return coming.some(({ name }) => name === to) && to !== undefined ? [{ from: going.name, to }] : [];
}

function isSameCreate(then: SeenChange, now: Change): boolean {
  if (then.name !== now.name || then.action !== 'create' || !wasCompared(then)) return false;
  return then.desired?.digest === now.desired?.digest;
}

/** Other rails stop a change before the comparison, these two after it. */
function wasCompared({ blocked }: SeenChange): boolean {
  return blocked === undefined || blocked.rail === 'rename' || blocked.rail === 'impact';
}

function isSame(then: SeenChange['actual'], { id, md5 }: Archive): boolean {
  return then !== undefined && then.id === id && then.md5 === md5;
}
