/** What looks like an extension, and what like a built one. */

import { type Dirent, readdirSync } from 'node:fs';
import { byName } from '../../core/order.js';

export function isManifestName(name: string): boolean {
  return name.endsWith('.qext') && !name.startsWith('.') && !name.startsWith('~$');
}

/**
 * nebula.js builds to `*-ext`, other tools to `dist` or `build`. A folder's own name counts before those above it.
 * @param folders with `/`
 */
export function preferBuilt(folders: readonly string[]): string | undefined {
  const [best] = folders.map((folder) => ({ folder, rank: rankOf(folder) })).sort((a, b) => a.rank - b.rank);
  return best?.folder;
}

const built = [/-ext$/, /^dist$/, /^build$/];

function rankOf(folder: string): number {
  const ranks = folder.split('/').map((name) => built.findIndex((pattern) => pattern.test(name)));
  const own = ranks.at(-1) ?? -1;
  if (own >= 0) return own;
  return built.length + Math.min(built.length, ...ranks.filter((rank) => rank >= 0));
}

/** Sorted by name. A folder that cannot be listed counts as empty: the result is only for hints and proposals. */
export function listEntries(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort(byName);
  } catch {
    return [];
  }
}
