/** Reads one folder as one extension or theme. */

import { readFileSync } from 'node:fs';
import { comparePaths, type DigestedFile, digestOf, fileName } from '../../core/digest.js';
import { displayBelow } from '../../core/format.js';
import type { SkippedFolder } from '../../core/half-built.js';
import { type Kind, kindOf, mainFileOf, nameOf, qextTypes, stemOf } from '../../core/kind.js';
import type { DesiredExtension, Finding, KeptFile, LeftOutFile } from '../../core/model.js';
import { traceModules } from '../../core/modules/graph.js';
import { finding, type RuleId } from '../../core/rules/catalogue.js';
import { checkTheme } from '../../core/rules/theme.js';
import { askRules } from '../../core/rules.js';
import { shellWord } from '../../core/shell-word.js';
import type { Candidate } from '../discover/candidate.js';
import { displayPath } from '../display.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { ownFolder } from '../own-folder.js';
import { findStagingFolders, holdsOld, oldIn } from '../put-in-place.js';
import { keepFiles } from './keep.js';
import {
  checkManifestFiles,
  type OwnEntry,
  type ReadContext,
  readFiles,
  readManifest,
} from './read-files.js';
import { noteFolder, recallFolder } from './recall-folder.js';

export type ReadExtension = { readonly findings: readonly Finding[] } & (
  | {
      readonly kind: 'extension';
      readonly extension: DesiredExtension;
      /** What the rules say about it; absent if it is no longer what they were applied to. */
      readonly ruled?: readonly Finding[];
    }
  | { readonly kind: 'skipped'; readonly skipped: SkippedFolder }
  /** Its content is unknown; the findings say why. */
  | { readonly kind: 'unreadable'; readonly name: string }
);

export function readExtension(candidate: Candidate, rules: IgnoreRules, context: ReadContext): ReadExtension {
  const recalled = recallFolder(candidate, rules, context);
  return recalled === undefined ? readAnew(candidate, rules, context) : { kind: 'extension', ...recalled };
}

function readAnew(candidate: Candidate, rules: IgnoreRules, context: ReadContext): ReadExtension {
  const { name, folder, displayFolder } = candidate;
  const { manifest, sha256, findings } = readManifest(candidate, context.lineEndings);
  if (manifest === undefined) return { kind: 'unreadable', name, findings };
  const kind = kindOf(name);
  if (manifest.type !== qextTypes[kind]) {
    // Its files have decided whether it may be a theme.
    if (kind === 'theme' || manifest.type === qextTypes.theme)
      return { kind: 'unreadable', name, findings: [...findings, unclearKind(candidate, kind)] };
    const reason = reasonToSkip(manifest.type);
    return { kind: 'skipped', skipped: { name, displayFolder, reason }, findings };
  }
  const kept = keepFiles(candidate, rules);
  const { entries, leftOut, onlyBefore, findings: onEntries } = kept;
  const texts = kind === 'theme' ? createThemeTexts(folder) : undefined;
  const { findings: onFiles, ...read } = readFiles(candidate, entries, { ...context, take: texts?.take });
  const { files, own } = keepLoaded(name, read);
  const onManifests = checkManifestFiles(candidate, { entries, leftOut }, files, sha256);
  const all = [
    ...[...findings, ...onEntries, ...onFiles, ...onManifests, ...findInterruptedPull(candidate)],
    ...own.flatMap((entry) => remarkOnStream(candidate, entry)),
  ];
  if (all.some(hidesContent)) return { kind: 'unreadable', name, findings: all };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const alsoBefore = readFiles(candidate, onlyBefore, context);
  const before = [...alsoBefore.files, ...own.flatMap(toBefore)];
  const extension = {
    ...{ name, folder, displayFolder, manifest, files, digest: digestOf(files), bytes },
    leftOut: addOwn(leftOut, own),
    ...(context.lineEndings !== 'as-is' && { lineEndings: context.lineEndings }),
    ...(before.length > 0 && { olderDigest: digestOf([...files, ...before]) }),
  };
  const onTheme = texts === undefined ? [] : checkTheme(extension, texts.read);
  const reading = { extension, findings: [...all, ...onTheme], ruled: askRules(extension) };
  const isAnyOwn = read.own.length + alsoBefore.own.length > 0;
  if (!isAnyOwn) noteFolder(candidate, rules, { index: context.index, kept, reading });
  return { kind: 'extension', ...reading };
}

