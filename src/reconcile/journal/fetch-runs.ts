/** Brings the journals of a store to `.qlik-sync/runs`, so that whoever reads those knows every machine's runs. */

import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { writeAtomically } from '../../source/write-atomically.js';
import type { Store, StoredObject } from '../../store/store.js';
import { makeOwnPlace, ownPlace, unwritable } from '../own-place.js';
import { parseRunObject, prefixOf, type RunObject, type StorePlace } from '../store-place.js';
import { runFileOf } from './run-files.js';

interface Fetching {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly store: Store;
  /** Absent: those of all tenants and projects. */
  readonly of?: Pick<StorePlace, 'tenant' | 'project'> | undefined;
}

/** One journal: its parts in order, or the whole of it. */
interface StoredRun {
  /** Absolute: its file below `.qlik-sync/runs`. */
  readonly path: string;
  readonly names: readonly string[];
  readonly bytes: number;
}

const downloadsAtOnce = 8;

/**
 * One list, and a get for each journal that is not here or has grown since. What is here and longer stays: this machine
 * died before its last lines were in the store.
 *
 * @throws StoreError; UserError where `.qlik-sync` is not writable
 */
export async function fetchRuns({ root, store, of }: Fetching): Promise<void> {
  const { objects } = await store.list(of === undefined ? 'runs/' : prefixOf('runs', of));
  const limit = pLimit(downloadsAtOnce);
  const runs = groupRuns(root, objects);
  await Promise.all(runs.map((run) => limit(() => fetchRun(root, store, run))));
}

function groupRuns(root: string, objects: readonly StoredObject[]): readonly StoredRun[] {
  const found = objects.flatMap((object) => {
    const run = parseRunObject(object.name);
    return run === undefined ? [] : [{ ...object, ...run }];
  });
  const groups = new Map<string, Found[]>();
  for (const object of found) {
    const path = runFileOf(ownPlace(root, 'runs', object.tenantKey), object.id);
    groups.set(path, [...(groups.get(path) ?? []), object]);
  }
  return [...groups].map(([path, group]) => describeRun(path, group));
}

type Found = StoredObject & RunObject;

/** Parts beside a whole journal are leftovers. */
function describeRun(path: string, group: readonly Found[]): StoredRun {
  const whole = group.filter(({ part }) => part === undefined);
  const parts = whole.length > 0 ? whole : [...group].sort((a, b) => (a.part ?? 0) - (b.part ?? 0));
  return {
    path,
    names: parts.map(({ name }) => name),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function fetchRun(root: string, store: Store, { path, names, bytes }: StoredRun): Promise<void> {
  const known = await lstat(path).catch(() => undefined);
  if (known !== undefined && known.size >= bytes) return;
  const contents = await Promise.all(names.map((name) => store.get(name)));
  // One that is gone meanwhile is not needed any more, or is damaged, which the rest of it shows.
  const present = contents.filter((content) => content !== undefined);
  if (present.length === 0) return;
  try {
    await makeOwnPlace(root, dirname(path));
    await writeAtomically(path, Buffer.concat(present), { mode: 0o600 });
  } catch (error) {
    throw unwritable(error, `The journal ${path}`, { hint: 'Free some space or make the folder writable.' });
  }
}
