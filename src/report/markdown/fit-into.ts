/** A document made of blocks, cut to a size: what matters least goes first, and what went is said. */

import { count } from '../../core/format.js';

/** How much a block matters; the last is cut first. */
export const ranks = [
  'always',
  'trouble',
  'changes',
  'findings',
  'impact',
  'notes',
  'unchanged',
  'differences',
] as const;

export interface Block {
  readonly rank: (typeof ranks)[number];
  /** What one item is, to be said when some were cut: `file difference`. */
  readonly noun: string;
  /** Shown as long as one item is. */
  readonly head: string;
  readonly items: readonly string[];
  readonly tail: string;
}

/** `limit`: bytes of UTF-8. */
export function fitInto(blocks: readonly Block[], limit: number): string {
  const kept = new Map(blocks.map((block) => [block, block.items.length]));
  let size = blocks.reduce((total, block) => total + sizeOf(block), 0);
  if (size <= limit) return join(kept);
  for (const block of leastImportantFirst(blocks)) {
    size -= cutBlock(block, size - (limit - roomForNotice), kept);
  }
  return join(kept) + describeCut(kept);
}

const roomForNotice = 500;

/** Resolves to the bytes that were won. */
function cutBlock(block: Block, excess: number, kept: Map<Block, number>): number {
  let left = block.items.length;
  let won = 0;
  while (left > 0 && won < excess) {
    left -= 1;
    won += bytes(block.items[left] ?? '');
    if (left === 0) won += bytes(block.head) + bytes(block.tail);
  }
  kept.set(block, left);
  return won;
}

function leastImportantFirst(blocks: readonly Block[]): readonly Block[] {
  return [...ranks]
    .reverse()
    .filter((rank) => rank !== 'always')
    .flatMap((rank) => blocks.filter((block) => block.rank === rank).reverse());
}

function join(kept: ReadonlyMap<Block, number>): string {
  return [...kept]
    .filter(([, left]) => left > 0)
    .map(([{ head, items, tail }, left]) => `${head}${items.slice(0, left).join('')}${tail}`)
    .join('');
}

function describeCut(kept: ReadonlyMap<Block, number>): string {
  const cut = new Map<string, number>();
  for (const [{ noun, items }, left] of kept) {
    if (left < items.length) cut.set(noun, (cut.get(noun) ?? 0) + items.length - left);
  }
  const parts = [...cut].map(([noun, n]) => count(n, noun));
  return `\n> Cut to fit: ${parts.join(', ')}. The HTML and JSON reports have everything.\n`;
}

function sizeOf({ head, items, tail }: Block): number {
  return items.length === 0
    ? 0
    : bytes(head) + bytes(tail) + items.reduce((sum, item) => sum + bytes(item), 0);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