/** What rule version 1 counted as content. */
function toBefore({ file }: OwnEntry): readonly DigestedFile[] {
  return file === undefined ? [] : [file];
}

interface ReadFiles {
  readonly files: readonly KeptFile[];
  readonly own: readonly OwnEntry[];
}

/** A file that both the config imports and the extension loads, such as its version, is part of the extension. */
function keepLoaded(name: string, { files, own }: ReadFiles): ReadFiles {
  const doubtful = own.flatMap(({ file }) => file ?? []);
  if (doubtful.length === 0) return { files, own };
  const all = [...files, ...doubtful].sort((a, b) => comparePaths(a.path, b.path));
  const { loaded } = traceModules({ name, files: all });
  return {
    files: all.filter((file) => !doubtful.includes(file) || loaded.has(file.path)),
    own: own.filter(({ file }) => file === undefined || !loaded.has(file.path)),
  };
}

function addOwn(leftOut: readonly LeftOutFile[], own: readonly OwnEntry[]): readonly LeftOutFile[] {
  if (own.length === 0) return leftOut;
  return [...leftOut, ...own.map(({ path }) => ({ path, why: 'own' as const }))].sort((a, b) =>
    comparePaths(a.path, b.path),
  );
}

/** A line on stderr does not say whose it is, so the next run could not recognize the file. */
function remarkOnStream(
  { name, displayFolder }: Candidate,
  { path, role, isTelling }: OwnEntry,
): readonly Finding[] {
  if (isTelling || role === 'file') return [];
  const message = `${ownOutputs[role]}, so it is left out; a later run may upload it.`;
  const hint = `Send it to a file elsewhere, such as .qlik-sync/${fileName(path)}, or name this one in "ignore".`;
  return [finding('own-output', { file: displayBelow(displayFolder, path), extension: name, message, hint })];
}

const ownOutputs: Readonly<Record<Exclude<OwnEntry['role'], 'file'>, string>> = {
  stdout: 'This run writes its result to this file, behind what another program wrote there',
  stderr: 'This run writes its messages to this file',
  piped: 'A program that reads the output of this run writes to this file',
};

function findInterruptedPull({ name, folder, displayFolder, entries }: Candidate): readonly Finding[] {
  if (!entries.some((entry) => entry.name === ownFolder)) return [];
  const staging = findStagingFolders(folder).find(holdsOld);
  if (staging === undefined) return [];
  const place = displayBelow(displayFolder, displayPath(folder, oldIn(staging)));
  const message = `A pull was interrupted: some files are already the tenant's, and those it replaced are in ${place}.`;
  const hint = `qlik-sync pull ${shellWord(name)} finishes it; to undo it, restore the folder and remove ${place}.`;
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

/**
 * What a theme's rules examine: stylesheets, and the JSON beside the `.qext`. They are taken from the one reading of the
 * files; only those that the index knew, and that were therefore not read, are read for the rules.
 */
interface ThemeTexts {
  /** @param content valid during the call */
  readonly take: (path: string, content: Buffer) => void;
  /** `undefined` if the file cannot be read, which its reading reported, or is larger than anybody writes. */
  readonly read: (file: KeptFile) => Buffer | undefined;
}

function createThemeTexts(folder: string): ThemeTexts {
  const taken = new Map<string, Buffer>();
  return {
    take: (path, content) => {
      if (content.length <= largestText && themeText.test(path)) taken.set(path, Buffer.from(content));
    },
    read: ({ path, diskPath, bytes }) =>
      bytes > largestText ? undefined : (taken.get(path) ?? tryRead(`${folder}/${diskPath}`)),
  };
}

const largestText = 2 ** 21;

const themeText = /\.css$|^[^/]+\.json$/i;

function tryRead(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function unclearKind({ name, displayFolder, manifestFile }: Candidate, kind: Kind): Finding {
  const place = { extension: name, file: displayBelow(displayFolder, manifestFile) };
  if (kind === 'theme')
    return finding('changed-while-reading', { ...place, message: 'The .qext changed while it was read.' });
  const script = mainFileOf(nameOf('extension', stemOf(name)));
  return finding('manifest-field', {
    ...place,
    message: `The .qext says "theme", but the folder holds ${script} and no theme.json.`,
    hint: 'A theme has a theme.json and no script; an extension has the type "visualization".',
  });
}

function reasonToSkip(type: string): string {
  return type === 'mashup'
    ? 'the .qext is a mashup, which Qlik Cloud does not host'
    : `the .qext has the type ${JSON.stringify(type)}, not "visualization"`;
}
