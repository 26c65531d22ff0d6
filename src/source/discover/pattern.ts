/** Folder patterns of the config: `extensions/*`, `packages/**`, `{a,b}/*-ext`, `!extensions/old`. */

import { dirname, isAbsolute, parse } from 'node:path';

export type Segment =
  | { readonly kind: 'literal'; readonly name: string }
  /** `**`: any number of folders. */
  | { readonly kind: 'deep' }
  | { readonly kind: 'match'; readonly glob: string; readonly matches: (name: string) => boolean };

export interface FolderPattern {
  /** As the config spells it. */
  readonly source: string;
  readonly negative: boolean;
  /** Absolute: where the segments start; no link may lead out of it. */
  readonly base: string;
  readonly segments: readonly Segment[];
}

/** One pattern for each alternative of its braces. */
export async function compilePattern(source: string, root: string): Promise<readonly FolderPattern[]> {
  const negative = source.startsWith('!');
  const choices = expandBraces(negative ? source.slice(1) : source);
  return Promise.all(
    choices.map(async (choice) => ({ source, negative, ...(await compileChoice(choice, root)) })),
  );
}

export function isLiteral(pattern: FolderPattern): boolean {
  return pattern.segments.every(isLiteralSegment);
}

export function isLiteralSegment(segment: Segment): boolean {
  return segment.kind === 'literal';
}

export function isDeep(pattern: FolderPattern): boolean {
  return pattern.segments.some((segment) => segment.kind === 'deep');
}

// Whether the folders that it matches have names of their own, as in `extensions/*`; `packages/*/dist` sets the name.
export function namesFreely({ segments }: FolderPattern): boolean {
  const last = segments.at(-1);
  return last?.kind === 'deep' || (last?.kind === 'match' && last.glob === '*');
}

/** Whether the pattern matches this path below its base, or a folder that contains it. */
export function covers(segments: readonly Segment[], parts: readonly string[]): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return true;
  if (segment.kind === 'deep') {
    return covers(rest, parts) || (parts.length > 0 && covers(segments, parts.slice(1)));
  }
  const [part, ...deeper] = parts;
  if (part === undefined) return false;
  const fits = segment.kind === 'literal' ? segment.name === part : segment.matches(part);
  return fits && covers(rest, deeper);
}

/** Whether the pattern matches this path below its base, or one that it may contain. */
export function reaches(segments: readonly Segment[], parts: readonly string[]): boolean {
  const [segment, ...rest] = segments;
  const [part, ...deeper] = parts;
  if (part === undefined || segment?.kind === 'deep') return true;
  if (segment === undefined) return false;
  const fits = segment.kind === 'literal' ? segment.name === part : segment.matches(part);
  return fits && reaches(rest, deeper);
}

/** `a/{b,c/d}` → `a/b`, `a/c/d`. Braces without a comma stay. */
function expandBraces(text: string): readonly string[] {
  const group = /\{([^{}]*,[^{}]*)\}/.exec(text);
  if (group === null) return [text];
  const [before, after] = [text.slice(0, group.index), text.slice(group.index + group[0].length)];
  const choices = (group[1] ?? '').split(',');
  return choices.flatMap((choice) => expandBraces(before + choice + after));
}

/** Absolute: where the segments of a pattern start. */
export function baseOf(source: string, root: string): string {
  return startOf(source.replace(/^!/, ''), root).base;
}

async function compileChoice(text: string, root: string): Promise<Pick<FolderPattern, 'base' | 'segments'>> {
  const { base, names } = startOf(text, root);
  return { base, segments: await Promise.all(names.map(compileSegment)) };
}

function startOf(text: string, root: string): { readonly base: string; readonly names: readonly string[] } {
  let base = isAbsolute(text) ? parse(text).root : root;
  const names = text
    .slice(isAbsolute(text) ? base.length : 0)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  while (names[0] === '..') {
    base = dirname(base);
    names.shift();
  }
  return { base, names };
}

const isGlob = /[*?[\]{}\\]|[!+@]\(/;

const isPlainStar = /^[^?[\]{}\\()]*$/;

async function compileSegment(name: string): Promise<Segment> {
  if (name === '**') return { kind: 'deep' };
  if (!isGlob.test(name)) return { kind: 'literal', name };
  const matches = isPlainStar.test(name) ? compileStars(name) : await compileGlob(name);
  return { kind: 'match', glob: name, matches: (candidate) => !isHidden(candidate) && matches(candidate) };
}

/** Never matched by a wildcard, only by name. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}

/** Avoids loading a glob library in the usual case. */
function compileStars(name: string): (candidate: string) => boolean {
  const parts = name.split(/\*+/).map((part) => part.replace(/[.^$+|]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (candidate) => expression.test(candidate);
}

async function compileGlob(name: string): Promise<(candidate: string) => boolean> {
  const { default: picomatch } = await import('picomatch');
  return picomatch(name);
}

/** Patterns have no escapes: `?` replaces a special character, `./` precedes a special beginning, `$$` is a dollar. */
export function spellPattern(folder: string): string {
  const plain = /[*?[\]{}\\]|[!+@]\(/.test(folder) ? folder.replace(/[*?[\]{}()\\!+@|]/g, '?') : folder;
  return `${/^([!~]|[A-Za-z]:)/.test(plain) ? './' : ''}${plain.replaceAll('$', '$$$$')}`;
}
