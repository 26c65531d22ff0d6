/** Whole extensions that work on Qlik: the rules have nothing to say about them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inspectContent } from '../../src/core/content.js';
import type { DesiredExtension } from '../../src/core/model.js';
import { checkExtension } from '../../src/core/rules.js';
import { readExtension } from './read-extension.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const sound: readonly (readonly [folder: string, name: string, files: number])[] = [
  ['node_modules/@nebula.js/sn-action-button/sn-action-button-ext', 'sn-action-button', 3],
  ['examples/hello-table', 'hello-table', 4],
  ['examples/progress-ring', 'progress-ring', 2],
  ['examples/status-board', 'status-board', 13],
];

function rulesAndFiles(extension: DesiredExtension): readonly object[] {
  return checkExtension(extension)
    .filter(({ rule }) => rule === 'own-stardust')
    .map(({ rule, file }) => ({ rule, file }));
}

describe('sound extensions', () => {
  it.each(sound)('%s', (folder, name, files) => {
    const extension = readExtension(`${root}${folder}`);
    expect(extension).toMatchObject({ name, manifest: { type: 'visualization' } });
    expect(extension.files).toHaveLength(files);
    expect(checkExtension(extension)).toEqual([]);
  });

  it('would be told if they brought stardust with them', () => {
    const extension = readExtension(`${root}node_modules/@nebula.js/sn-action-button/sn-action-button-ext`);
    const [stardust, dev] = ['stardust.js', 'stardust.dev.js'].map((file) =>
      readFileSync(`${root}node_modules/@nebula.js/stardust/dist/${file}`),
    );
    const withScript = (path: string, content: Buffer) => ({
      ...extension,
      files: [
        ...extension.files.filter((file) => file.path !== path),
        { ...extension.files[0]!, path, facts: inspectContent(path, content) },
      ],
    });
    const umd = Buffer.from('!function(e,t){"function"==typeof define&&define.amd?define(t):e.x=t()}(this,');
    const asking = Buffer.from('define(["qlik", "@nebula.js/stardust"], (qlik, s) => s);');
    const drawn = 'dist/sn-action-button.js';
    for (const copy of [stardust!, dev!]) {
      const bundle = Buffer.concat([umd, copy]);
      const found = [{ rule: 'own-stardust', file: `sn-action-button-ext/${drawn}` }];
      expect(rulesAndFiles(withScript(drawn, bundle))).toEqual(found);
      expect(rulesAndFiles(withScript(drawn, Buffer.concat([asking, copy])))).toEqual([]);
      // A part that is loaded later, and an extension that embeds nebula's objects.
      expect(rulesAndFiles(withScript('dist/later.js', bundle))).toEqual([]);
      const { manifest, ...rest } = withScript(drawn, bundle);
      expect(rulesAndFiles({ ...rest, manifest: { ...manifest, supernova: false } })).toEqual([]);
    }
  });

  it('would be told if they loaded from elsewhere', () => {
    const extension = readExtension(`${root}examples/hello-table`);
    const code = Buffer.from('define(["https://cdn.example.com/d3.js"], (d3) => ({}))');
    const files = extension.files.map((file) =>
      file.path === 'hello-table.js' ? { ...file, facts: inspectContent(file.path, code) } : file,
    );
    expect(checkExtension({ ...extension, files })).toMatchObject([
      { rule: 'external-origin', file: 'hello-table/hello-table.js', line: 1, column: 10 },
    ]);
  });
});
