/** Where a finding points. */

import { displayBelow } from '../format.js';
import { stemOf } from '../kind.js';
import type { DesiredExtension } from '../model.js';

interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

/** A kept file's path for people: relative to the working directory, with `/`. */
export function shownPath({ displayFolder }: DesiredExtension, path: string): string {
  return displayFolder === '' ? path : displayBelow(displayFolder, path);
}

export function manifestPath(extension: DesiredExtension): string {
  const name = `${stemOf(extension.name)}.qext`;
  const kept = extension.files.find(({ path }) => path.toLowerCase() === name.toLowerCase());
  return shownPath(extension, kept?.path ?? name);
}

/** Where the `.qext` file has a key; `undefined` unless it has it exactly once, nested ones included. */
export function positionOfKey(text: string, key: string): Position | undefined {
  const [first, ...others] = text.matchAll(new RegExp(`"${key}"\\s*:`, 'g'));
  if (first === undefined || others.length > 0) return undefined;
  const before = text.slice(0, first.index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
