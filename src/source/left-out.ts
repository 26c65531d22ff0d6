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
