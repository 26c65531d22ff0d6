/** Archives made by the programs that people use: the same folder, the same content, whoever packed it. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.js';
import { UnreadableArchiveError } from '../../src/core/zip/unreadable.js';
import { readEntries } from '../../src/sandbox/extensions/zip.js';
import { digestArchive, sha256Of } from '../../src/source/archive/archive.js';
import { requireTool } from '../require-tool.js';

const files: Readonly<Record<string, string>> = {
  'one.qext': JSON.stringify({ name: 'one', type: 'visualization', version: '1.0.0' }),
  'one.js': `define([], () => ({ paint() {} })); // ${'x'.repeat(3_000)}\n`,
  'css/a.css': '.a { color: red }\n',
  'größe.css': '.b { color: blue }\n',
  'empty.css': '',
};

const digest = digestOf(
  Object.entries(files).map(([path, text]) => ({ path, sha256: sha256Of(Buffer.from(text)) })),
);

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'qlik-sync-tools-'));
  for (const [path, text] of Object.entries(files)) {
    const file = join(place, 'one', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(join(place, 'one/nothing in it'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Runs a line in the folder that holds `one`; `$out` is the archive. */
function packWith(line: string): Buffer {
  const out = join(mkdtempSync(join(place, 'out-')), 'out.zip');
  const env = { ...process.env, out, LC_ALL: 'C.UTF-8' };
  const { status, stderr } = spawnSync('sh', ['-ec', line], { cwd: place, env, encoding: 'utf8' });
  expect([status, stderr.trim()]).toEqual([0, '']);
  return readFileSync(out);
}

const zip = requireTool('zip');
const sevenZip = requireTool('7z', ['i']);
const bsdtar = requireTool('bsdtar');
const python = requireTool('python3');
const git = requireTool('git');
const jar = requireTool('jar');

const python3 = (statements: string): string => `python3 -c '
import os, zipfile
with zipfile.ZipFile(os.environ["out"], "w", zipfile.ZIP_DEFLATED) as z:
    for folder, _, names in os.walk("one"):
        for name in names:
            path = os.path.join(folder, name)
${statements.replace(/^/gm, '            ')}
'`;

type Row = readonly [title: string, isThere: boolean, line: string];

const rows: readonly Row[] = [
  ['zip', zip, 'cd one; zip -qr "$out" .'],
  ['zip of a folder', zip, 'zip -qr "$out" one'],
  ['zip without folder entries, stored', zip, 'cd one; zip -qDr0 "$out" .'],
  ['zip into a pipe', zip, 'cd one; zip -qr - . | cat > "$out"'],
  ['zip with zip64 forced', zip, 'cd one; zip -qr -fz "$out" .'],
  ['zip in two steps', zip, 'cd one; zip -q "$out" one.js; zip -qr "$out" .'],
  [
    'zip behind a program',
    zip,
    'cd one; zip -qr a.zip .; { echo "#!/bin/sh"; cat a.zip; } > "$out"; rm a.zip',
  ],
  [
    'zip behind a program, places put right',
    zip,
    'cd one; zip -qr a.zip .; { echo "#!/bin/sh"; cat a.zip; } > "$out"; rm a.zip; zip -qA "$out"',
  ],
  ['7-Zip', sevenZip, 'cd one; 7z a -bso0 -bsp0 -tzip "$out" .'],
  ['7-Zip of a folder', sevenZip, '7z a -bso0 -bsp0 -tzip "$out" one'],
  ['7-Zip with UTF-8 everywhere', sevenZip, 'cd one; 7z a -bso0 -bsp0 -tzip -mcu=on "$out" .'],
  ['bsdtar of .', bsdtar, 'cd one; bsdtar -a -cf "$out" .'],
  ['bsdtar of names', bsdtar, 'cd one; bsdtar -a -cf "$out" *'],
  ['bsdtar into a pipe', bsdtar, 'cd one; bsdtar --format zip -cf - . | cat > "$out"'],
  ['bsdtar in the C locale', bsdtar, 'cd one; LC_ALL=C bsdtar -a -cf "$out" . 2>/dev/null'],
  ['Python', python, 'cd one; python3 -m zipfile -c "$out" *'],
  [
    'Python, shutil',
    python,
    `python3 -c 'import os, shutil; shutil.make_archive(os.environ["out"][:-4], "zip", "one")'`,
  ],
  [
    'Python, names with backslashes',
    python,
    python3(`info = zipfile.ZipInfo(os.path.relpath(path, "one"))
info.filename = info.filename.replace("/", chr(92)); info.create_system = 0
z.writestr(info, open(path, "rb").read())`),
  ],
  [
    'Python into something that cannot seek',
    python,
    `python3 -c '
import io, os, zipfile
class Pipe(io.RawIOBase):
    def __init__(self, file): self.file = file
    def writable(self): return True
    def write(self, data): return self.file.write(data)
with open(os.environ["out"], "wb") as file, zipfile.ZipFile(Pipe(file), "w", zipfile.ZIP_DEFLATED) as z:
    for folder, _, names in os.walk("one"):
        for name in names: z.write(os.path.join(folder, name))
'`,
  ],
  ['jar', jar, 'cd one; jar cMf "$out" .'],
  [
    'git archive',
    git,
    `cd one; export GIT_DIR="$out.git" GIT_CONFIG_GLOBAL=/dev/null; git init -q; git --work-tree . add -A; git archive --prefix one/ -o "$out" "$(git write-tree)"`,
  ],
];

