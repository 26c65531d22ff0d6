/** What git leaves in place of a file, or leaves out, and what a bundler leaves in place of a module. */

import type { Placeholder } from '../content/placeholder.js';
import { count, listNames } from '../format.js';
import type { UnreadFolder } from '../half-built.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';

/** The readers of files report only links that are certainly links. */
export function checkPlaceholders(extension: DesiredExtension): readonly Finding[] {
  const kept = extension.files.flatMap(({ path, facts: { placeholder } }) =>
    placeholder === undefined ? [] : [placeholderFinding(placeholder, placeOf(extension, path))],
  );
  const dropped = extension.leftOut.flatMap(({ path, link }) =>
    link === undefined ? [] : [placeholderFinding({ kind: 'link', target: link }, placeOf(extension, path))],
  );
  return [...kept, ...dropped];
}

/** Once for each extension, and only by `pack`: commands that write to a tenant have a rail for it. */
export function checkLacking({ name, displayFolder, lacking = [] }: DesiredExtension): readonly Finding[] {
  if (lacking.length === 0) return [];
  const message = `The checkout leaves out ${count(lacking.length, 'file')} that git has: ${listNames(lacking, 3)}.`;
  return [
    finding('partial-checkout', {
      extension: name,
      file: displayFolder,
      message,
      hint: howToCheckOut('them'),
    }),
  ];
}

/** If nothing of an extension is there. */
export function leftOutFinding({ displayFolder, lacks }: UnreadFolder): readonly Finding[] {
  if (lacks !== 'sparse' && lacks !== 'submodule') return [];
  const message = 'The checkout leaves out the folder, which git has: nothing of it is here.';
  return [finding('partial-checkout', { file: displayFolder, message, hint: howToCheckOut('it') })];
}

export function howToCheckOut(what: 'it' | 'them'): string {
  return `Check ${what} out: git sparse-checkout disable, or git submodule update --init.`;
}

type Place = Required<Pick<Finding, 'extension' | 'file'>>;

function placeOf(extension: DesiredExtension, path: string): Place {
  return { extension: extension.name, file: shownPath(extension, path) };
}

export function placeholderFinding(placeholder: Placeholder, place: Partial<Place>): Finding {
  switch (placeholder.kind) {
    case 'lfs-pointer':
      return finding('lfs-pointer', {
        ...place,
        message: 'The file is a pointer of Git LFS, not the content that it points to.',
        hint: 'Fetch it: git lfs install, then git lfs pull (actions/checkout: lfs: true; GitLab: git-lfs in the image).',
      });
    case 'merge-conflict':
      return finding('merge-conflict', {
        ...place,
        line: placeholder.line,
        message: 'The file holds both sides of a merge conflict.',
        hint: 'Resolve it: keep what is right, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>.',
      });
    case 'failed-build':
      return finding('failed-build', {
        ...place,
        line: placeholder.line,
        message: 'A module of this file failed to build: in its place is a statement that throws.',
        hint: 'Mend what the bundler reports and build again. With emitOnErrors: false in its optimization, webpack and Rspack write nothing after a failed build.',
      });
    case 'link':
      return finding('link-as-text', {
        ...place,
        message: `The file is a symbolic link that was checked out as a text with its target, ${placeholder.target}.`,
        hint: 'Check it out as a link (git config core.symlinks true, then git checkout -- <file>; on Windows that needs the developer mode), or commit a copy in place of the link.',
      });
  }
}
