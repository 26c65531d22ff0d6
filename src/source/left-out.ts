/** Why a file or folder of an extension is not uploaded. */

import type { LeftOutFile } from '../core/model.js';
import { isDroppedByQlik } from './dropped.js';
import type { IgnoreRules } from './ignore-rules.js';
import { type EntryKind, isIgnoredByDefault, ownFolder } from './ignored-by-default.js';

/** `undefined` for what is uploaded. What a person says counts before what we leave out by default. */
export function whyLeftOut(
  rules: IgnoreRules,
  path: string,
  name: string,
  kind: EntryKind,
): LeftOutFile['why'] | undefined {
  if (name === ownFolder) return 'default';
  const verdict = rules(kind === 'folder' ? `${path}/` : path);
  if (verdict === 'ignored') return 'ignored';
  if (verdict === 'silent' && isIgnoredByDefault(name, kind)) return 'default';
  return kind === 'file' && isDroppedByQlik(name) ? 'dropped-by-qlik' : undefined;
}

/** The same for a file of which only the path is known: a folder on the way may be left out as a whole. */
export function whyPathLeftOut(rules: IgnoreRules, path: string): LeftOutFile['why'] | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const kind = length === parts.length ? 'file' : 'folder';
    const why = whyLeftOut(rules, parts.slice(0, length).join('/'), parts[length - 1] ?? '', kind);
    if (why !== undefined) return why;
  }
  return undefined;
}
