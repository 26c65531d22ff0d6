/** A document that is being cut. */

import { count } from '../../core/format.js';
import type { Block, Group } from './blocks.js';

export interface Draft {
  /** Bytes of UTF-8. */
  readonly size: () => number;
  /** From the end of the block, until the draft is no larger than `room`, or `least` items are left. */
  readonly cutBlock: (block: Block, room: number, least: number) => void;
  readonly dropGroup: (group: Group) => void;
  readonly text: () => string;
  /** What is no longer there: `3 environments, 12 changes`. */
  readonly describeCut: () => string;
}

export function openDraft(groups: readonly Group[]): Draft {
  const left = new Map(groups.flatMap(({ blocks }) => blocks.map((block) => [block, block.items.length])));
  const dropped = new Set<Group>();
  const leftOf = (block: Block): number => left.get(block) ?? 0;
  let size = [...left].reduce((sum, [block, items]) => sum + sizeOf(block, items), 0);
  const kept = (): readonly Group[] => groups.filter((group) => !dropped.has(group));
  return {
    size: () => size,
    cutBlock(block, room, least) {
      let items = leftOf(block);
      while (items > least && size > room) {
        items -= 1;
        size -= bytes(block.items[items] ?? '') + (items === 0 ? sizeOfEnds(block) : 0);
      }
      left.set(block, items);
    },
    dropGroup(group) {
      dropped.add(group);
      for (const block of group.blocks) {
        size -= sizeOf(block, leftOf(block));
        left.set(block, 0);
      }
    },
    text: () =>
      kept()
        .flatMap(({ blocks }) => blocks)
        .map((block) => render(block, leftOf(block)))
        .join(''),
    describeCut: () => describeCut(dropped, kept(), leftOf),
  };
}

function describeCut(
  dropped: ReadonlySet<Group>,
  kept: readonly Group[],
  leftOf: (block: Block) => number,
): string {
  const cut = new Map<string, number>();
  const add = (noun: string, n: number): void => void cut.set(noun, (cut.get(noun) ?? 0) + n);
  for (const { role } of dropped) add(role === 'row' ? 'overview line' : 'environment', 1);
  for (const block of kept.flatMap(({ blocks }) => blocks)) {
    if (leftOf(block) < block.items.length) add(block.noun, block.items.length - leftOf(block));
  }
  return [...cut].map(([noun, n]) => count(n, noun)).join(', ');
}

function render({ head, items, tail }: Block, left: number): string {
  return left === 0 ? '' : `${head}${items.slice(0, left).join('')}${tail}`;
}

function sizeOf(block: Block, left: number): number {
  if (left === 0) return 0;
  return block.items.slice(0, left).reduce((sum, item) => sum + bytes(item), sizeOfEnds(block));
}

function sizeOfEnds({ head, tail }: Block): number {
  return bytes(head) + bytes(tail);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
