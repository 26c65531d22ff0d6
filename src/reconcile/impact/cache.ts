/**
 * What apps hold, `.qlik-sync/cache/impact/<tenant>/<account>/<hash of the app's id>.json`, valid as long as the app's
 * update time stays. Each account has its own, since private sheets are seen by their owner alone. Only a convenience: a file that is torn, of another shape or of another app is as good as none.
 */

import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppContent } from '../../core/app-content.js';
import { isOwnPlace, makeOwnPlace, ownPlace, tenantKey } from '../own-place.js';

export interface AppCache {
  find(appId: string, stamp: string): Promise<AppContent | undefined>;
  keep(appId: string, stamp: string, content: AppContent): Promise<void>;
  /** Forgets all others: apps that the tenant does not have any more. */
  retain(appIds: readonly string[]): Promise<void>;
}

/** Raised with every change of the files' shape. */
const format = 1;
const maxBytes = 64 * 2 ** 20;

/** Remembers nothing. */
export const noAppCache: AppCache = {
  find: async () => undefined,
  keep: async () => undefined,
  retain: async () => undefined,
};

export interface CachePlace {
  /** Absolute: the folder of the config file. */
  readonly root: string;
  /** The tenant's origin, or what the embedded one is called. */
  readonly tenant: string;
  /** Hex digits that tell who asks. */
  readonly account: string;
}

export function openAppCache({ root, tenant, account }: CachePlace): AppCache {
  const folder = ownPlace(root, 'cache', 'impact', tenantKey(tenant), account);
  let made: Promise<unknown> | undefined;
  return {
    async find(appId, stamp) {
      const text = await readText(join(folder, nameOf(appId)));
      return text === undefined ? undefined : parseEntry(text, appId, stamp);
    },
    async keep(appId, stamp, content) {
      const file = join(folder, nameOf(appId));
      const temporary = `${file}.${randomBytes(6).toString('hex')}`;
      try {
        made ??= makeOwnPlace(root, folder);
        await made;
        await writeFile(temporary, renderEntry(appId, stamp, content), { flag: 'wx', mode: 0o600 });
        await rename(temporary, file);
      } catch {
        await discard(temporary);
      }
    },
    async retain(appIds) {
      if (!isOwnPlace(root, folder)) return;
      const wanted = new Set(appIds.map(nameOf));
      const files = await readdir(folder).catch(() => []);
      for (const file of files) if (!wanted.has(file)) await discard(join(folder, file));
    },
  };
}

/** An id is the tenant's to choose, a file's name is not. */
function nameOf(appId: string): string {
  return `${createHash('sha256').update(appId).digest('hex').slice(0, 40)}.json`;
}

async function readText(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    return stats.isFile() && stats.size <= maxBytes ? await handle.readFile('utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Pairs instead of objects, which halves the files. */
function renderEntry(app: string, stamp: string, { objects, masterItems }: AppContent): string {
  return JSON.stringify({
    format,
    app,
    stamp,
    objects: objects.map(({ id, type }) => [id, type]),
    masterItems: masterItems.map(({ title, type }) => [title, type]),
  });
}

function parseEntry(text: string, app: string, stamp: string): AppContent | undefined {
  const entry = parseJson(text) as Partial<Record<string, unknown>> | null | undefined;
  if (entry?.['format'] !== format || entry['app'] !== app || entry['stamp'] !== stamp) return undefined;
  const [objects, masterItems] = [readPairs(entry['objects']), readPairs(entry['masterItems'])];
  if (objects === undefined || masterItems === undefined) return undefined;
  return {
    objects: objects.map(([id, type]) => ({ id, type })),
    masterItems: masterItems.map(([title, type]) => ({ title, type })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readPairs(value: unknown): readonly (readonly [string, string])[] | undefined {
  return Array.isArray(value) && value.every(isPair) ? value : undefined;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
