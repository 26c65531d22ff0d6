/** Reads the content of an extension's files, or takes it from the index if they are unchanged. */

import { hash } from 'node:crypto';
import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { type LineEndings, withEndings } from '../../core/content/line-endings.js';
import { isLog, isOwnDocument } from '../../core/content/own-document.js';
import { findPlaceholder, type Placeholder } from '../../core/content/placeholder.js';
import type { ContentFacts } from '../../core/content.js';
import { fileName, normalizePath } from '../../core/digest.js';
import { displayBelow } from '../../core/format.js';
import type { Manifest, ManifestProblem } from '../../core/manifest/parsed.js';
import { parseManifest } from '../../core/manifest.js';
import type { Finding, KeptFile, LeftOutFile } from '../../core/model.js';
import { finding, type RuleId } from '../../core/rules/catalogue.js';
import { placeholderFinding } from '../../core/rules/placeholders.js';
import { hintForPlaceholder } from '../../core/rules/version.js';
import { reasonOf } from '../../core/system-error.js';
import { type Candidate, isVital } from '../discover/candidate.js';
import { isManifestName } from '../discover/nested-manifest.js';
import type { OwnRole } from '../file-identity.js';
import type { OwnFiles } from '../own-files.js';
import type { FolderIndex } from './index-folder.js';
import { type KeptEntry, orIgnore } from './keep.js';
import type { FileContent, FileReading, ReadFile } from './read-file.js';

export interface ReadContext {
  readonly readFile: ReadFile;
  /** What this run reads and writes itself. */
  readonly own: OwnFiles;
  /** The line endings of what `readFile` returns. */
  readonly lineEndings: LineEndings;
  readonly index: FolderIndex | undefined;
  /** Gets the content of each file that is read; the buffer is valid during the call. */
  readonly take?: ((path: string, content: Buffer) => void) | undefined;
}

interface FilesReading {
  readonly files: readonly KeptFile[];
  /** Files of this program, from this run or an earlier one. */
  readonly own: readonly OwnEntry[];
  readonly findings: readonly Finding[];
}

export function readFiles(
  candidate: Candidate,
  entries: readonly KeptEntry[],
  context: ReadContext,
): FilesReading {
  const files: KeptFile[] = [];
  const own: OwnEntry[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    const reading = readEntry(candidate, entry, context);
    if (reading.kind === 'read') files.push(toKept(entry, reading.content));
    else if (reading.kind === 'own') own.push(toOwn(entry, reading));
    else if (reading.kind === 'changing') findings.push(changingFinding(candidate, entry.path, reading.how));
    else findings.push(unreadableFinding(candidate, entry.path, reading.reason));
  }
  return { files, own, findings };
}

/** A file that is left out because this program wrote it, or reads it as something other than content. */
export interface OwnEntry {
  readonly path: string;
  readonly role: OwnRole;
  /** Whether a later run can tell from its content whose file it is. */
  readonly isTelling: boolean;
  /** What it would be as content; for a file that stays the same from run to run, such as the config. */
  readonly file?: KeptFile;
}

type EntryReading =
  | { readonly kind: 'read'; readonly content: FileContent }
  | {
      readonly kind: 'own';
      readonly role: OwnRole;
      readonly isTelling: boolean;
      readonly content?: FileContent;
    }
  | Exclude<FileReading, { kind: 'read' }>;

function readEntry(candidate: Candidate, entry: KeptEntry, context: ReadContext): EntryReading {
  const absolutePath = `${candidate.folder}/${entry.diskPath}`;
  const ordinary = context.index === undefined ? readAtOnce(absolutePath, entry, context) : undefined;
  return ordinary ?? readWithCare(candidate, absolutePath, entry, context);
}

/** Without an index nobody needs a file's stats before it is read; `undefined` for links and our own files. */
function readAtOnce(
  absolutePath: string,
  entry: KeptEntry,
  { readFile, own, take }: ReadContext,
): EntryReading | undefined {
  const reading = readFile(absolutePath, entry, { take });
  if (reading.kind !== 'read' || reading.content.facts.own === true) return undefined;
  return own.roleOf(absolutePath, reading.stats) === undefined ? reading : undefined;
}

