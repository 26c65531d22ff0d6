/** What git left in the place of a file. */

import type { Placeholder } from '../content/placeholder.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding } from './catalogue.js';
import { shownPath } from './place.js';

/** Whoever reads the files lets pass only the links that are links for certain. */
export function checkPlaceholders(extension: DesiredExtension): readonly Finding[] {
  const kept = extension.files.flatMap(({ path, facts: { placeholder } }) =>
    placeholder === undefined ? [] : [placeholderFinding(placeholder, placeOf(extension, path))],
  );
  const dropped = extension.leftOut.flatMap(({ path, link }) =>
    link === undefined ? [] : [placeholderFinding({ kind: 'link', target: link }, placeOf(extension, path))],
  );
  return [...kept, ...dropped];
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
    case 'link':
      return finding('link-as-text', {
        ...place,
        message: `The file is a symbolic link that was checked out as a text with its target, ${placeholder.target}.`,
        hint: 'Check it out as a link (git config core.symlinks true, then git checkout -- <file>; on Windows that needs the developer mode), or commit a copy in place of the link.',
      });
  }
}
