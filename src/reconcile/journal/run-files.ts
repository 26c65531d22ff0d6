/** The files below `.qlik-sync/runs`, whatever their content. */

import { lstatSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TenantIdentity } from '../../core/model.js';
import { assertOwnPlace, listOwnFolder, ownPlace, tenantKey, unlessMissing } from '../own-place.js';

const suffix = '.jsonl';

export interface RunFileName {
  /** Absolute. */
  readonly path: string;
  /** The run whose journal would have this name. */
  readonly id: string;
}

export interface RunFileText extends RunFileName {
  readonly changedAt: Date;
  /** Absent if it cannot be read. */
  readonly text?: string;
}

/**
 * Those of one tenant, or of all if `tenant` is undefined; in no order.
 *
 * @throws UserError if a folder cannot be read, or is a link to another place
 */
export async function listRunFiles(
  root: string,
  tenant: TenantIdentity | undefined,
): Promise<readonly RunFileName[]> {
  const folders = tenant === undefined ? await listTenants(root) : [tenantKey(tenant)];
  const places = folders.map((folder) => ownPlace(root, 'runs', folder));
  return places.flatMap((place) => listFolder(root, place));
}

/** @param folder of a tenant */
export function runFileOf(folder: string, id: string): string {
  return join(folder, `${id}${suffix}`);
}

async function listTenants(root: string): Promise<readonly string[]> {
  const folder = ownPlace(root, 'runs');
  assertOwnPlace(root, folder, what);
  const listing = readdir(folder, { withFileTypes: true });
  const entries = (await listing.catch((error: unknown) => unlessMissing(error, folder, what))) ?? [];
  return entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
}

const what = 'The journals';

function listFolder(root: string, folder: string): readonly RunFileName[] {
  assertOwnPlace(root, folder, what);
  return listOwnFolder(folder, what)
    .filter((name) => name.endsWith(suffix))
    .map((name) => ({ path: join(folder, name), id: name.slice(0, -suffix.length) }));
}

const readsAtOnce = 16;

/** A few at a time, in this order. @param belongs whether a file has to be in the same batch as the one before it */
export async function* readRunFiles(
  files: readonly RunFileName[],
  belongs: (file: RunFileName, before: RunFileName) => boolean = () => false,
): AsyncGenerator<readonly RunFileText[]> {
  let some: RunFileName[] = [];
  for (const file of files) {
    const last = some.at(-1);
    if (last !== undefined && some.length >= readsAtOnce && !belongs(file, last)) {
      yield await Promise.all(some.map(readRunFile));
      some = [];
      // Small ones are read synchronously; thousands in a row would block everything else: a lock's heartbeats, an interrupt.
      await setImmediate();
    }
    some.push(file);
  }
  if (some.length > 0) yield await Promise.all(some.map(readRunFile));
}

/** A journal of 10,000 changes is about 10 MB. */
const largestBytes = 256 * 1024 * 1024;

/** A journal of 50 changes. Reading it on another thread takes five round trips, several times as long as the read. */
const smallBytes = 64 * 1024;

/** Anything but a regular file has an empty text; the text of one that is too large or unreadable is absent. */
export async function readRunFile(file: RunFileName): Promise<RunFileText> {
  try {
    const stats = lstatSync(file.path);
    const changedAt = stats.mtime;
    if (!stats.isFile()) return { ...file, changedAt, text: '' };
    if (stats.size > largestBytes) return { ...file, changedAt };
    const isSmall = stats.size <= smallBytes;
    const text = isSmall ? readFileSync(file.path, 'utf8') : await readFile(file.path, 'utf8');
    return { ...file, changedAt, text };
  } catch {
    return { ...file, changedAt: new Date() };
  }
}