/** A file that makes the folder an extension is never one of our own, whoever else reads it. */
function readWithCare(
  candidate: Candidate,
  absolutePath: string,
  entry: KeptEntry,
  context: ReadContext,
): EntryReading {
  const stats = statsOf(absolutePath, entry);
  if (stats === undefined || isVital(candidate, entry.diskPath))
    return readContent(absolutePath, entry, stats, context);
  const role = context.own.roleOf(absolutePath, stats);
  if (role !== undefined && role !== 'file')
    return { kind: 'own', role, isTelling: role === 'stdout' && isTelling(absolutePath, stats) };
  const reading = readContent(absolutePath, entry, stats, context);
  const own = { kind: 'own', role: 'file', isTelling: true } as const;
  if (reading.kind !== 'read') return role === undefined ? reading : own;
  const { content } = reading;
  if (content.facts.own === true) return own;
  return role === 'file' ? { ...own, content } : reading;
}

/** A result on stdout begins as a document of this program does; in a log that may be anywhere. */
function isTelling(path: string, { size }: Stats): boolean {
  if (size === 0 || isLog(path)) return true;
  try {
    return isOwnDocument(path, readFileSync(path));
  } catch {
    return false;
  }
}

function readContent(
  absolutePath: string,
  entry: KeptEntry,
  stats: Stats | undefined,
  { readFile, index, take }: ReadContext,
): FileReading | { readonly kind: 'read'; readonly content: FileContent } {
  if (index === undefined) return readFile(absolutePath, entry, { take });
  const content = stats && index.find(entry.diskPath, stats);
  if (content !== undefined) return { kind: 'read', content };
  const readAt = Date.now();
  const recall = (sha256: string): ContentFacts | undefined => index.recall(entry.diskPath, sha256);
  const reading = readFile(absolutePath, entry, { recall, take });
  if (reading.kind === 'read') index.note(entry.diskPath, reading.stats, reading.content, readAt);
  return reading;
}

/** What cannot be examined is left to the reader, which explains it. */
function statsOf(absolutePath: string, entry: KeptEntry): Stats | undefined {
  try {
    return entry.kind === 'link' ? statSync(absolutePath) : lstatSync(absolutePath);
  } catch {
    return undefined;
  }
}

function toOwn(entry: KeptEntry, { role, isTelling, content }: EntryReading & { kind: 'own' }): OwnEntry {
  const { path } = entry;
  return { path, role, isTelling, ...(content !== undefined && { file: toKept(entry, content) }) };
}

function toKept({ path, diskPath }: KeptEntry, { bytes, sha256, facts }: FileContent): KeptFile {
  return { path, diskPath, bytes, sha256, facts };
}

/** @param how completes "The file …" */
function changingFinding(candidate: Candidate, path: string, how: string): Finding {
  return finding('changed-while-reading', {
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, path),
    message: `The file ${how}.`,
    hint: 'Wait until nothing writes to the folder (a running build?) and start again.',
  });
}

function unreadableFinding(candidate: Candidate, path: string, reason: string): Finding {
  return finding('unreadable', {
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, path),
    message: `The file cannot be read: ${reason}.`,
    hint: `Correct its permissions${orIgnore(candidate, path)}.`,
  });
}

interface ManifestReading {
  readonly manifest?: Manifest;
  /** The hash of the bytes that were parsed. */
  readonly sha256?: string;
  readonly findings: readonly Finding[];
}

