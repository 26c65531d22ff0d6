/** The way that a path takes through links. */

import { readlinkSync } from 'node:fs';
import { dirname, parse, relative, resolve } from 'node:path';
import { findLink } from './own-folder.js';

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
  const { root } = parse(path);
  const nextLink = (): string | undefined => findLink(root, place);
  for (let link = nextLink(); link !== undefined && way.length <= mostLinks; link = nextLink()) {
    place = resolve(dirname(link), readlinkSync(link), relative(link, place));
    way.push(place);
  }
  return way;
}
