/** Which files of an extension's folder are uploaded. */

import { type Dirent, readdirSync } from 'node:fs';
import { comparePaths, normalizePath } from '../../core/digest.js';
import { displayBelow } from '../../core/format.js';
import type { Finding, LeftOutFile } from '../../core/model.js';
import { finding } from '../../core/rules/catalogue.js';
import { reasonOf } from '../../core/system-error.js';
import { type Candidate, isVital } from '../discover/candidate.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { wasUploadedByVersion1, whyLeftOut } from '../left-out.js';
import { ownFolder } from '../own-folder.js';
import { followLink } from './link.js';

export interface Kept {
  /** Sorted by the UTF-8 bytes of `path`. */
  readonly entries: readonly KeptEntry[];
  readonly leftOut: readonly LeftOutFile[];
  /** Left out now, but part of the content under rule version 1. */
  readonly onlyBefore: readonly KeptEntry[];
  readonly findings: readonly Finding[];
  /** The entries of each folder that was listed, by path, the own one as ''; absent if they do not determine the result. */
  readonly listings: ReadonlyMap<string, string> | undefined;
}

/** Twenty times Qlik's limit; more means that the folder is not an extension, or that links multiply its files. */
export const mostEntries = 10_000;

/** Walks the folder once. Links that stay within it are followed. */
export function keepFiles(candidate: Candidate, rules: IgnoreRules): Kept {
  const walk: Walk = {
    ...{ candidate, rules, entries: [], leftOut: [], onlyBefore: [], findings: [], seen: 0 },
    listings: new Map(),
  };
  walkFolder(walk, []);
  const { entries, leftOut, onlyBefore } = walk;
  entries.sort((a, b) => comparePaths(a.path, b.path));
  leftOut.sort((a, b) => comparePaths(a.path, b.path));
  const findings = [...walk.findings, ...findPathConflicts(candidate, entries)];
  return { entries, leftOut, onlyBefore, findings, listings: tellingListings(walk) };
}

function tellingListings({ listings }: Walk): ReadonlyMap<string, string> | undefined {
  const known = [...listings].flatMap(([path, listing]) =>
    listing === undefined ? [] : [[path, listing] as const],
  );
  return known.length === listings.size ? new Map(known) : undefined;
}

/** Names of files, and of folders with a trailing slash; `undefined` if more matters: a link, or an interrupted pull. */
export function listingOf(entries: readonly Dirent[]): string | undefined {
  let listing = '';
  for (const entry of entries) {
    if (entry.isFile()) listing += `${entry.name}/`;
    else if (entry.isDirectory() && entry.name !== ownFolder) listing += `${entry.name}//`;
    else return undefined;
  }
  return listing;
}

interface Walk {
  readonly candidate: Candidate;
  readonly rules: IgnoreRules;
  readonly entries: KeptEntry[];
  readonly leftOut: LeftOutFile[];
  readonly onlyBefore: KeptEntry[];
  readonly findings: Finding[];
  readonly listings: Map<string, string | undefined>;
  seen: number;
}

/** @param names the folders from the extension's own down to the one to list */
function walkFolder(walk: Walk, names: readonly string[]): void {
  const below = names.length === 0 ? '' : `${names.join('/')}/`;
  const entries = below === '' ? walk.candidate.entries : listFolder(walk, below);
  walk.listings.set(names.join('/'), listingOf(entries));
  for (const entry of entries) {
    walk.seen++;
    if (walk.seen === mostEntries) remarkOnCount(walk);
    if (walk.seen >= mostEntries) return;
    visit(walk, entry, below + entry.name, names);
  }
}

function listFolder(walk: Walk, below: string): readonly Dirent[] {
  try {
    return readdirSync(`${walk.candidate.folder}/${below}`, { withFileTypes: true });
  } catch (error) {
    const message = `The folder cannot be listed: ${reasonOf(error)}.`;
    remark(
      walk,
      'unreadable',
      below.slice(0, -1),
      message,
      'Correct its permissions, or add it to "ignore".',
    );
    return [];
  }
}

function visit(walk: Walk, entry: Dirent, path: string, names: readonly string[]): void {
  if (entry.isFile()) visitFile(walk, entry.name, path, 'file');
  else if (entry.isDirectory()) visitFolder(walk, entry.name, path, names);
  else if (entry.isSymbolicLink()) visitLink(walk, entry.name, path, names);
  else visitSpecial(walk, entry.name, path);
}

