/** A document cut to a size: what matters least goes first, and what went is said. */

import type { Tone } from '../tone.js';
import type { Block, Group, Rank } from './blocks.js';
import { type Draft, openDraft } from './draft.js';

/** `limit`: bytes of UTF-8, never exceeded. */
export function fitInto(groups: readonly Group[], limit: number): string {
  const draft = openDraft(groups);
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
 * In this order. A table loses its end before an environment loses everything; what is told of one environment is left
 * in any case, as much of it as there is room for, and the overview is cut last.
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

/** Rows of a table that are worth more than another environment. */
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

/** What no rank gives way to, such as a title without an end: whole lines, as many as fit. */
function clip(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const lines = Buffer.from(text).subarray(0, Math.max(0, limit)).toString();
  return lines.slice(0, lines.lastIndexOf('\n') + 1);
}
