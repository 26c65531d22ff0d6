/** What discovery finds in one folder. */

import type { Dirent } from 'node:fs';
import { mainFileOf } from '../../core/kind.js';
import type { Finding } from '../../core/model.js';

/** A folder with exactly one `.qext`. */
export interface Candidate {
  /** Kind and stem of the `.qext`, in Unicode NFC; see `core/kind.ts`. */
  readonly name: string;
  /** Absolute, as the operating system spells it. */
  readonly folder: string;
  /** Relative to the working directory, with `/`. */
  readonly displayFolder: string;
  /** The `.qext` as the disk spells it. */
  readonly manifestFile: string;
  /** The folder's entries, so that it is listed only once. */
  readonly entries: readonly Dirent[];
}

/**
 * Whether it makes the folder an extension or a theme: its manifest or its main file. @param path below the folder, with
 * `/`
 */
export function isVital({ name, manifestFile }: Candidate, path: string): boolean {
  return path === manifestFile || path.normalize('NFC') === mainFileOf(name);
}

/** A finding of the discovery, and the names of the extensions that it concerns; none if it concerns no folder. */
export interface Remark {
  readonly finding: Finding;
  readonly names: readonly string[];
}
