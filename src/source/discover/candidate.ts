/** What discovery finds in one folder. */

import type { Dirent } from 'node:fs';
import type { Finding } from '../../core/model.js';

/** A folder with exactly one `.qext`. */
export interface Candidate {
  /** The stem of the `.qext`, in Unicode NFC. */
  readonly name: string;
  /** Absolute, as the operating system spells it. */
  readonly folder: string;
  /** Relative to the working directory, with `/`. */
  readonly displayFolder: string;
  /** The `.qext` as the disk spells it. */
  readonly manifestFile: string;
  /** What the folder holds itself, so that it is listed once. */
  readonly entries: readonly Dirent[];
}

/** What discovery has to say, and the names it is about: none where it is about no folder. */
export interface Remark {
  readonly finding: Finding;
  readonly names: readonly string[];
}
