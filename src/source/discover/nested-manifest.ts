/** What looks like an extension, and what looks like a built one. */

import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { normalizePath } from '../../core/digest.js';
import { type Kind, mainFileOf, nameOf } from '../../core/kind.js';
import { parseManifest } from '../../core/manifest.js';
import { byName } from '../../core/order.js';

export function isManifestName(name: string): boolean {
  return name.endsWith('.qext') && !name.startsWith('.') && !name.startsWith('~$');
}

/**
 * The name of a `.qext` file. The file is read only if the folder could hold a theme, which hardly any could: an extension
 * has its script, and no `theme.json`.
 *
 * @param holds whether the folder has a file of this name, in Unicode NFC
 */
export function nameIn(folder: string, manifestFile: string, holds: (file: string) => boolean): string {
  const stem = manifestFile.slice(0, -'.qext'.length).normalize('NFC');
  const extension = nameOf('extension', stem);
  const theme = nameOf('theme', stem);
  if (holds(mainFileOf(extension)) && !holds(mainFileOf(theme))) return extension;
  return readKind(`${folder}/${manifestFile}`) === 'theme' ? theme : extension;
}

/** From the manifest, even if it cannot be parsed. One that cannot be read is reported when the whole folder is read. */
function readKind(manifest: string): Kind {
  try {
    const content = readFileSync(manifest);
    const { type } = parseManifest(content).manifest ?? {};
    const isTheme = type === undefined ? /"type"\s*:\s*"theme"/.test(content.toString()) : type === 'theme';
    return isTheme ? 'theme' : 'extension';
  } catch {
    return 'extension';
  }
}

export function isHeldBy(entries: readonly Dirent[]): (file: string) => boolean {
  return (file) => entries.some(({ name }) => normalizePath(name) === file);
}

/** Sorted by name. A folder that cannot be listed counts as empty: the result is only for hints and proposals. */
export function listEntries(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort(byName);
  } catch {
    return [];
  }
}
