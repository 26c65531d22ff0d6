/** What runs in a folder left behind, wherever the running test keeps it: on the machine, or beyond it in a store. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Store } from '../../src/store/store.js';
import { openStoreOf } from './running-store.js';

type Kind = 'runs' | 'backups';

interface Remain {
  /** The last part of it, such as `20261129T070000Z-3f2a.jsonl`. */
  readonly name: string;
  readonly content: Buffer;
}

export interface Remains {
  readonly read: (kind: Kind) => Promise<readonly Remain[]>;
  /**
   * Gives each of a kind other content, or takes it away where that is `undefined`. In a store it is that of the store,
   * and this machine has lost its own.
   */
  readonly spoil: (kind: Kind, change: (remain: Remain) => Buffer | string | undefined) => Promise<void>;
  /** Puts one beside those that are there. */
  readonly add: (kind: Kind, name: string, content: string) => Promise<void>;
}

/** @param folder of the config */
export function remainsIn(folder: () => string): Remains {
  const use = async <T>(work: (place: Place) => Promise<T>): Promise<T> => {
    const store = await openStoreOf(folder());
    try {
      return await work(store === undefined ? onMachine(folder()) : inStore(store, folder()));
    } finally {
      await store?.close();
    }
  };
  const readAll = async (place: Place, kind: Kind) => {
    const paths = await place.list(kind);
    return Promise.all(
      paths.map(async (path) => ({ path, name: basename(path), content: await place.read(path) })),
    );
  };
  return {
    read: (kind) => use((place) => readAll(place, kind)),
    spoil: (kind, change) =>
      use(async (place) => {
        const remaining = await readAll(place, kind);
        for (const { path, ...remain } of remaining) {
          const content = change(remain);
          if (content === undefined) await place.remove(path);
          else if (!remain.content.equals(Buffer.from(content))) await place.write(path, content);
        }
        if (!place.forget(kind) && remaining.length === 0) throw new Error(`there are no ${kind} to spoil`);
      }),
    add: (kind, name, content) =>
      use(async (place) => {
        const [path = ''] = await place.list(kind);
        await place.write(join(path, '..', name), content);
      }),
  };
}

interface Place {
  readonly list: (kind: Kind) => Promise<readonly string[]>;
  readonly read: (path: string) => Promise<Buffer>;
  readonly write: (path: string, content: Buffer | string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** What is only a copy. @returns whether there was one. */
  readonly forget: (kind: Kind) => boolean;
}

function onMachine(folder: string): Place {
  const own = join(folder, '.qlik-sync');
  return {
    list: async (kind) => {
      const entries = readdirSync(join(own, kind), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => join(parentPath, name)).sort();
    },
    read: async (path) => readFileSync(path),
    write: async (path, content) => writeFileSync(path, content),
    remove: async (path) => rmSync(path),
    forget: () => false,
  };
}

function inStore(store: Store, folder: string): Place {
  return {
    list: async (kind) => (await store.list(`${kind}/`)).objects.map(({ name }) => name).sort(),
    read: async (path) => (await store.get(path)) ?? Buffer.alloc(0),
    write: (path, content) => store.put(path, Buffer.from(content)),
    remove: (path) => store.remove(path),
    forget: (kind) => {
      const copies = join(folder, '.qlik-sync', kind);
      const isThere = existsSync(copies);
      rmSync(copies, { recursive: true, force: true });
      return isThere;
    },
  };
}
