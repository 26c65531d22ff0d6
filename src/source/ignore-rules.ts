/** The user's ignore rules: `ignore` of the config and `.qliksyncignore` files, in gitignore syntax. */

import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { SourceError } from '../core/errors.js';
import { displayBelow } from '../core/format.js';
import { reasonOf } from '../core/system-error.js';
import type { Candidate } from './discover/candidate.js';

/** `kept`: a `!pattern` includes it again, even if it is ignored by default. */
export type Verdict = 'ignored' | 'kept' | 'silent';

/** @param path relative to the extension's folder, with `/`; a folder's ends with one. */
export interface IgnoreRules {
  (path: string): Verdict;
  /** For people: the pattern that leaves this path out, and where it is written. */
  readonly patternFor?: (path: string) => string | undefined;
  /** Equal for the same patterns from the same places; absent if something else decides too. */
  readonly key?: string;
}

interface IgnoreSources {
  /** Absolute; what the config's patterns and the root's ignore file are relative to. */
  readonly root: string;
  readonly displayRoot: string;
  /** `ignore` of the config. */
  readonly patterns: readonly string[];
}

export const ignoreFile = '.qliksyncignore';

/**
 * Reads the root's patterns once; the returned function returns the rules for an extension's folder. The last matching
 * pattern counts: the config's come first, then the root's file, then the folder's own. Patterns never match the folder
 * itself or those above it: `build/` leaves out a folder of that name within an extension, never `packages/a/build`.
 * @throws SourceError when an ignore file cannot be read.
 */
export function prepareIgnoreRules(sources: IgnoreSources): (candidate: Candidate) => Promise<IgnoreRules> {
  const { root, displayRoot, patterns } = sources;
  const isShared = existsSync(`${root}/${ignoreFile}`);
  const shared = [
    ...patterns.map((pattern) => marked(pattern, pattern, '"ignore"')),
    ...(isShared ? readPatterns(root, displayRoot) : []).map((pattern) =>
      marked(pattern, pattern, displayBelow(displayRoot, ignoreFile)),
    ),
  ];
  return async ({ folder, displayFolder, entries }) => {
    const mayHaveOwn = entries.some((entry) => entry.name === ignoreFile);
    if (shared.length === 0 && !mayHaveOwn) return noRules;
    const below = pathBelow(root, folder);
    const own = mayHaveOwn && below !== '' ? readPatterns(folder, displayFolder) : [];
    if (shared.length === 0 && own.length === 0) return noRules;
    const all = [
      ...shared,
      ...parentsOf(below).map((parent) => `!/${escapePattern(parent)}/`),
      ...own.map((pattern) =>
        marked(anchorPattern(pattern, below), pattern, displayBelow(displayFolder, ignoreFile)),
      ),
    ];
    const { default: ignore } = await import('ignore');
    let compiled: ReturnType<typeof ignore> | undefined;
    const test = (path: string): ReturnType<NonNullable<typeof compiled>['test']> => {
      compiled ??= ignore({ ignorecase: false }).add(all);
      return compiled.test(path);
    };
    const prefix = below === '' ? '' : `${below}/`;
    const judge = (path: string): Verdict => {
      const { ignored, unignored } = test(prefix + path);
      if (ignored) return 'ignored';
      return unignored ? 'kept' : 'silent';
    };
    return Object.assign(judge, {
      key: hash('sha256', JSON.stringify(all), 'hex'),
      patternFor: (path: string) => test(prefix + path).rule?.mark,
    });
  };
}

const noRules: IgnoreRules = Object.assign((): Verdict => 'silent', { key: '' });

/** A pattern, with how and where a person wrote it. */
function marked(
  pattern: string,
  written: string,
  place: string,
): { readonly pattern: string; readonly mark: string } {
  return { pattern, mark: `${JSON.stringify(written)} in ${place}` };
}

function readPatterns(folder: string, displayFolder: string): readonly string[] {
  try {
    const text = readFileSync(`${folder}/${ignoreFile}`, 'utf8').replace(/^\ufeff/, '');
    return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  } catch (cause) {
    const file = displayBelow(displayFolder, ignoreFile);
    throw new SourceError(`the file cannot be read: ${reasonOf(cause)}`, { file, cause });
  }
}

/**
 * The line of the config's `ignore` that leaves out one file of an extension and nothing else.
 *
 * @param folder absolute: the extension's
 * @param path relative to the folder, with `/`
 */
export function ignoreLineOf(root: string, folder: string, path: string): string {
  return `/${[pathBelow(root, folder), path]
    .filter((part) => part !== '')
    .map(escapePattern)
    .join('/')}`;
}

/** A folder beside the root (`../shared/a`) is treated as if it were below it. */
function pathBelow(root: string, folder: string): string {
  const parts = relative(root, folder).split(sep);
  return parts.filter((part) => part !== '' && part !== '..').join('/');
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function parentsOf(path: string): readonly string[] {
  if (path === '') return [];
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]!# ]/g, '\\$&');
}

/** A pattern of a folder's own ignore file, rewritten relative to the root. */
function anchorPattern(pattern: string, folder: string): string {
  const negation = pattern.startsWith('!') ? '!' : '';
  const body = pattern.slice(negation.length);
  const isAnchored = body.slice(0, -1).includes('/');
  const rest = isAnchored ? body.replace(/^\//, '') : `**/${body}`;
  return `${negation}/${escapePattern(folder)}/${rest}`;
}
