/** Colour is a function that a stream either gets or does not. */

import { styleText } from 'node:util';

export type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold';

export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

/** Whether to colour was decided by the caller, so the stream and the environment are not asked again. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Moves a cursor, sets a colour, starts a line, turns the text around it, or is a byte order mark that nobody sees. */
export const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** `##vso[…]` and `##[…]` are commands to Azure Pipelines, and the latter to GitHub Actions, anywhere in a line of their log. */
export const logCommand = /#(?=#(?:vso)?\[)/gi;

/** `::…::` is one to GitHub Actions where a line begins with it. */
const lineCommand = /^(\s*):(?=:)/;

/** Names, paths and tenant strings cannot move a cursor, set a colour, start a new line or command a CI system. */
export function printable(text: string): string {
  return text
    .replace(unprintable, escapeCharacter)
    .replace(logCommand, '\\u0023')
    .replace(lineCommand, '$1\\u003a');
}

export function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `printable`, for text of ours that has several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** With an empty line between them; a block that has nothing to say takes none. Each ends its last line. */
export function joinBlocks(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n');
}

// JSON that means the same and that no terminal and no log of a CI system takes for more than text.

/** @param indent Spaces a level; absent: one line. */
export function toJsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return text
    .replace(unprintable, (found) => (found === '\n' ? found : escapeCharacter(found)))
    .replace(logCommand, '\\u0023');
}
