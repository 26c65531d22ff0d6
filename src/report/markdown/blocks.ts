/** What a document is made of, and how much of it matters. */

import type { Tone } from '../tone.js';

/** How much a block matters, the most first. */
export type Rank =
  | 'always'
  | 'trouble'
  | 'changes'
  | 'findings'
  | 'impact'
  | 'notes'
  | 'unchanged'
  | 'differences';

export interface Block {
  readonly rank: Rank;
  /** What one item is, to be said when some were cut: `file difference`. */
  readonly noun: string;
  /** Shown as long as one item is. */
  readonly head: string;
  readonly items: readonly string[];
  readonly tail: string;
}

/** Blocks that stand or fall together. */
export interface Group {
  /** `frame`: of the whole document · `row`: an environment's line of the overview · `part`: all that is told of it. */
  readonly role: 'frame' | 'row' | 'part';
  /** What went well is dropped first. */
  readonly tone: Tone;
  readonly blocks: readonly Block[];
}

export function always(text: string): Block {
  return { rank: 'always', noun: 'line', head: '', items: [text], tail: '' };
}
