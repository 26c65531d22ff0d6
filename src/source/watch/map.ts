/** Knows which extensions each folder belongs to, passes its events on to their bursts, and watches new folders. */

import { basename, dirname } from 'node:path';
import type { Bursts } from './bursts.js';
import { openFolderEvents } from './events.js';
import { concernsExtension, type WatchedExtension } from './extension.js';
import { concernsPlace, type Place, refreshPlace } from './places.js';
import { identityOf, isChanged, isSameStamp, type LoneFile, type Stamp, stampTarget } from './stamp.js';
import type { WatchedExtensions } from './watched-extensions.js';

interface MapOptions {
  readonly watched: WatchedExtensions;
  readonly bursts: Bursts<Subject>;
  readonly config: LoneFile | undefined;
  readonly events: 'on' | 'off';
  readonly onError: (error: unknown) => void;
}

interface FolderMap {
  readonly owners: () => FolderOwners;
  /** Watches new folders, and rebuilt ones again. */
  readonly update: () => Promise<void>;
  /** Before this call, events are ignored. */
  readonly listen: () => void;
  /** The watched folders, absolute. */
  readonly folders: () => readonly string[];
  /** Later updates do nothing. */
  readonly close: () => Promise<void>;
}

export function openMap({ watched, bursts, config, events: mode, onError }: MapOptions): FolderMap {
  const events = mode === 'off' ? undefined : openFolderEvents({ onHint, onArmed, onError });
  let owners = mapOwners([], [], []);
  let state: 'ignoring' | 'listening' | 'closed' = 'ignoring';

  function onHint(folder: string, name: string | undefined): void {
    if (state !== 'listening') return;
    for (const subject of owners.affected(folder, name)) bursts.extend(subject, name ?? folder);
  }

  function onArmed(folder: string): void {
    if (state !== 'listening') return;
    for (const subject of owners.ownersOf(folder)) bursts.finish(subject, 'armed');
  }

  return {
    owners: () => owners,
    update: async () => {
      if (state === 'closed') return;
      owners = findOwners(watched, config);
      await events?.arm(owners.folders);
    },
    listen: () => {
      state = 'listening';
    },
    folders: () => events?.folders() ?? [],
    close: async () => {
      state = 'closed';
      await events?.close();
    },
  };
}

function findOwners(watched: WatchedExtensions, config: LoneFile | undefined): FolderOwners {
  const { places, rootIgnore } = watched.structure();
  const files = config === undefined ? [rootIgnore] : [rootIgnore, config];
  return mapOwners(watched.extensions(), places, files);
}

/** What may have changed. */
export type Subject = WatchedExtension | 'structure' | 'config';

/** What each folder belongs to. */
export interface FolderOwners {
  /** Folders to watch, with their identities. */
  readonly folders: ReadonlyMap<string, string>;
  /** What a change of a folder's entry affects; `undefined`: a change of the folder itself. */
  readonly affected: (folder: string, name: string | undefined) => readonly Subject[];
  /** What may have changed in a folder whose events were missed for a moment. */
  readonly ownersOf: (folder: string) => readonly Subject[];
  /** What looks different by the stamps of all folders and single files, without those of files in the folders. */
  readonly glance: () => ReadonlySet<Subject>;
}

interface FolderEntry {
  readonly identity: string;
  readonly extensions: WatchedExtension[];
  readonly places: Place[];
  readonly files: LoneFile[];
}

function mapOwners(
  extensions: Iterable<WatchedExtension>,
  places: readonly Place[],
  files: readonly LoneFile[],
): FolderOwners {
  const entries = entriesByFolder(extensions, places, files);
  return {
    folders: new Map([...entries].map(([folder, { identity }]) => [folder, identity])),
    affected: (folder, name) => {
      const entry = entries.get(folder);
      return entry === undefined ? [] : findAffected(entry, folder, name);
    },
    ownersOf: (folder) => {
      const entry = entries.get(folder);
      return entry === undefined ? [] : [...entry.extensions, ...glanceAt(entry, folder)];
    },
    glance: () => new Set([...entries].flatMap(([folder, entry]) => glanceAt(entry, folder))),
  };
}

function entriesByFolder(
  extensions: Iterable<WatchedExtension>,
  places: readonly Place[],
  files: readonly LoneFile[],
): ReadonlyMap<string, FolderEntry> {
  const entries = new Map<string, FolderEntry>();
  function entryOf(folder: string, stamp: Stamp): FolderEntry {
    const entry = entries.get(folder) ?? {
      identity: identityOf(stamp),
      extensions: [],
      places: [],
      files: [],
    };
    entries.set(folder, entry);
    return entry;
  }
  for (const extension of extensions) {
    for (const [folder, stamp] of extension.seen.folders) entryOf(folder, stamp).extensions.push(extension);
  }
  for (const place of places) entryOf(place.folder, place.stamp).places.push(place);
  for (const file of files) {
    const folder = dirname(file.path);
    const stamp = stampTarget(folder);
    if (stamp !== undefined) entryOf(folder, stamp).files.push(file);
  }
  return entries;
}

function findAffected(entry: FolderEntry, folder: string, name: string | undefined): readonly Subject[] {
  const { extensions, places, files } = entry;
  return [
    ...extensions.filter((each) => name === undefined || concernsExtension(each, folder, name)),
    ...(places.some((place) => concernsPlace(place, name)) ? (['structure'] as const) : []),
    ...files
      .filter(({ path }) => name === undefined || basename(path) === name)
      .map(({ subject }) => subject),
  ];
}

function glanceAt(entry: FolderEntry, folder: string): readonly Subject[] {
  const { extensions, places, files } = entry;
  const stamp = extensions.length > 0 ? stampTarget(folder) : undefined;
  return [
    ...extensions.filter(({ seen }) => !isSameStamp(seen.folders.get(folder), stamp)),
    ...(refreshPlaces(places) ? [] : (['structure'] as const)),
    ...files.filter(isChanged).map(({ subject }) => subject),
  ];
}

/** Whether nothing relevant has changed. */
function refreshPlaces(places: Place[]): boolean {
  return places.every((place, position) => {
    const now = refreshPlace(place);
    if (now !== undefined) places[position] = now;
    return now !== undefined;
  });
}
