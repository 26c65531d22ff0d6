/** The extensions under watch, kept up to date with what discovery finds. */

import { type WatchedExtension, watchExtension } from './extension.js';
import { isSameStamp } from './stamp.js';
import {
  type FoundExtension,
  findMovedNames,
  readStructure,
  rootIgnoreOf,
  type Structure,
  type StructureOptions,
} from './structure.js';

export interface WatchedExtensions {
  readonly extensions: () => readonly WatchedExtension[];
  readonly structure: () => Structure;
  readonly has: (extension: WatchedExtension) => boolean;
  /** Discovers again. A call while it is running makes it run once more, and itself resolves to `undefined`. */
  readonly refresh: () => Promise<Refreshed | undefined>;
}

interface Refreshed {
  /** Names about which discovery now reports something else. */
  readonly moved: ReadonlySet<string> | 'all';
  /** The root's ignore file changed. */
  readonly hasNewRules: boolean;
}

export function createWatchedExtensions(options: StructureOptions): WatchedExtensions {
  let structure: Structure = {
    extensions: [],
    places: [],
    names: [],
    unread: [],
    rootIgnore: rootIgnoreOf(options.root),
    statements: new Map(),
  };
  let extensions: ReadonlyMap<string, WatchedExtension> = new Map();
  let state: 'idle' | 'reading' | 'outdated' = 'idle';

  async function readLatest(): Promise<Structure> {
    const read = await readStructure(options);
    if (state !== 'outdated') return read;
    state = 'reading';
    return readLatest();
  }

  function toWatched(found: FoundExtension): WatchedExtension {
    const known = extensions.get(keyOf(found));
    if (known === undefined) return watchExtension(found);
    known.found = found;
    return known;
  }

  async function refresh(): Promise<Refreshed | undefined> {
    const isReading = state !== 'idle';
    state = isReading ? 'outdated' : 'reading';
    if (isReading) return undefined;
    const before = structure;
    try {
      structure = await readLatest();
    } finally {
      state = 'idle';
    }
    extensions = new Map(structure.extensions.map((found) => [keyOf(found), toWatched(found)]));
    return {
      moved: findMovedNames(before, structure),
      hasNewRules: !isSameStamp(before.rootIgnore.stamp, structure.rootIgnore.stamp),
    };
  }

  return {
    extensions: () => [...extensions.values()],
    structure: () => structure,
    has: (extension) => extensions.get(keyOf(extension.found)) === extension,
    refresh,
  };
}

function keyOf({ candidate: { name, folder, manifestFile } }: FoundExtension): string {
  return [name, folder, manifestFile].join('\0');
}
