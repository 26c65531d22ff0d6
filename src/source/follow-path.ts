/** The way that a path takes through links. */

import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/** As many as Linux follows (path_resolution, `MAXSYMLINKS`). */
const mostLinks = 40;

/**
 * The path itself, then what it becomes at each symbolic link on its way; the last has none. What is gone was no link.
 *
 * @param path absolute
 */
export function followPath(path: string): readonly string[] {
  const way = [path];
  let place = path;
  for (let link = findLink(place); link !== undefined && way.length <= mostLinks; link = findLink(place)) {
    place = resolve(dirname(link), readlinkSync(link), relative(link, place));
    way.push(place);
  }
  return way;
}

/** The first link from the root on. */
function findLink(path: string): string | undefined {
  const above = dirname(path) === path ? undefined : findLink(dirname(path));
  if (above !== undefined) return above;
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? path : undefined;
}
