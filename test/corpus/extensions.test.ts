/** Whole extensions that work on Qlik: the rules have nothing to say about them. */

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inspectContent } from '../../src/core/content.js';
import { checkExtension } from '../../src/core/rules.js';
import { readExtension } from './read-extension.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const sound: readonly (readonly [folder: string, name: string, files: number])[] = [
  ['node_modules/@nebula.js/sn-action-button/sn-action-button-ext', 'sn-action-button', 3],
  ['examples/hello-table', 'hello-table', 4],
  ['examples/progress-ring', 'progress-ring', 2],
  ['examples/status-board', 'status-board', 13],
];

describe('sound extensions', () => {
  it.each(sound)('%s', (folder, name, files) => {
    const extension = readExtension(`${root}${folder}`);
    expect(extension).toMatchObject({ name, manifest: { type: 'visualization' } });
    expect(extension.files).toHaveLength(files);
    expect(checkExtension(extension)).toEqual([]);
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
