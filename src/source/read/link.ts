/** Where a symbolic link within an extension's folder leads. */

import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { reasonOf } from '../../core/system-error.js';

type FollowedLink =
  | { readonly kind: 'file' | 'folder' | 'special' }
  | { readonly kind: 'bad'; readonly rule: 'symlink-outside' | 'unreadable'; readonly message: string };

/**
 * @param folder the extension's folder, absolute
 * @param names the folders on the way to the link, including links that were followed
 * @param path the link's, relative to `folder`
 */
export function followLink(folder: string, names: readonly string[], path: string): FollowedLink {
  const link = `${folder}/${path}`;
  try {
    const real = realpathSync.native(link);
    const realFolder = realpathSync.native(folder);
    if (real !== realFolder && !real.startsWith(realFolder + sep)) {
      return bad('symlink-outside', `The link leads out of the folder, to ${real}.`);
    }
    const stats = statSync(real);
    if (!stats.isDirectory()) return { kind: stats.isFile() ? 'file' : 'special' };
    const isCircle = [...walkedFolders(folder, names)].some((walked) => realpathSync.native(walked) === real);
    return isCircle
      ? bad('symlink-outside', 'The link leads to a folder that contains it.')
      : { kind: 'folder' };
  } catch (error) {
    return bad('unreadable', `The link leads to ${readlinkSync(link)}: ${reasonOf(error)}.`);
  }
}

function bad(rule: 'symlink-outside' | 'unreadable', message: string): FollowedLink {
  return { kind: 'bad', rule, message };
}

function* walkedFolders(folder: string, names: readonly string[]): Generator<string> {
  yield folder;
  for (let depth = 1; depth <= names.length; depth++) yield `${folder}/${names.slice(0, depth).join('/')}`;
}
