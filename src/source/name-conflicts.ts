/** Names are identities on the tenant: two folders must not claim one, nor two that differ only in case. */

import { finding } from '../core/rules/catalogue.js';
import type { Candidate, Remark } from './candidate.js';
import { displayBelow } from './display.js';
import { preferBuilt } from './nested-manifest.js';

export function findNameConflicts(candidates: readonly Candidate[]): readonly Remark[] {
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
  const message = `${group.length} folders hold the extension ${name}: ${folders.join(', ')}.`;
  const hint = `Keep one, such as ${preferBuilt(folders)}: leave the others out with "!" before their path in "extensions".`;
  return { finding: finding('duplicate-name', { extension: name, file, message, hint }), names };
}
