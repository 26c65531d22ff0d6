/** What a finding on files advises is followed to the letter, and then it is gone. */

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectClean, type Files, followRule, validate } from './support/follow-hints.js';
import { useScene } from './support/scene.js';
import { archiveFiles, configWith, extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();

const zip = await zipOf(archiveFiles('tile'));

const tile = (folder: string): Files => extensionFiles('tile', { folder });

const script = (...modules: readonly string[]): string =>
  `define(${JSON.stringify(modules)}, () => ({ paint() {} }));\n`;

/** The extension `tile` in `ext/tile`, with more files, or others in the place of its own. */
const withFiles = (more: Files): Files => {
  const added = Object.entries(more).map(([path, content]) => [`ext/tile/${path}`, content]);
  return { ...tile('ext/tile'), ...Object.fromEntries(added) };
};

const manifest = (fields: object): string =>
  JSON.stringify({ name: 'tile', type: 'visualization', ...fields });

/** The rule, the files of the one extension, the config's ignore. */
const fileRows: Readonly<Record<string, readonly [string, Files, (readonly string[])?]>> = {
  'a key of a server': ['secret-file', withFiles({ 'server.pem': 'x' })],
  'a key that a pattern brings back': ['secret-file', withFiles({ '.env.local': 'A=1' }), ['!.env.local']],
  'the manifest ignored': ['no-manifest', tile('ext/tile'), ['*.qext']],
  'an archive of another suffix': ['nested-archive', withFiles({ 'data.bin': zip })],
  'an archive deeper': ['nested-archive', withFiles({ 'lib/deep/data.bin': zip })],
  'a file of one byte': ['risky-content-type', withFiles({ 'flag.txt': '1' })],
  'a file that Qlik drops': ['dropped-by-qlik', withFiles({ 'lib/table': 'x' })],
  'the entry ignored': ['missing-entry', tile('ext/tile'), ['*.js']],
  'the entry in a folder': [
    'missing-entry',
    { 'ext/tile/tile.qext': manifest({ version: '1.0.0' }), 'ext/tile/src/tile.js': script() },
  ],
  'a module ignored': [
    'missing-module',
    withFiles({ 'tile.js': script('./lib/a'), 'lib/a.js': script() }),
    ['lib/'],
  ],
  'a module left out by default': [
    'missing-module',
    withFiles({ 'tile.js': script('./node_modules/a/a'), 'node_modules/a/a.js': script() }),
  ],
  'one in a deeper folder that is left out by default': [
    'missing-module',
    withFiles({ 'tile.js': script('./lib/node_modules/a'), 'lib/node_modules/a.js': script() }),
  ],
  'a module in another case': [
    'missing-module',
    withFiles({ 'tile.js': script('./lib/a'), 'lib/A.js': script() }),
  ],
  'a module elsewhere': ['missing-module', withFiles({ 'tile.js': script('./a'), 'lib/a.js': script() })],
  'an inner module': ['internal-module', withFiles({ 'tile.js': script('js/qlik') })],
  'a preview that is not there': [
    'preview-missing',
    withFiles({ 'tile.qext': manifest({ version: '1.0.0', preview: 'a.png' }) }),
  ],
  'no version': ['version-missing', withFiles({ 'tile.qext': manifest({}) })],
  'a version that is a number': [
    'version-not-semver',
    withFiles({ 'tile.qext': '{"name":"tile","type":"visualization","version":1.10}' }),
  ],
  ...Object.fromEntries(
    ['1.0.0', '1.2.3-beta', 'v2', "'1.0.0'", '01', 'latest', '1.0.0 // raise it', 'True', '1.0.'].map(
      (version) => [
        `a version that is no JSON: ${version}`,
        [
          'manifest-syntax',
          withFiles({ 'tile.qext': `{"name": "tile", "type": "visualization",\n"version": ${version}}` }),
        ],
      ],
    ),
  ),
  ...Object.fromEntries(
    ['1.00', '1e999', '12345678901234567890', '-0.50', '1.10', '1e2'].map((version) => [
      `a version that is another number: ${version}`,
      [
        'version-not-semver',
        withFiles({ 'tile.qext': `{"name":"tile","type":"visualization","version":${version}}` }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['true', '[]', '{}'].map((version) => [
      `a version that is ${version}`,
      [
        'manifest-field',
        withFiles({ 'tile.qext': `{"name":"tile","type":"visualization","version":${version}}` }),
      ],
    ]),
  ),
  'a name that is a number': [
    'manifest-field',
    withFiles({ 'tile.qext': '{"name":5,"type":"visualization","version":"1.0.0"}' }),
  ],
  'a type without quotes': [
    'manifest-syntax',
    withFiles({ 'tile.qext': '{"name":"tile","type":visualization,"version":"1.0.0"}' }),
  ],
  'a type that is a flag': [
    'manifest-field',
    withFiles({ 'tile.qext': '{"name":"tile","type":true,"version":"1.0.0"}' }),
  ],
  'a flag in quotes': [
    'manifest-field',
    withFiles({
      'tile.qext': '{"name":"tile","type":"visualization","version":"1.0.0","supernova":"false"}',
    }),
  ],
  'a flag as Python writes it': [
    'manifest-syntax',
    withFiles({ 'tile.qext': '{"name":"tile","type":"visualization","supernova":False,"version":"1.0.0"}' }),
  ],
  'a comma too many': [
    'manifest-syntax',
    withFiles({ 'tile.qext': '{\n  "name": "tile",\n  "type": "visualization",\n  "version": "1.0.0",\n}' }),
  ],
};

describe('a link in place of a file that the extension needs', () => {
  const places = {
    outside: { 'shared/file': manifest({ version: '1.0.0' }) },
    nowhere: {},
  };

  it.each([
    ['tile.qext', 'outside', 'symlink-outside', 'Replace the link with what it should lead to.'],
    ['tile.js', 'outside', 'symlink-outside', 'Replace the link with what it should lead to.'],
    ['tile.js', 'nowhere', 'unreadable', 'Replace the link with the file.'],
    ['tile.qext', 'nowhere', 'no-manifest', 'Replace the link tile.qext with the file.'],
    [
      'b.css',
      'outside',
      'symlink-outside',
      'Replace the link with what it should lead to, or add it to "ignore".',
    ],
  ] as const)('%s that leads %s has one finding, which is followed', async (file, where, rule, hint) => {
    const files = withFiles({ 'b.css': '' });
    const dial = extensionFiles('dial', { folder: 'ext/dial' });
    scene.workspace.write({ ...files, ...dial, ...places[where], ...configWith({ extensions: ['ext/*'] }) });
    const path = `ext/tile/${file}`;
    scene.workspace.remove(path);
    symlinkSync('../../shared/file', join(scene.workspace.folder, path));
    expect((await validate(scene)).findings).toMatchObject([{ rule, hint }]);
    scene.workspace.remove(path);
    scene.workspace.write({ [path]: files[path] ?? '' });
    await expectClean(scene, { extensions: ['ext/*'], ignore: [] }, ['dial', 'tile']);
  });
});

describe('the hint of a finding on files, followed to the letter, ends it:', () => {
  it.each(Object.entries(fileRows))('%s', async (_, [rule, files, ignore = []]) => {
    scene.workspace.write(files);
    const settings = await followRule(scene, { extensions: ['ext/*'], ignore }, rule);
    await expectClean(scene, settings, ['tile']);
  });
});
