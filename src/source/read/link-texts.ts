/** Which files that contain nothing but a path are symbolic links that git checked out as texts (`core.symlinks`). */

import { join } from 'node:path';
import { fileName, suffixOf } from '../../core/digest.js';
import { displayBelow } from '../../core/format.js';
import type { DesiredExtension, KeptFile, LeftOutFile } from '../../core/model.js';
import { placeholderFinding } from '../../core/rules/placeholders.js';
import type { Candidate } from '../discover/candidate.js';
import { type LinkText, leadsSomewhere, readLinkText, readModes } from '../git/link-text.js';
import type { ReadExtension } from './read-extension.js';

type Variables = Readonly<Record<string, string | undefined>>;

interface ReadFolder {
  readonly candidate: Candidate;
  readonly reading: ReadExtension;
}

/** Marks those that certainly are links, and drops the mark from all others. Asks git only if it has to. */
export async function confirmLinkTexts(
  read: readonly ReadFolder[],
  env: Variables,
): Promise<readonly ReadExtension[]> {
  const suspects = read.flatMap(suspectsOf);
  if (suspects.length === 0) return read.map(({ reading }) => reading);
  const confirmed = new Set((await keepLinks(suspects, env)).map(({ path }) => path));
  return read.map(({ candidate, reading }) => {
    if (reading.kind === 'extension') {
      const { ruled: _, ...rest } = reading;
      return { ...rest, extension: mark(reading.extension, suspects, confirmed) };
    }
    const own = suspects.find(({ path }) => path === join(candidate.folder, candidate.manifestFile));
    return own !== undefined && confirmed.has(own.path)
      ? explainManifest(reading, candidate, own.target)
      : reading;
  });
}

function suspectsOf({ candidate, reading }: ReadFolder): readonly LinkText[] {
  if (reading.kind === 'unreadable')
    return reading.findings.some(({ rule }) => rule === 'manifest-syntax')
      ? readLinkText(join(candidate.folder, candidate.manifestFile))
      : [];
  if (reading.kind !== 'extension') return [];
  const { folder, files, leftOut } = reading.extension;
  const suspects: LinkText[] = [];
  for (const { diskPath, facts } of files) {
    if (facts.placeholder?.kind === 'link')
      suspects.push({ path: join(folder, diskPath), target: facts.placeholder.target });
  }
  for (const file of leftOut) if (mayBeFolder(file)) suspects.push(...readLinkText(join(folder, file.path)));
  return suspects;
}

/** A link to a folder has no suffix, so it looks like a file that Qlik drops. */
function mayBeFolder({ why, path }: LeftOutFile): boolean {
  return why === 'dropped-by-qlik' && !fileName(path).startsWith('.');
}

/** git knows what it tracks; elsewhere a path that leads somewhere is a link, except in prose. */
async function keepLinks(suspects: readonly LinkText[], env: Variables): Promise<readonly LinkText[]> {
  const modes = await readModes(suspects, env);
  return suspects.filter((suspect) => {
    const mode = modes.get(suspect.path);
    return mode === undefined ? leadsSomewhere(suspect) && !isProse(suspect.path) : mode === linkMode;
  });
}

const linkMode = '120000';

function isProse(path: string): boolean {
  return /^(?:txt|md|csv|log)$/.test(suffixOf(path));
}

function mark(
  extension: DesiredExtension,
  suspects: readonly LinkText[],
  confirmed: ReadonlySet<string>,
): DesiredExtension {
  const { folder } = extension;
  const targets = new Map(suspects.map(({ path, target }) => [path, target]));
  return {
    ...extension,
    files: extension.files.map((file) =>
      file.facts.placeholder?.kind !== 'link' || confirmed.has(join(folder, file.diskPath))
        ? file
        : clear(file),
    ),
    leftOut: extension.leftOut.map((file) => {
      const target = targets.get(join(folder, file.path));
      return target !== undefined && confirmed.has(join(folder, file.path))
        ? { ...file, link: target }
        : file;
    }),
  };
}

function clear(file: KeptFile): KeptFile {
  const { placeholder: _, ...facts } = file.facts;
  return { ...file, facts };
}

/** A syntax error is not what is wrong with it. */
function explainManifest(
  reading: ReadExtension,
  { name, displayFolder, manifestFile }: Candidate,
  target: string,
) {
  const file = displayBelow(displayFolder, manifestFile);
  const others = reading.findings.filter((each) => each.rule !== 'manifest-syntax' || each.file !== file);
  return {
    ...reading,
    findings: [placeholderFinding({ kind: 'link', target }, { extension: name, file }), ...others],
  };
}
