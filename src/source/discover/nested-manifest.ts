/** What looks like an extension, and what like a built one. */

import { type Dirent, readdirSync } from 'node:fs';
import { byName } from '../../core/order.js';

export function isManifestName(name: string): boolean {
  return name.endsWith('.qext') && !name.startsWith('.') && !name.startsWith('~$');
}

/** Sorted by name. A folder that cannot be listed counts as empty: the result is only for hints and proposals. */
export function listEntries(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort(byName);
  } catch {
    return [];
  }
}
