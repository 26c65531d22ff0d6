/** Files of one extension that not every disk can hold side by side. */

import type { Finding } from '../core/model.js';
import { finding } from '../core/rules/catalogue.js';
import type { Candidate } from './candidate.js';
import { displayBelow } from './display.js';
import type { KeptEntry } from './kept-entry.js';

export function findPathConflicts(candidate: Candidate, entries: readonly KeptEntry[]): readonly Finding[] {
  const byFolded = new Map<string, KeptEntry>();
  const findings: Finding[] = [];
  for (const entry of entries) {
    const folded = entry.path.toLowerCase();
    const twin = byFolded.get(folded);
    if (twin === undefined) byFolded.set(folded, entry);
    else findings.push(conflictOf(candidate, twin, entry));
  }
  return findings;
}

function conflictOf(candidate: Candidate, first: KeptEntry, second: KeptEntry): Finding {
  const place = { extension: candidate.name, file: displayBelow(candidate.displayFolder, second.path) };
  if (first.path === second.path) {
    const message = `Two files are named ${second.path}, in different Unicode forms.`;
    return finding('bad-path', {
      ...place,
      message,
      hint: 'Remove one: an archive can hold only one of them.',
    });
  }
  const message = `${first.path} and ${second.path} differ only in case.`;
  return finding('case-twins', {
    ...place,
    message,
    hint: 'Rename one: Windows and macOS cannot hold both.',
  });
}
