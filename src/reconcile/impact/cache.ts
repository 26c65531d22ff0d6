/**
 * The contents of apps, `.qlik-sync/cache/impact/<tenant>/<account>/<hash of the app's id>.json`, valid as long as the
 * app's update time stays the same. Each account has its own, because only its owner sees a private sheet. Only a
 * convenience: a file that is torn, of another format or of another app counts as missing.
 */

import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppContent } from '../../core/impact/impact.js';
import { isObject, tryParseJson } from '../../core/json.js';
import type { TenantIdentity } from '../../core/model.js';
import { discard, writeAtomically } from '../../source/write-atomically.js';
import { isOwnPlace, makeOwnPlace, ownPlace, tenantKey } from '../own-place.js';
import type { AppVersion } from './listed-app.js';

export interface AppCache {
  find(appId: string, version: AppVersion): Promise<Remembered | undefined>;
  keep(appId: string, version: AppVersion, outcome: Outcome): Promise<void>;
  /** Forgets all others: the tenant no longer has their apps. */
  retain(appIds: readonly string[]): Promise<void>;
}

type Remembered =
  | { readonly kind: 'content'; readonly content: AppContent }
  /** The same version was tried before, and had no result that can be trusted now. */
  | { readonly kind: 'tried' };

type Outcome =
  | {
      readonly kind: 'content';
      readonly content: AppContent;
      /** When its reading began, in milliseconds since 1970. */
      readonly readAt: number;
    }
  | { readonly kind: 'tried' };

/** Raised with every change of the files' format or of their possible content. */
const format = 3;

const maxBytes = 64 * 2 ** 20;

/** Remembers nothing. */
export const noAppCache: AppCache = {
  find: async () => undefined,
  keep: async () => undefined,
  retain: async () => undefined,
};

interface CachePlace {
  /** Absolute: the folder of the config file. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  /** Hex digits that identify the user. */
  readonly account: string;
}

export function createAppCache({ root, tenant, account }: CachePlace): AppCache {
  const folder = ownPlace(root, 'cache', 'impact', tenantKey(tenant), account);
  let made: Promise<unknown> | undefined;
  let listed: Promise<Set<string>> | undefined;
  /** Listed once: most apps of a first run are not in the cache, and each would cost a failed read. */
  const names = (): Promise<Set<string>> => (listed ??= readdir(folder).then(toSet, () => new Set<string>()));
  return {
    async find(appId, version) {
      if (!(await names()).has(nameOf(appId))) return undefined;
      const text = await readText(join(folder, nameOf(appId)));
      return text === undefined ? undefined : parseEntry(text, appId, version);
    },
    async keep(appId, version, outcome) {
      try {
        made ??= makeOwnPlace(root, folder);
        await made;
        const entry = renderEntry(appId, version, believable(outcome, version));
        await writeAtomically(join(folder, nameOf(appId)), entry, { mode: 0o600 });
        (await names()).add(nameOf(appId));
      } catch {
        // The app is read again.
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

function toSet(names: readonly string[]): Set<string> {
  return new Set(names);
}

/** The tenant chooses ids, so they are hashed before they become part of a path. */
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

/**
 * An app that was saved this shortly before it was read may have been saved again since with the same time: times may be
 * in whole seconds or late, and this machine's clock may be some minutes ahead of the tenant's.
 */
const doubtfulMs = 10 * 60_000;

function believable(outcome: Outcome, { savedAt }: AppVersion): AppContent | undefined {
  if (outcome.kind === 'tried' || savedAt === undefined) return undefined;
  return outcome.readAt - savedAt >= doubtfulMs ? outcome.content : undefined;
}

/** Pairs instead of objects, which halves the files. */
function renderEntry(app: string, { times }: AppVersion, content: AppContent | undefined): string {
  return JSON.stringify({
    format,
    app,
    times,
    objects: content?.objects.map(({ id, type }) => [id, type]),
    masterItems: content?.masterItems.map(({ title, type }) => [title, type]),
  });
}

function parseEntry(text: string, app: string, { times }: AppVersion): Remembered | undefined {
  const entry = tryParseJson(text);
  if (!isObject(entry) || entry['format'] !== format) return undefined;
  if (entry['app'] !== app || entry['times'] !== times) return undefined;
  const [objects, masterItems] = [readPairs(entry['objects']), readPairs(entry['masterItems'])];
  if (objects === undefined || masterItems === undefined) return { kind: 'tried' };
  const content = {
    objects: objects.map(([id, type]) => ({ id, type })),
    masterItems: masterItems.map(([title, type]) => ({ title, type })),
  };
  return { kind: 'content', content };
}

function readPairs(value: unknown): readonly (readonly [string, string])[] | undefined {
  return Array.isArray(value) && value.every(isPair) ? value : undefined;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
