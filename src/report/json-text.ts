/** JSON that means the same and that no terminal and no log of a CI system takes for more than text. */

import { escapeCharacter, logCommand, unprintable } from './paint.js';

/** @param indent Spaces a level; absent: one line. */
export function toJsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return text
    .replace(unprintable, (found) => (found === '\n' ? found : escapeCharacter(found)))
    .replace(logCommand, '\\u0023');
}
