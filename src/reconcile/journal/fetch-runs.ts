/** Copies the journals of a store to `.qlik-sync/runs`, which then has the runs of every machine. */

import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { writeAtomically } from '../../source/write-atomically.js';
import type { Store, StoredObject } from '../../store/store.js';
import { makeOwnPlace, ownPlace, unwritable } from '../own-place.js';
import { findSettled, parseRunObject, prefixOf, type RunObject, type StorePlace } from '../store-place.js';
import { runFileOf } from './run-files.js';
import { idTime } from './run-id.js';

interface Fetching {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly store: Store;
  /** Absent: those of all tenants and projects. */
  readonly of?: Pick<StorePlace, 'tenant' | 'project'> | undefined;
  /** `news`: of one project, only what the name of a later journal does not already say. */
  readonly which: 'all' | 'news';
  readonly signal?: AbortSignal | undefined;
}

/** One journal: all of it, or parts that overlap and follow each other. */
interface StoredRun {
  /** Absolute: its file below `.qlik-sync/runs`. */
  readonly path: string;
  readonly slices: readonly Slice[];
  readonly bytes: number;
}

/** The part of an object that those before it lack. */
interface Slice {
  readonly name: string;
  /** How many of its bytes others have. */
  readonly skip: number;
  readonly bytes: number;
}

const downloadsAtOnce = 8;

/**
 * Takes one list, and a get for each wanted journal that is not here, or is longer in the store. A longer one here stays:
 * this machine died before its last lines were in the store.
 *
 * @returns what is in the store
 * @throws StoreError; UserError if `.qlik-sync` is not writable
 */
export async function fetchRuns({ root, store, of, which, signal }: Fetching): Promise<readonly ListedRun[]> {
  const { objects } = await store.list(of === undefined ? 'runs/' : prefixOf('runs', of), signal);
  const found = objects.flatMap((object) => {
    const run = parseRunObject(object.name);
    return run === undefined ? [] : [{ ...object, ...run }];
  });
  await bringRuns({ root, store, signal }, which === 'all' ? found : pickNews(found));
  return found;
}

/** A get for each of these journals that is not here or has grown since. @throws as `fetchRuns` */
export async function bringRuns(
  { root, store, signal }: Pick<Fetching, 'root' | 'store' | 'signal'>,
  listed: readonly ListedRun[],
): Promise<void> {
  const limit = pLimit(downloadsAtOnce);
  const get: Store['get'] = (name) => store.get(name, signal);
  await Promise.all(groupRuns(root, listed).map((run) => limit(() => fetchRun(root, get, run))));
}

function groupRuns(root: string, found: readonly ListedRun[]): readonly StoredRun[] {
  const groups = new Map<string, ListedRun[]>();
  for (const object of found) {
    const path = runFileOf(ownPlace(root, 'runs', object.tenantKey), object.id);
    groups.set(path, [...(groups.get(path) ?? []), object]);
  }
  return [...groups].map(([path, group]) => describeRun(path, group));
}

export type ListedRun = StoredObject & RunObject;

/** How many milliseconds the clocks of one store's servers may differ by; the lock assumes the same. */
const clockSkewMs = 45_000;

/**
 * The run that wrote the newest settled journal knew all journals that existed then. News are the journals written since,
 * and every run that began after the first of these, since it may have finished what that one left half done.
 */
function pickNews(found: readonly ListedRun[]): readonly ListedRun[] {
  const last = findSettled(found);
  if (last === undefined) return found;
  const settled = new Set(found.flatMap((run) => (run.settled === undefined ? [] : [run.id])));
  const written = found.find(({ name }) => name === last.name)?.modifiedAt ?? new Date(0);
  const since = new Date(written.getTime() - clockSkewMs);
  const times = found
    .filter(({ id }) => !settled.has(id))
    .filter(({ id, modifiedAt }) => idTime(id) >= idTime(last.id) || modifiedAt >= since)
    .map(({ id }) => idTime(id));
  const first = times.reduce((a, b) => (a < b ? a : b), 'none');
  return found.filter(({ id }) => first !== 'none' && idTime(id) >= first);
}

/** Parts beside a whole journal are leftovers. */
function describeRun(path: string, group: readonly ListedRun[]): StoredRun {
  const [whole] = group.filter(({ part }) => part === undefined).sort((a, b) => b.bytes - a.bytes);
  const slices = whole === undefined ? cover(group) : [{ name: whole.name, skip: 0, bytes: whole.bytes }];
  return { path, slices, bytes: slices.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The fewest parts that together have everything. A lost part leaves a hole, which shows when the lines are read. */
function cover(group: readonly ListedRun[]): readonly Slice[] {
  const parts = group.flatMap(({ name, part }) => (part === undefined ? [] : [{ name, ...part }]));
  const slices: Slice[] = [];
  for (let at = 0; ; ) {
    const left = parts.filter(({ to }) => to > at);
    if (left.length === 0) return slices;
    const next = Math.max(at, Math.min(...left.map(({ from }) => from)));
    const fitting = left.filter(({ from }) => from <= next);
    const longest = fitting.reduce((best, each) => (each.to > best.to ? each : best));
    slices.push({ name: longest.name, skip: next - longest.from, bytes: longest.to - next });
    at = longest.to;
  }
}

async function fetchRun(root: string, get: Store['get'], { path, slices, bytes }: StoredRun): Promise<void> {
  const known = await lstat(path).catch(() => undefined);
  if (known !== undefined && known.size >= bytes) return;
  const contents = await Promise.all(slices.map(async ({ name, skip }) => (await get(name))?.subarray(skip)));
  // If an object is gone by now, it is no longer needed, or the journal is damaged, which its other parts show.
  const present = contents.filter((content) => content !== undefined);
  if (present.length === 0) return;
  try {
    await makeOwnPlace(root, dirname(path));
    await writeAtomically(path, Buffer.concat(present), { mode: 0o600 });
  } catch (error) {
    throw unwritable(error, `The journal ${path}`, { hint: 'Free some space or make the folder writable.' });
  }
}
