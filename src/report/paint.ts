/** Colour is a function that a stream either gets or does not. */

import { styleText } from 'node:util';

export type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

/** Whether to colour was decided by the caller, so the stream and the environment are not asked again. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Names, paths and tenant strings cannot move a cursor, set a colour or start a new line. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    escapeCharacter,
  );
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
