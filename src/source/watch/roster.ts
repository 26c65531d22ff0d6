/** The extensions under watch, kept in step with what discovery finds. */

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

export interface Roster {
  readonly extensions: () => readonly WatchedExtension[];
  readonly structure: () => Structure;
  readonly holds: (extension: WatchedExtension) => boolean;
  /** Discovers again. Asked while it does, it does so once more, and answers only the first who asked. */
  readonly refresh: () => Promise<Refreshed | undefined>;
}

export interface Refreshed {
  /** Names that discovery says something else of. */
  readonly moved: ReadonlySet<string> | 'all';
  /** The root's ignore file is another one. */
  readonly hasNewRules: boolean;
}

export function createRoster(options: StructureOptions): Roster {
  let structure: Structure = {
    extensions: [],
    places: [],
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

  function take(found: FoundExtension): WatchedExtension {
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
    extensions = new Map(structure.extensions.map((found) => [keyOf(found), take(found)]));
    return {
      moved: findMovedNames(before, structure),
      hasNewRules: !isSameStamp(before.rootIgnore.stamp, structure.rootIgnore.stamp),
    };
  }

  return {
    extensions: () => [...extensions.values()],
    structure: () => structure,
    holds: (extension) => extensions.get(keyOf(extension.found)) === extension,
    refresh,
  };
}

function keyOf({ candidate: { name, folder, manifestFile } }: FoundExtension): string {
  return [name, folder, manifestFile].join('\0');
}
