/** A unified diff of a file that people write. The only file that knows the package `diff`. */

import type { FileChange, FileSide } from '../../core/comparison.js';
import { withLf } from '../../core/content/line-endings.js';

interface PatchSide {
  readonly side: FileSide;
  readonly read: () => Promise<Buffer>;
}

/** How much more patches may take, in UTF-16 code units. */
export interface PatchRoom {
  readonly take: (length: number) => void;
  readonly left: () => number;
}

export function openPatchRoom(total: number): PatchRoom {
  let left = total;
  return {
    take: (length) => {
      left -= length;
    },
    left: () => left,
  };
}

/** Bytes of either side; a larger file was made by a program. */
const largestText = 512 * 1024;

/** How many code units one patch may have. */
const largestPatch = 64 * 1024;

/** Lines that people write are shorter. */
const longestLine = 1000;

/** With more changed lines the two have little in common, and searching for it takes seconds. */
const mostEdits = 2000;

type Patch = Pick<FileChange, 'patch' | 'noPatch'>;

export async function comparePatch(
  path: string,
  before: PatchSide,
  after: PatchSide,
  room: PatchRoom,
): Promise<Patch> {
  const [was, is] = [await before.read(), await after.read()];
  if (withLf(was).equals(withLf(is))) return { noPatch: 'line-endings' };
  const isLarge = Math.max(before.side.bytes, after.side.bytes) > largestText;
  if (isLarge) return { noPatch: isMinifiedName(path) ? 'minified' : 'large' };
  const [left, right] = [decode(was), decode(is)];
  if (left === undefined || right === undefined) return { noPatch: 'binary' };
  if (isMinifiedName(path) || hasLongLine(left) || hasLongLine(right)) return { noPatch: 'minified' };
  if (room.left() <= 0) return { noPatch: 'large' };
  const patch = await makePatch(left, right, Math.min(room.left(), largestPatch));
  room.take(patch?.length ?? 0);
  return patch === undefined ? { noPatch: 'large' } : { patch };
}

function isMinifiedName(path: string): boolean {
  return /\.min\.[a-z]+$|\.map$/i.test(path);
}

function hasLongLine(text: string): boolean {
  return text.split('\n').some((line) => line.length > longestLine);
}

/** `undefined` for what is not text: not UTF-8, or with NUL. */
function decode(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** As many hunks as fit, and how many more there are; `undefined` if not even the first fits. */
async function makePatch(before: string, after: string, room: number): Promise<string | undefined> {
  const { structuredPatch } = await import('diff');
  const options = { context: 3, maxEditLength: mostEdits };
  const made = structuredPatch('', '', before, after, undefined, undefined, options);
  if (made === undefined) return undefined;
  const hunks = made.hunks.map(formatHunk);
  let length = 0;
  const shown = hunks.filter((hunk) => {
    length += hunk.length;
    return length <= room;
  });
  if (shown.length === 0) return undefined;
  const missing = hunks.length - shown.length;
  return missing === 0 ? shown.join('') : `${shown.join('')}\\ cut here: ${missing} more\n`;
}

interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

/** A side without lines is counted from the line before (POSIX). */
function formatHunk({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string {
  const from = oldLines === 0 ? oldStart - 1 : oldStart;
  const to = newLines === 0 ? newStart - 1 : newStart;
  return `@@ -${from},${oldLines} +${to},${newLines} @@\n${lines.join('\n')}\n`;
}