export function readManifest(candidate: Candidate, lineEndings: LineEndings): ManifestReading {
  try {
    const onDisk = readSmall(`${candidate.folder}/${candidate.manifestFile}`);
    const content = withEndings(onDisk, lineEndings);
    const placeholder = findPlaceholder('qext', content);
    if (placeholder !== undefined && placeholder.kind !== 'link')
      return { findings: [unparsedFinding(candidate, placeholder)] };
    const { manifest, problems } = parseManifest(content);
    const sha256 = hash('sha256', content, 'hex');
    const findings = problems.map((problem) => toFinding(problem, candidate));
    return { ...(manifest !== undefined && { manifest }), sha256, findings };
  } catch (error) {
    return { findings: [unreadableFinding(candidate, candidate.manifestFile, reasonOf(error))] };
  }
}

/** No setting of a rule makes a manifest of it. */
function unparsedFinding(
  { name, displayFolder, manifestFile }: Candidate,
  placeholder: Placeholder,
): Finding {
  const place = { extension: name, file: displayBelow(displayFolder, manifestFile) };
  const found = placeholderFinding(placeholder, place);
  return found.rule === 'merge-conflict' ? { ...found, rule: 'manifest-syntax' } : found;
}

/** Reads as text first, as a buffer for each manifest costs more than reading it. */
function readSmall(path: string): Buffer {
  const text = readFileSync(path, 'utf8');
  return text.includes('\ufffd') ? readFileSync(path) : Buffer.from(text);
}

function toFinding(problem: ManifestProblem, candidate: Candidate): Finding {
  const { code, severity, message, hint, line, column } = problem;
  return finding(ruleOf(code), {
    severity,
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, candidate.manifestFile),
    line,
    column,
    message: toSentence(message),
    ...(hint !== undefined && {
      hint: code === 'not-built' ? hintForPlaceholder(candidate.displayFolder) : toSentence(hint),
    }),
  });
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function ruleOf(code: ManifestProblem['code']): RuleId {
  switch (code) {
    case 'syntax':
    case 'not-utf8':
    case 'not-an-object':
      return 'manifest-syntax';
    case 'missing-name':
    case 'missing-type':
    case 'wrong-type':
      return 'manifest-field';
    case 'respelled-version':
      return 'version-not-semver';
    case 'duplicate-key':
    case 'not-built':
      return code;
  }
}

/** The manifest that was checked must be the only one among the uploaded files, and unchanged. */
export function checkManifestFiles(
  candidate: Candidate,
  { entries, leftOut }: { readonly entries: readonly KeptEntry[]; readonly leftOut: readonly LeftOutFile[] },
  files: readonly KeptFile[],
  sha256: string | undefined,
): readonly Finding[] {
  const isOwn = (entry: { readonly diskPath: string }): boolean => entry.diskPath === candidate.manifestFile;
  const nested = entries.filter(
    (entry) => entry.path.endsWith('.qext') && isManifestName(fileName(entry.path)) && !isOwn(entry),
  );
  const findings = nested.map((entry) => nestedFinding(candidate, entry.path));
  // A link, or a name that cannot be uploaded, has a finding of its own.
  const ignored = leftOut.find(({ path }) => path === normalizePath(candidate.manifestFile));
  if (ignored !== undefined) findings.push(ignoredFinding(candidate, ignored));
  const own = files.find(isOwn);
  if (own !== undefined && own.sha256 !== sha256)
    findings.push(changingFinding(candidate, own.path, 'changed while its folder was read'));
  return findings;
}

function nestedFinding(candidate: Candidate, path: string): Finding {
  return finding('several-manifests', {
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, path),
    message: `The extension ${candidate.name} contains a second .qext.`,
    hint: 'Add it to "ignore"; or, if it is the built one, name its folder in "extensions" in place of this one.',
  });
}

function ignoredFinding(candidate: Candidate, { rule }: LeftOutFile): Finding {
  return finding('no-manifest', {
    severity: 'error',
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, normalizePath(candidate.manifestFile)),
    message: 'The .qext file itself is not among the files to upload.',
    hint:
      rule === undefined
        ? 'Remove the pattern that matches it from "ignore".'
        : `It is left out by ${rule}: remove that pattern, or narrow it.`,
  });
}
