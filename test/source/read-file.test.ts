import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KeptEntry } from '../../src/source/read/keep.js';
import { createFileReader } from '../../src/source/read/read-file.js';
import { plant, type Tree } from './tree.js';

const oneFile = { 'a.js': 'x' };

const replaced = 'was replaced by a link or a folder while its folder was read';
const file: KeptEntry = { path: 'a.js', diskPath: 'a.js', kind: 'file' };

describe('createFileReader', () => {
  it('gives up on a file that never stops changing', async () => {
    const tree = plant(oneFile);
    const path = tree.path('log.txt');
    const script = `const { appendFileSync } = require('node:fs');
      appendFileSync(process.argv[1], 'x'.repeat(2 ** 22));
      process.stdout.write('ready');
      for (;;) appendFileSync(process.argv[1], 'x');`;
    const writer = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(writer.stdout, 'data');
      const read = createFileReader();
      // Only where both get a core at once does one see the other.
      const readings = Array.from({ length: 500 }, () => () => read(path, file).kind);
      expect(readings.some((reading) => reading() === 'changing')).toBe(true);
    } finally {
      writer.kill('SIGKILL');
      await once(writer, 'exit');
    }
  });

  const places: readonly [string, (tree: Tree) => string, string][] = [
    ['a file that is gone', (tree) => tree.path('gone.js'), 'disappeared while its folder was read'],
    [
      'a link that took the place of a file',
      (tree) => {
        symlinkSync('a.js', tree.path('link.js'));
        return tree.path('link.js');
      },
      replaced,
    ],
    [
      'a folder that took the place of a file',
      (tree) => {
        mkdirSync(tree.path('folder.js'));
        return tree.path('folder.js');
      },
      replaced,
    ],
  ];
  it.each(places)('says what became of %s', (_, prepare, how) => {
    expect(createFileReader()(prepare(plant(oneFile)), file)).toEqual({ kind: 'changing', how });
  });
});
