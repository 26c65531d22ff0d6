/** Finds a `.qext` deeper than the folder that was named. */

import { type Dirent, readdirSync } from 'node:fs';
import { byName } from '../../core/order.js';
import { isHidden } from './pattern.js';

export function isManifestName(name: string): boolean {
  return name.endsWith('.qext') && !name.startsWith('.') && !name.startsWith('~$');
}

/** The nearest `.qext`, at most two levels down, a built one first; relative to `folder`, with `/`. */
export function findNestedManifest(folder: string, entries: readonly Dirent[]): string | undefined {
  const children = listFolders(entries);
  const grandchildren = children.flatMap((child) =>
    listFolders(listEntries(`${folder}/${child}`)).map((name) => `${child}/${name}`),
  );
  for (const below of [children, grandchildren]) {
    const found = below.map((each) => manifestIn(folder, each)).filter((each) => each !== undefined);
    if (found.length > 0) return preferBuilt(found);
  }
  return undefined;
}

/** nebula.js builds to `*-ext`, other tools to `dist` or `build`. */
export function preferBuilt(paths: readonly string[]): string | undefined {
  const builtFirst = [/-ext(\/|$)/, /(^|\/)dist(\/|$)/, /(^|\/)build(\/|$)/];
  for (const pattern of builtFirst) {
    const built = paths.find((path) => pattern.test(path));
    if (built !== undefined) return built;
  }
  return paths[0];
}

function manifestIn(folder: string, below: string): string | undefined {
  const manifest = listEntries(`${folder}/${below}`).find((entry) => isManifestName(entry.name));
  return manifest === undefined ? undefined : `${below}/${manifest.name}`;
}

function listFolders(entries: readonly Dirent[]): readonly string[] {
  return entries.filter((entry) => entry.isDirectory() && !isHidden(entry.name)).map((entry) => entry.name);
}

/** Sorted by name. A folder that cannot be listed counts as empty: the result is only for hints and proposals. */
export function listEntries(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort(byName);
  } catch {
    return [];
  }
}