describe('programs that pack', () => {
  for (const [title, isThere, line] of rows) {
    it.runIf(isThere)(title, async () => {
      const bytes = packWith(line);
      expect((await digestArchive(bytes)).digest).toBe(digest);
      expect([...readEntries(bytes).keys()].sort()).toEqual(Object.keys(files).sort());
    });
  }

  const unreadable: readonly (readonly [title: string, isThere: boolean, line: string, why: RegExp])[] = [
    [
      'bzip2',
      sevenZip,
      'cd one; 7z a -bso0 -bsp0 -tzip -mm=BZip2 "$out" .',
      /one\.js", which is packed with bzip2/,
    ],
    [
      'LZMA',
      sevenZip,
      'cd one; 7z a -bso0 -bsp0 -tzip -mm=LZMA "$out" .',
      /one\.js", which is packed with LZMA/,
    ],
    ['Deflate64', sevenZip, 'cd one; 7z a -bso0 -bsp0 -tzip -mm=Deflate64 "$out" .', /packed with Deflate64/],
    ['a password', zip, 'cd one; zip -qr -P secret "$out" .', /", which is encrypted$/],
    [
      'AES',
      sevenZip,
      'cd one; 7z a -bso0 -bsp0 -tzip -psecret -mem=AES256 "$out" .',
      /", which is encrypted$/,
    ],
    [
      'a split archive',
      zip,
      'cd one; head -c 200000 /dev/urandom > big.css; zip -qr -s 64k "$out" .; rm big.css',
      /^is (one of several parts|damaged)/,
    ],
    [
      '7z under the name of a zip',
      sevenZip,
      'cd one; 7z a -bso0 -bsp0 -t7z "$out" .',
      /^is not a zip archive$/,
    ],
    ['tar under the name of a zip', bsdtar, 'cd one; bsdtar -cf "$out" .', /^is not a zip archive$/],
    [
      'two archives, one after the other',
      zip,
      'cd one; zip -qr a.zip .; cat a.zip a.zip > "$out"; rm a.zip',
      /^begins with another archive/,
    ],
  ];
  for (const [title, isThere, line, why] of unreadable) {
    it.runIf(isThere)(`says why it cannot read ${title}`, async () => {
      const failure = await digestArchive(packWith(line)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UnreadableArchiveError);
      expect((failure as UnreadableArchiveError).why).toMatch(why);
    });
  }

  it.runIf(zip)('a file from the standard input, which zip writes in zip64 whatever its size', async () => {
    const bytes = packWith(
      'cd one; zip -q "$out" - < one.qext; printf "@ -\\n@=one.qext\\n" | zipnote -w "$out"',
    );
    expect((await digestArchive(bytes)).files.map(({ path }) => path)).toEqual(['one.qext']);
  });
});
