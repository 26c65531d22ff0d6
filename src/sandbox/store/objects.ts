/** The objects of the sandbox's bucket, and what a lagging list shows of them. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../source/make-folders.js';
import { writeFile } from '../state/write-file.js';

export interface StoredBytes {
  readonly bytes: Buffer;
  readonly modifiedMs: number;
  /** The MD5 in hex, in quotes. */
  readonly etag: string;
}

export interface ListedObject extends StoredBytes {
  readonly key: string;
}

interface Objects {
  readonly put: (key: string, bytes: Buffer) => StoredBytes;
  readonly get: (key: string) => StoredBytes | undefined;
  readonly remove: (key: string) => void;
  /** As they were at that moment, sorted by the bytes of their keys. */
  readonly listAt: (ms: number) => readonly ListedObject[];
  /** Removes everything, as if somebody had emptied the bucket. */
  readonly clear: () => void;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly objects: Objects;
}

interface Version {
  readonly fromMs: number;
  /** Absent if it was removed. */
  readonly stored?: StoredBytes;
}

/** @param dir absolute; absent: in memory only @param clock the store's, in milliseconds since 1970 */
export function createObjects(dir: string | undefined, clock: () => number): Objects {
  const versions = new Map<string, readonly Version[]>();
  const disk = dir === undefined ? undefined : openDisk(dir);
  for (const [key, stored] of disk?.readAll() ?? []) versions.set(key, [{ fromMs: 0, stored }]);

  function change(key: string, stored: StoredBytes | undefined): void {
    const before = versions.get(key) ?? [];
    versions.set(key, [
      ...before.slice(-keptVersions),
      { fromMs: performance.now(), ...(stored && { stored }) },
    ]);
  }

  return {
    put: (key, bytes) => {
      const stored = { bytes, modifiedMs: clock(), etag: etagOf(bytes) };
      disk?.write(key, stored);
      change(key, stored);
      return stored;
    },
    get: (key) => versions.get(key)?.at(-1)?.stored,
    remove: (key) => {
      disk?.remove(key);
      if (versions.has(key)) change(key, undefined);
    },
    listAt: (ms) =>
      [...versions]
        .flatMap(([key, known]) => {
          const stored = known.findLast(({ fromMs }) => fromMs <= ms)?.stored;
          return stored === undefined ? [] : [{ key, ...stored }];
        })
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
    clear: () => {
      for (const key of versions.keys()) disk?.remove(key);
      versions.clear();
    },
  };
}

/** A list lags by a moment, and not by more than a few changes of one object. */
const keptVersions = 8;

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** One file for each object, named by the key in hex, since keys may contain anything. */
function openDisk(dir: string) {
  makeFolders(dir);
  const pathOf = (key: string): string => join(dir, Buffer.from(key).toString('hex'));
  return {
    readAll: (): readonly (readonly [string, StoredBytes])[] =>
      readdirSync(dir).map((name) => {
        const bytes = readFileSync(join(dir, name));
        const { mtimeMs } = statSync(join(dir, name));
        const key = Buffer.from(name, 'hex').toString();
        return [key, { bytes, modifiedMs: mtimeMs, etag: etagOf(bytes) }] as const;
      }),
    write: (key: string, { bytes, modifiedMs }: StoredBytes): void => {
      writeFile(pathOf(key), bytes);
      utimesSync(pathOf(key), modifiedMs / 1000, modifiedMs / 1000);
    },
    remove: (key: string): void => rmSync(pathOf(key), { force: true }),
  };
}