function visitFile(walk: Walk, name: string, path: string, kind: KeptEntry['kind']): void {
  const entry: KeptEntry = { path: normalizePath(path), diskPath: path, kind };
  const why = whyLeftOut(walk.rules, path, name, 'file');
  if (why === undefined) {
    if (isFit(walk, name, path)) walk.entries.push(entry);
    return;
  }
  leaveOut(walk, path, why);
  if (why === 'default' && wasUploadedByVersion1(name)) walk.onlyBefore.push(entry);
}

function visitFolder(walk: Walk, name: string, path: string, names: readonly string[]): void {
  const why = whyLeftOut(walk.rules, path, name, 'folder');
  if (why !== undefined) leaveOut(walk, `${path}/`, why);
  else if (isFit(walk, name, path)) walkFolder(walk, [...names, name]);
}

/** @param path ends in `/` for a folder */
function leaveOut(walk: Walk, path: string, why: LeftOutFile['why']): void {
  const rule = why === 'ignored' ? walk.rules.patternFor?.(path) : undefined;
  walk.leftOut.push({ path: normalizePath(path), why, ...(rule !== undefined && { rule }) });
}

function visitLink(walk: Walk, name: string, path: string, names: readonly string[]): void {
  const why = whyLeftOut(walk.rules, path, name, 'file');
  if (why === 'ignored' || why === 'default') {
    walk.leftOut.push({ path: normalizePath(path), why });
    return;
  }
  const link = followLink(walk.candidate.folder, names, path);
  if (link.kind === 'bad') {
    remark(
      walk,
      link.rule,
      path,
      link.message,
      `Replace the link with ${link.rule === 'unreadable' ? 'the file' : 'what it should lead to'}${orIgnore(walk.candidate, path)}.`,
    );
  } else if (link.kind === 'file') visitFile(walk, name, path, 'link');
  else if (link.kind === 'folder') visitFolder(walk, name, path, names);
  else visitSpecial(walk, name, path);
}

function visitSpecial(walk: Walk, name: string, path: string): void {
  const why = whyLeftOut(walk.rules, path, name, 'file');
  if (why === 'ignored' || why === 'default') walk.leftOut.push({ path: normalizePath(path), why });
  else {
    const message = 'This is neither a file nor a folder, but a pipe, socket or device.';
    remark(walk, 'special-file', path, message, `Remove it${orIgnore(walk.candidate, path)}.`);
  }
}

/** Without its manifest or its script the folder is no longer an extension. */
export function orIgnore(candidate: Candidate, path: string): string {
  return isVital(candidate, path) ? '' : ', or add it to "ignore"';
}

/** Backslash, control characters, and Node's replacement for bytes that are not UTF-8. */
const unfit = /[\\\0-\x1f\x7f-\x9f\ufffd]/;

function isFit(walk: Walk, name: string, path: string): boolean {
  if (!unfit.test(name)) return true;
  const message = `The name ${JSON.stringify(name)} contains a character that an archive cannot store safely.`;
  remark(walk, 'bad-path', path, message, 'Rename it: no backslash, no control character, valid UTF-8.');
  return false;
}

function remarkOnCount(walk: Walk): void {
  const message = `The folder contains ${mostEntries} or more files and folders; Qlik accepts 500 files.`;
  remark(walk, 'unreadable', '', message, 'Name the folder that a build writes (dist, build, <name>-ext).');
}

function remark(
  walk: Walk,
  rule: 'unreadable' | 'special-file' | 'bad-path' | 'symlink-outside',
  path: string,
  message: string,
  hint: string,
): void {
  const { name, displayFolder } = walk.candidate;
  const file = path === '' ? displayFolder : displayBelow(displayFolder, path);
  walk.findings.push(finding(rule, { extension: name, file, message, hint }));
}

/** Files of one extension that not every disk can hold side by side. */
function findPathConflicts(candidate: Candidate, entries: readonly KeptEntry[]): readonly Finding[] {
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
      hint: 'Remove one: an archive can contain only one of them.',
    });
  }
  const message = `${first.path} and ${second.path} differ only in case.`;
  return finding('case-twins', {
    ...place,
    message,
    hint: 'Rename one: Windows and macOS cannot hold both.',
  });
}

/** A file that is uploaded. */
export interface KeptEntry {
  /** Relative to the folder, with `/`, in Unicode NFC. */
  readonly path: string;
  /** As the disk spells it. */
  readonly diskPath: string;
  /** `link`: leads to a file within the folder, whose content is uploaded. */
  readonly kind: 'file' | 'link';
}
