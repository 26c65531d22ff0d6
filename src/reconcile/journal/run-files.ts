/** The files below `.qlik-sync/runs`, whatever their content. */

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantIdentity } from '../../core/model.js';
import { isOwnPlace, ownPlace, tenantKey } from '../own-place.js';

const suffix = '.jsonl';

export interface RunFileName {
  /** Absolute. */
  readonly path: string;
  /** The run whose journal would have this name. */
  readonly id: string;
}

export interface RunFileText extends RunFileName {
  readonly changedAt: Date;
  /** Absent where it could not be read. */
  readonly text?: string;
}

/** Those of one tenant, or of all where `tenant` is undefined; in no order. */
export async function listRunFiles(
  root: string,
  tenant: TenantIdentity | undefined,
): Promise<readonly RunFileName[]> {
  const folders = tenant === undefined ? await listTenants(root) : [tenantKey(tenant)];
  const places = folders.map((folder) => ownPlace(root, 'runs', folder));
  const own = places.filter((place) => isOwnPlace(root, place));
  return (await Promise.all(own.map(listFolder))).flat();
}

/** @param folder of a tenant */
export function runFileOf(folder: string, id: string): string {
  return join(folder, `${id}${suffix}`);
}

async function listTenants(root: string): Promise<readonly string[]> {
  const entries = await readdir(ownPlace(root, 'runs'), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function listFolder(folder: string): Promise<readonly RunFileName[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => ({ path: join(folder, name), id: name.slice(0, -suffix.length) }));
}

/** A journal of 10,000 changes is about 10 MB. */
const largestBytes = 256 * 1024 * 1024;

/** Anything but a regular file has an empty text; the text of one that is too large or unreadable is absent. */
export async function readRunFile(file: RunFileName): Promise<RunFileText> {
  try {
    const stats = await lstat(file.path);
    const changedAt = stats.mtime;
    if (!stats.isFile()) return { ...file, changedAt, text: '' };
    if (stats.size > largestBytes) return { ...file, changedAt };
    return { ...file, changedAt, text: await readFile(file.path, 'utf8') };
  } catch {
    return { ...file, changedAt: new Date() };
  }
}
