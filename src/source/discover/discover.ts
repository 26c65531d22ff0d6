/** Finds the folders of extensions from the config's patterns. */

import { basename } from 'node:path';
import type { UnreadFolder } from '../../core/model.js';
import { finding } from '../../core/rules/catalogue.js';
import { displayBelow, displayPath } from '../display.js';
import type { Candidate, Remark } from './candidate.js';
import { type Expansion, expandFolders } from './expand-folders.js';
import { inspectFolder, rememberRealPaths } from './inspect-folder.js';
import { preferBuilt } from './nested-manifest.js';

export interface Discovery {
  /** Sorted by folder. */
  readonly candidates: readonly Candidate[];
  readonly remarks: readonly Remark[];
  /** Names that were found but are ambiguous: twice, or several in one folder. */
  readonly unclear: readonly string[];
  readonly unread: readonly UnreadFolder[];
  /** Patterns that match no folder, as the config writes them. */
  readonly unmatched: readonly string[];
}

/** @param root absolute; `patterns` are relative to it @param cwd absolute; displayed paths are relative to it */
export async function discover(root: string, cwd: string, patterns: readonly string[]): Promise<Discovery> {
  const expansion = await expandFolders(root, patterns);
  const realPathOf = rememberRealPaths();
  const inspected = expansion.folders.map((found) => inspectFolder(found, cwd, realPathOf));
  const candidates = inspected.flatMap((each) => each.candidate ?? []);
  const conflicts = findNameConflicts(candidates);
  const clashing = new Set(conflicts.flatMap((each) => each.names));
  return {
    candidates: candidates.filter((each) => !clashing.has(each.name)),
    remarks: [
      ...remarksOnPatterns(expansion, cwd),
      ...inspected.flatMap((each) => each.remark ?? []),
      ...conflicts,
    ],
    unclear: [...clashing, ...inspected.flatMap((each) => each.unclear ?? [])],
    unread: [
      ...expansion.dangling.map((path) => ({ displayFolder: displayPath(cwd, path) })),
      ...inspected.flatMap((each) => each.unread ?? []),
    ],
    unmatched: expansion.unmatched,
  };
}

function remarksOnPatterns(expansion: Expansion, cwd: string): readonly Remark[] {
  const missing = expansion.missing.map(({ pattern, path, isFile }) => {
    const file = displayPath(cwd, path);
    const message = isFile ? `"${pattern}" is a file.` : `"${pattern}" does not exist.`;
    const hint = isFile
      ? 'Name the folder that holds the .qext in "extensions".'
      : 'Correct the path in "extensions"; if a build creates the folder, build first.';
    return { finding: finding('folder-missing', { file, message, hint }), names: [basename(path)] };
  });
  const unreadable = expansion.unreadable.map((path) => ({
    finding: finding('unreadable', { file: displayPath(cwd, path), message: 'The folder cannot be listed.' }),
    names: [],
  }));
  const dangling = expansion.dangling.map((path) => remarkOnDangling(path, cwd));
  return [...missing, ...unreadable, ...dangling, ...expansion.unmatched.map(remarkOnUnmatched)];
}

function remarkOnDangling(path: string, cwd: string): Remark {
  const message = 'The link does not lead to a folder that can be read.';
  const hint = 'If a build creates the folder, build first; otherwise remove the link.';
  return {
    finding: finding('no-manifest', { file: displayPath(cwd, path), message, hint }),
    names: [basename(path)],
  };
}

function remarkOnUnmatched(pattern: string): Remark {
  const message = `"${pattern}" matches no folder.`;
  const hint = pattern.includes('\\')
    ? 'Separate folders with /, on Windows too.'
    : 'Correct the pattern in "extensions"; it is relative to the config file.';
  return { finding: finding('no-match', { message, hint }), names: [] };
}

/** Names are identities on the tenant: no two folders may have the same, or two that differ only in case. */
function findNameConflicts(candidates: readonly Candidate[]): readonly Remark[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = candidate.name.toLowerCase();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  return [...groups.values()].filter((group) => group.length > 1).map(remarkOnGroup);
}

function remarkOnGroup(group: readonly Candidate[]): Remark {
  const names = [...new Set(group.map((each) => each.name))];
  const [first] = group;
  const name = names[0] ?? '';
  const file = first === undefined ? '' : displayBelow(first.displayFolder, first.manifestFile);
  const folders = group.map((each) => each.displayFolder);
  if (names.length > 1) {
    const message = `The names ${names.join(' and ')} differ only in case, in ${folders.join(' and ')}.`;
    const hint = 'Rename one: Qlik and many disks cannot tell them apart.';
    return { finding: finding('case-twins', { extension: name, file, message, hint }), names };
  }
  const message = `${group.length} folders contain the extension ${name}: ${folders.join(', ')}.`;
  const hint = `Keep one, such as ${preferBuilt(folders)}: leave the others out with "!" before their path in "extensions".`;
  return { finding: finding('duplicate-name', { extension: name, file, message, hint }), names };
}
