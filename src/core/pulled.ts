/** The result of pulling one extension into a folder. Data only. */

import type { LeftOutFile } from './model.js';

export interface Pulled {
  readonly name: string;
  /** `refused`: writing it would destroy local work. */
  readonly result: 'written' | 'updated' | 'unchanged' | 'refused' | 'failed' | 'not-attempted';
  /** Relative to the working directory, with `/`. */
  readonly folder?: string;
  readonly version?: string;
  /** How many of its files the folder holds, and their bytes. */
  readonly files?: number;
  readonly bytes?: number;
  /** Files of the archive that were not written, because no upload would include them. */
  readonly leftOut: readonly LeftOutFile[];
  /** Why it was not written, or what a person should know about it. */
  readonly message?: string;
  readonly hint?: string;
}
