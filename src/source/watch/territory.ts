/** Which folder belongs to whom: for hints about a folder, and for the sweep's quick glance at all of them. */

import { basename, dirname } from 'node:path';
import { concernsExtension, type WatchedExtension } from './extension.js';
import { isChanged, type LoneFile } from './lone-file.js';
import { concernsPlace, type Place, refreshPlace } from './places.js';
import { identityOf, isSameStamp, type Stamp, stampTarget } from './stamp.js';

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
