/** What people leave out: `ignore` of the config and `.qliksyncignore` files, in gitignore syntax. */

import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { SourceError } from '../core/errors.js';
import { reasonOf } from '../core/system-error.js';
import type { Candidate } from './discover/candidate.js';
import { displayBelow } from './display.js';

/** `kept`: a `!pattern` brings it back, also from what is ignored by default. */
export type Verdict = 'ignored' | 'kept' | 'silent';

/** @param path relative to the extension's folder, with `/`, folders with one at the end. */
export type IgnoreRules = (path: string) => Verdict;

export interface IgnoreSources {
  /** Absolute; what the config's patterns and the root's ignore file are relative to. */
  readonly root: string;
  readonly displayRoot: string;
  /** `ignore` of the config. */
  readonly patterns: readonly string[];
}

export const ignoreFile = '.qliksyncignore';

/**
 * One function from an extension's folder to its rules; the root's patterns are read once. The last pattern that
 * matches counts: the config's, then the root's file, then the folder's own. The folder itself and those above it
 * were chosen by name, so `build/` leaves out what is called so within an extension, never `packages/a/build`.
 * @throws SourceError when an ignore file cannot be read.
 */
export function prepareIgnoreRules(sources: IgnoreSources): (candidate: Candidate) => Promise<IgnoreRules> {
  const { root, displayRoot, patterns } = sources;
  const isShared = existsSync(`${root}/${ignoreFile}`);
  const shared = isShared ? [...patterns, ...readPatterns(root, displayRoot)] : patterns;
  return async ({ folder, displayFolder, entries }) => {
    const below = pathBelow(root, folder);
    const hasOwn = below !== '' && entries.some((entry) => entry.name === ignoreFile);
    const own = hasOwn ? readPatterns(folder, displayFolder) : [];
    if (shared.length === 0 && own.length === 0) return () => 'silent';
    const { default: ignore } = await import('ignore');
    const matcher = ignore({ ignorecase: false }).add([
      ...shared,
      ...parentsOf(below).map((parent) => `!/${escapePattern(parent)}/`),
      ...own.map((pattern) => anchorPattern(pattern, below)),
    ]);
    const prefix = below === '' ? '' : `${below}/`;
    return (path) => {
      const { ignored, unignored } = matcher.test(prefix + path);
      if (ignored) return 'ignored';
      return unignored ? 'kept' : 'silent';
    };
  };
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

/** A folder beside the root (`../shared/a`) is treated as if it lay in it. */
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

/** A pattern of the folder's own file, as the root would write it. */
function anchorPattern(pattern: string, folder: string): string {
  const negation = pattern.startsWith('!') ? '!' : '';
  const body = pattern.slice(negation.length);
  const isAnchored = body.slice(0, -1).includes('/');
  const rest = isAnchored ? body.replace(/^\//, '') : `**/${body}`;
  return `${negation}/${escapePattern(folder)}/${rest}`;
}
