/** Line endings as git has them: what `git add` stores and a checkout writes is the judge, byte by byte. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  countEndings,
  createEndingCounter,
  withCrlf,
  withLf,
} from '../../../src/core/content/line-endings.js';
import { createRandom, type Random } from '../../fuzz/random.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

const printable = (count: number): string => 'x'.repeat(count);

const cases: readonly (readonly [string, Buffer, 'changes' | 'stays'])[] = [
  ['nothing', bytes(''), 'stays'],
  ['a line', bytes('a\r\n'), 'changes'],
  ['no final newline', bytes('a\r\nb'), 'changes'],
  ['mixed endings', bytes('a\r\nb\nc\r\n'), 'changes'],
  ['LF alone', bytes('a\nb\n'), 'stays'],
  ['a lone CR', bytes('a\r\nb\rc\r\n'), 'stays'],
  ['a lone CR at the end', bytes('a\r\nb\r'), 'stays'],
  ['two CRs before an LF', bytes('a\r\r\n'), 'stays'],
  ['a NUL', bytes('a\r\nb\0\r\n'), 'stays'],
  ['a NUL behind a megabyte', bytes(`${'a line\r\n'.repeat(131_072)}\0`), 'stays'],
  ['UTF-16', utf16('a\r\nb\r\n'), 'stays'],
  ['UTF-8 with a BOM', Buffer.from('\ufeffä\r\nö\r\n'), 'changes'],
  ['Latin-1', bytes('\xe4\r\n\xf6\r\n'), 'changes'],
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg">\r\n</svg>\r\n'), 'changes'],
  ['JSON', bytes('{\r\n\t"a": 1\r\n}\r\n'), 'changes'],
  ['backspace, form feed and escape', bytes('\b\f\x1b[0m\r\n'), 'changes'],
  ['one control character in 127 others', bytes(`${printable(127)}\x01\r\n`), 'stays'],
  ['one control character in 128 others', bytes(`${printable(128)}\x01\r\n`), 'changes'],
  ['a DEL in 127 others', bytes(`${printable(127)}\x7f\r\n`), 'stays'],
  ['the end of a DOS text', bytes('a\r\n\x1a'), 'changes'],
  ['the same in the middle', bytes('a\r\n\x1ab\r\n'), 'stays'],
  ['nothing but the end of a DOS text', bytes('\x1a'), 'stays'],
];

describe('withLf', () => {
  it.each(cases)('%s', (_, content, what) => {
    const changed = bytes(content.toString('latin1').replaceAll('\r\n', '\n'));
    expect(withLf(content).equals(what === 'changes' ? changed : content)).toBe(true);
    expect(withLf(withLf(content)).equals(withLf(content))).toBe(true);
  });

  it('changes what git add with text=auto changes, and nothing else', () => {
    const contents = [...cases.map(([, content]) => content), ...generated(400)];
    const stored = storedByGit(contents, '* text=auto\n');
    expect(stored).toHaveLength(contents.length);
    expect(contents.filter((content, at) => !withLf(content).equals(stored[at] ?? content))).toEqual([]);
    expect(contents.filter((content, at) => !content.equals(stored[at] ?? content)).length).toBeGreaterThan(
      50,
    );
  });

  it('has an end: a checkout with other endings becomes the same content', () => {
    const contents = [...cases.map(([, content]) => content), ...generated(400)];
    const checkedOut = checkedOutByGit(contents);
    const asCheckedOut = (content: Buffer): Buffer =>
      countEndings(content)?.crlf === 0 ? withCrlf(content) : content;
    for (const [at, there] of checkedOut.entries()) {
      const content = contents[at] ?? there;
      expect(there.equals(asCheckedOut(content))).toBe(true);
      expect(withLf(there).equals(withLf(content))).toBe(true);
    }
  });
});

describe('createEndingCounter', () => {
  it('counts line endings that are split between two pieces', () => {
    for (const content of [...cases.map(([, each]) => each), ...generated(100)]) {
      const counter = createEndingCounter();
      const size = Math.max(1, Math.floor(content.length / 7));
      for (let at = 0; at < content.length; at += size) counter.add(content.subarray(at, at + size));
      expect(counter.count()).toEqual(countEndings(content));
    }
    const counter = createEndingCounter();
    for (const piece of ['a\r', '\nb\r', '\n']) counter.add(bytes(piece));
    expect(counter.count()).toEqual({ crlf: 2, lf: 0 });
  });
});

function generated(number: number): readonly Buffer[] {
  const random = createRandom(12, number);
  return Array.from({ length: number }, () => generate(random));
}

/** Short lines, so that one odd byte tips the scales now and then. */
function generate(random: Random): Buffer {
  const endings = random.oneOf([
    ['\r\n'],
    ['\n'],
    ['\r\n', '\n'],
    ['\r\n', '\r\n', '\r\n', '\r'],
    ['\r\r\n'],
  ]);
  const oddities = random.oneOf(['', '', '', '\x01', '\0', '\x1a', '\x7f\x80\xff', '\b\f\x1b']);
  const lines = Array.from({ length: random.upTo(12) }, () => {
    const odd = oddities !== '' && random.once(6) ? random.oneOf([...oddities]) : '';
    return printable(random.upTo(40)) + odd + random.oneOf(endings);
  });
  return bytes(lines.join('') + random.oneOf(['', 'end', '\x1a', '\r']));
}

function newRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-endings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  gitIn(folder, 'init', '--quiet');
  return folder;
}

function gitIn(folder: string, ...args: readonly string[]): string {
  const settings = [
    '-c',
    'core.autocrlf=false',
    '-c',
    'core.safecrlf=false',
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@t',
  ];
  return execFileSync('git', ['-C', folder, ...settings, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function write(folder: string, contents: readonly Buffer[]): void {
  for (const [at, content] of contents.entries()) writeFileSync(join(folder, `${at}.txt`), content);
}

function readAll(folder: string, contents: readonly Buffer[]): readonly Buffer[] {
  return contents.map((_, at) => readFileSync(join(folder, `${at}.txt`)));
}

/** What the index holds, written out without any conversion. */
function storedByGit(contents: readonly Buffer[], attributes: string): readonly Buffer[] {
  const folder = newRepository();
  writeFileSync(join(folder, '.gitattributes'), attributes);
  write(folder, contents);
  gitIn(folder, 'add', '--all');
  writeFileSync(join(folder, '.gitattributes'), '* -text\n');
  gitIn(folder, 'add', '.gitattributes');
  const out = join(folder, '.git', 'out');
  mkdirSync(out);
  gitIn(folder, 'checkout-index', '--all', `--prefix=${out}/`);
  return readAll(out, contents);
}

/** Committed as they are, and checked out as on Windows. */
function checkedOutByGit(contents: readonly Buffer[]): readonly Buffer[] {
  const folder = newRepository();
  write(folder, contents);
  gitIn(folder, 'add', '--all');
  const out = join(folder, '.git', 'out');
  mkdirSync(out);
  gitIn(folder, '-c', 'core.autocrlf=true', 'checkout-index', '--all', `--prefix=${out}/`);
  return readAll(out, contents);
}
