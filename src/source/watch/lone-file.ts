/** A file that matters by itself: the config, the root's ignore file. */

import { isSameStamp, type Stamp, stampTarget } from './stamp.js';

export interface LoneFile {
  /** Absolute; it need not exist. */
  readonly path: string;
  readonly subject: 'structure' | 'config';
  stamp: Stamp | undefined;
}

export function loneFile(path: string, subject: LoneFile['subject']): LoneFile {
  return { path, subject, stamp: stampTarget(path) };
}

export function isChanged({ path, stamp }: LoneFile): boolean {
  return !isSameStamp(stamp, stampTarget(path));
}
