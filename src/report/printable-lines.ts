import { printable } from './paint.js';

/** `printable`, for text of ours that has several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
