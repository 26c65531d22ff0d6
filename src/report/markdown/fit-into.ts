/** Cuts a document to a size: what matters least goes first, and a notice says what was cut. */

import { count } from '../../core/format.js';
import type { Tone } from '../verdict.js';

/** `limit`: bytes of UTF-8, never exceeded. */
export function fitInto(groups: readonly Group[], limit: number): string {
  const draft = createDraft(groups);
  if (draft.size() <= limit) return draft.text();
  const room = limit - roomForNotice;
  for (const cut of cutsOf(groups)) {
    if (draft.size() > room) cut(draft, room);
  }
  const notice = `\n> Cut to fit: ${draft.describeCut()}. The HTML and JSON reports have everything.\n`;
  return clip(`${clip(draft.text(), room)}${notice}`, limit);
}

const roomForNotice = 500;

type Cut = (draft: Draft, room: number) => void;

/**
 * In this order. A table loses its end before an environment is dropped; one environment always stays, as much of it as
 * fits, and the overview is cut last.
 */
function cutsOf(groups: readonly Group[]): readonly Cut[] {
  const parts = leastImportantFirst(groups, 'part').slice(0, -1);
  const isWell = ({ tone }: Group): boolean => tone === 'good';
  return [
    ...(['differences', 'unchanged', 'notes', 'impact'] as const).flatMap((rank) => cutRank(groups, rank, 0)),
    ...parts.filter(isWell).map(drop),
    ...cutRank(groups, 'findings', 0),
    ...cutRank(groups, 'changes', longEnough),
    ...parts.filter((part) => !isWell(part)).map(drop),
    ...cutRank(groups, 'changes', 0),
    ...cutRank(groups, 'trouble', 0),
    ...leastImportantFirst(groups, 'row').map(drop),
  ];
}

/** How many rows of a table matter more than another environment. */
const longEnough = 10;

const tones: readonly Tone[] = ['good', 'news', 'attention', 'bad'];

function leastImportantFirst(groups: readonly Group[], role: Group['role']): readonly Group[] {
  const members = groups.filter((group) => group.role === role).reverse();
  return tones.flatMap((tone) => members.filter((group) => group.tone === tone));
}

/** The last block first. */
function cutRank(groups: readonly Group[], rank: Rank, least: number): readonly Cut[] {
  const blocks = groups.flatMap((group) => group.blocks.filter((block) => block.rank === rank)).reverse();
  return blocks.map((block) => cutTo(block, least));
}

function cutTo(block: Block, least: number): Cut {
  return (draft, room) => draft.cutBlock(block, room, least);
}

function drop(group: Group): Cut {
  return (draft) => draft.dropGroup(group);
}

/** For what cannot be shortened by rank, such as an endless title: as many whole lines as fit. */
function clip(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const lines = Buffer.from(text).subarray(0, Math.max(0, limit)).toString();
  return lines.slice(0, lines.lastIndexOf('\n') + 1);
}

interface Draft {
  /** Bytes of UTF-8. */
  readonly size: () => number;
  /** From the end of the block, until the draft is no larger than `room`, or `least` items are left. */
  readonly cutBlock: (block: Block, room: number, least: number) => void;
  readonly dropGroup: (group: Group) => void;
  readonly text: () => string;
  /** What was cut: `3 environments, 12 changes`. */
  readonly describeCut: () => string;
}

function createDraft(groups: readonly Group[]): Draft {
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

/** How much a block matters, the most first. */
type Rank = 'always' | 'trouble' | 'changes' | 'findings' | 'impact' | 'notes' | 'unchanged' | 'differences';

export interface Block {
  readonly rank: Rank;
  /** What one item is, for the notice: `file difference`. */
  readonly noun: string;
  /** Shown while at least one item is. */
  readonly head: string;
  readonly items: readonly string[];
  readonly tail: string;
}

/** Blocks that are dropped together. */
export interface Group {
  /** `frame`: of the whole document · `row`: an environment's line in the overview · `part`: everything about it. */
  readonly role: 'frame' | 'row' | 'part';
  /** What went well is dropped first. */
  readonly tone: Tone;
  readonly blocks: readonly Block[];
}

export function always(text: string): Block {
  return { rank: 'always', noun: 'line', head: '', items: [text], tail: '' };
}
