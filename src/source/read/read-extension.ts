/** Reads one folder as one extension. */

import { digestOf } from '../../core/digest.js';
import type { DesiredExtension, Finding, SkippedFolder } from '../../core/model.js';
import { finding, type RuleId } from '../../core/rules/catalogue.js';
import type { Candidate } from '../discover/candidate.js';
import { displayBelow, displayPath } from '../display.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { ownFolder } from '../own-folder.js';
import { findAsides, holdsOld, oldIn } from '../put-in-place.js';
import type { FolderIndex } from './index-folder.js';
import { keepFiles } from './keep.js';
import type { ReadFile } from './read-file.js';
import { checkManifestFiles, readFiles, readManifest } from './read-files.js';

export type ReadExtension = { readonly findings: readonly Finding[] } & (
  | { readonly kind: 'extension'; readonly extension: DesiredExtension }
  | { readonly kind: 'skipped'; readonly skipped: SkippedFolder }
  /** Its content is unknown; the findings say why. */
  | { readonly kind: 'unreadable'; readonly name: string }
);

export function readExtension(
  candidate: Candidate,
  rules: IgnoreRules,
  readFile: ReadFile,
  index: FolderIndex | undefined,
): ReadExtension {
  const { name, folder, displayFolder } = candidate;
  const { manifest, sha256, findings } = readManifest(candidate);
  if (manifest === undefined) return { kind: 'unreadable', name, findings };
  if (manifest.type !== 'visualization') {
    const reason = reasonToSkip(manifest.type);
    return { kind: 'skipped', skipped: { name, displayFolder, reason }, findings };
  }
  const { entries, leftOut, onlyBefore, findings: onEntries } = keepFiles(candidate, rules);
  const { files, findings: onFiles } = readFiles(candidate, entries, readFile, index);
  const onManifests = checkManifestFiles(candidate, entries, files, sha256);
  const all = [...findings, ...onEntries, ...onFiles, ...onManifests, ...findInterruptedPull(candidate)];
  if (all.some(hidesContent)) return { kind: 'unreadable', name, findings: all };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const before = readFiles(candidate, onlyBefore, readFile, index);
  const extension = {
    ...{ name, folder, displayFolder, manifest, files, leftOut, digest: digestOf(files), bytes },
    ...(before.files.length > 0 && { olderDigest: digestOf([...files, ...before.files]) }),
  };
  return { kind: 'extension', extension, findings: all };
}

function findInterruptedPull({ name, folder, displayFolder, entries }: Candidate): readonly Finding[] {
  if (!entries.some((entry) => entry.name === ownFolder)) return [];
  const aside = findAsides(folder).find(holdsOld);
  if (aside === undefined) return [];
  const place = displayBelow(displayFolder, displayPath(folder, oldIn(aside)));
  const message = `A pull was interrupted: some files are already the tenant's, and those it replaced are in ${place}.`;
  const hint = `qlik-sync pull ${name} finishes it; to undo it, restore the folder and remove ${place}.`;
  return [finding('interrupted-pull', { file: displayFolder, extension: name, message, hint })];
}

function hidesContent({ rule }: Finding): boolean {
  return hidingRules.has(rule);
}

/** After any of these, the extension's content is unknown. */
const hidingRules: ReadonlySet<string> = new Set([
  'unreadable',
  'changed-while-reading',
  'symlink-outside',
  'special-file',
  'bad-path',
  'no-manifest',
] satisfies RuleId[]);

function reasonToSkip(type: string): string {
  switch (type) {
    case 'theme':
      return 'the .qext is a theme, which belongs to Qlik’s themes, not its extensions';
    case 'mashup':
      return 'the .qext is a mashup, which Qlik Cloud does not host';
    default:
      return `the .qext has the type ${JSON.stringify(type)}, not "visualization"`;
  }
}
