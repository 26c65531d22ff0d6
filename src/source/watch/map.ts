/** Which folder belongs to whom right now: its events go to their bursts, and what is new among the folders is armed. */

import { basename, dirname } from 'node:path';
import type { Bursts } from './bursts.js';
import { openFolderEvents } from './events.js';
import { concernsExtension, type WatchedExtension } from './extension.js';
import { concernsPlace, type Place, refreshPlace } from './places.js';
import type { Roster } from './roster.js';
import { identityOf, isChanged, isSameStamp, type LoneFile, type Stamp, stampTarget } from './stamp.js';

export interface MapOptions {
  readonly roster: Roster;
  readonly bursts: Bursts<Subject>;
  readonly config: LoneFile | undefined;
  readonly events: 'on' | 'off';
  readonly onError: (error: unknown) => void;
}

export interface FolderMap {
  readonly territory: () => Territory;
  /** Arms what is new, and anew what was rebuilt. */
  readonly redraw: () => Promise<void>;
  /** Until then, events are armed but not told. */
  readonly listen: () => void;
  /** Absolute; those whose events are heard. */
  readonly folders: () => readonly string[];
  /** Is drawn no more afterwards. */
  readonly close: () => Promise<void>;
}

export function openMap({ roster, bursts, config, events: mode, onError }: MapOptions): FolderMap {
  const events = mode === 'off' ? undefined : openFolderEvents({ onHint, onArmed, onError });
  let territory = mapTerritory([], [], []);
  let state: 'deaf' | 'listening' | 'closed' = 'deaf';

  function onHint(folder: string, name: string | undefined): void {
    if (state !== 'listening') return;
    for (const subject of territory.concerned(folder, name)) bursts.extend(subject, name ?? folder);
  }

  function onArmed(folder: string): void {
    if (state !== 'listening') return;
    for (const subject of territory.inhabitants(folder)) bursts.finish(subject, 'armed');
  }

  return {
    territory: () => territory,
    redraw: async () => {
      if (state === 'closed') return;
      territory = draw(roster, config);
      await events?.arm(territory.folders);
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

function draw(roster: Roster, config: LoneFile | undefined): Territory {
  const { places, rootIgnore } = roster.structure();
  const files = config === undefined ? [rootIgnore] : [rootIgnore, config];
  return mapTerritory(roster.extensions(), places, files);
}

// Which folder belongs to whom: for hints about a folder, and for the sweep's quick glance at all of them.

/** What may have changed. */
export type Subject = WatchedExtension | 'structure' | 'config';

export interface Territory {
  /** Folders to hear, with their identities. */
  readonly folders: ReadonlyMap<string, string>;
  /** Whom an entry of a folder concerns; `undefined`: the folder itself. */
  readonly concerned: (folder: string, name: string | undefined) => readonly Subject[];
  /** Whom a folder may concern that was not heard for a moment. */
  readonly inhabitants: (folder: string) => readonly Subject[];
  /** Who looks different: the stamps of all folders and lone files, without the files in the folders. */
  readonly glance: () => ReadonlySet<Subject>;
}

interface Plot {
  readonly identity: string;
  readonly extensions: WatchedExtension[];
  readonly places: Place[];
  readonly files: LoneFile[];
}

export function mapTerritory(
  extensions: Iterable<WatchedExtension>,
  places: readonly Place[],
  files: readonly LoneFile[],
): Territory {
  const plots = layOut(extensions, places, files);
  return {
    folders: new Map([...plots].map(([folder, { identity }]) => [folder, identity])),
    concerned: (folder, name) => {
      const plot = plots.get(folder);
      return plot === undefined ? [] : findConcerned(plot, folder, name);
    },
    inhabitants: (folder) => {
      const plot = plots.get(folder);
      return plot === undefined ? [] : [...plot.extensions, ...glanceAt(plot, folder)];
    },
    glance: () => new Set([...plots].flatMap(([folder, plot]) => glanceAt(plot, folder))),
  };
}

function layOut(
  extensions: Iterable<WatchedExtension>,
  places: readonly Place[],
  files: readonly LoneFile[],
): ReadonlyMap<string, Plot> {
  const plots = new Map<string, Plot>();
  function plotOf(folder: string, stamp: Stamp): Plot {
    const plot = plots.get(folder) ?? { identity: identityOf(stamp), extensions: [], places: [], files: [] };
    plots.set(folder, plot);
    return plot;
  }
  for (const extension of extensions) {
    for (const [folder, stamp] of extension.seen.folders) plotOf(folder, stamp).extensions.push(extension);
  }
  for (const place of places) plotOf(place.folder, place.stamp).places.push(place);
  for (const file of files) {
    const folder = dirname(file.path);
    const stamp = stampTarget(folder);
    if (stamp !== undefined) plotOf(folder, stamp).files.push(file);
  }
  return plots;
}

function findConcerned(plot: Plot, folder: string, name: string | undefined): readonly Subject[] {
  const { extensions, places, files } = plot;
  return [
    ...extensions.filter((each) => name === undefined || concernsExtension(each, folder, name)),
    ...(places.some((place) => concernsPlace(place, name)) ? (['structure'] as const) : []),
    ...files
      .filter(({ path }) => name === undefined || basename(path) === name)
      .map(({ subject }) => subject),
  ];
}

function glanceAt(plot: Plot, folder: string): readonly Subject[] {
  const { extensions, places, files } = plot;
  const stamp = extensions.length > 0 ? stampTarget(folder) : undefined;
  return [
    ...extensions.filter(({ seen }) => !isSameStamp(seen.folders.get(folder), stamp)),
    ...(refreshPlaces(places) ? [] : (['structure'] as const)),
    ...files.filter(isChanged).map(({ subject }) => subject),
  ];
}

/** Whether nothing moved that matters. */
function refreshPlaces(places: Place[]): boolean {
  return places.every((place, position) => {
    const now = refreshPlace(place);
    if (now !== undefined) places[position] = now;
    return now !== undefined;
  });
}
