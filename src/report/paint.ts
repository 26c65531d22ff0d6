/** Colour, and text that cannot control a terminal or a CI system's log. */

import { styleText } from 'node:util';

export type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold';

export type Paint = (style: Style, text: string) => string;

/** How a line of a report begins. */
export interface Mark {
  readonly symbol: string;
  readonly style: Style;
}

export const plain: Paint = (_style, text) => text;

/** The caller has decided to colour, so the stream and the environment are not checked again. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Control characters, line separators, bidirectional marks, byte order marks. */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** `##vso[…]` and `##[…]` are commands to Azure Pipelines, the latter also to GitHub Actions, anywhere in a log line. */
const logCommand = /#(?=#(?:vso)?\[)/gi;

/** `::…::` is a command to GitHub Actions at the start of a line. */
const lineCommand = /^(\s*):(?=:)/;

/** Names, paths and tenant strings cannot move a cursor, set a colour, start a new line or command a CI system. */
export function printable(text: string): string {
  return text
    .replace(unprintable, escapeCharacter)
    .replace(logCommand, '\\u0023')
    .replace(lineCommand, '$1\\u003a');
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `printable` for text that may have several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Blocks with an empty line between them; empty blocks take none. Each block ends with a line break. */
export function joinBlocks(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n');
}

/** JSON that no terminal and no CI log interprets. @param indent spaces per level; absent: one line */
export function toJsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return text
    .replace(unprintable, (found) => (found === '\n' ? found : escapeCharacter(found)))
    .replace(logCommand, '\\u0023');
}
