/** What a finding on folders advises is followed to the letter, and then it is gone. */

import { describe, expect, it } from 'vitest';
import { expectClean, type Files, followRule, type Settings, validate } from './support/follow-hints.js';
import { useScene } from './support/scene.js';
import { archiveFiles, configWith, extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();

interface Row {
  readonly files: Files;
  readonly extensions?: readonly string[];
  readonly ignore?: readonly string[];
  /** The rules whose findings are followed, one after the other; then there is no finding at all. */
  readonly rules: readonly string[];
  /** What has to be selected in the end. */
  readonly names: readonly string[];
}

const tile = (folder: string, version = '1.0.0'): Files => extensionFiles('tile', { folder, version });
const dial = extensionFiles('dial', { folder: 'ext/dial' });
const zip = await zipOf(archiveFiles('tile'));
const other = (name: string, folder: string): Files => extensionFiles(name, { folder });

const rows: Readonly<Record<string, Row>> = {
  'a checkout with its build below': {
    files: { ...dial, 'ext/tile-master/README.md': '#', ...other('map-tile', 'ext/tile-master/dist') },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['dial', 'map-tile'],
  },
  'sources and a build deeper than they': {
    files: { ...tile('ext/tile/src'), ...tile('ext/tile/packages/main/build') },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'a build four folders deep': {
    files: tile('ext/tile/a/b/c/tile-ext'),
    extensions: ['ext/tile'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'sources in a folder that is named like a build': {
    files: { ...tile('ext/tile-ext/src'), ...tile('ext/tile-ext/dist') },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'several extensions below one folder': {
    files: {
      ...other('a', 'ext/mono/a/dist'),
      ...other('b', 'ext/mono/b/dist'),
      ...other('a', 'ext/mono/a'),
    },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['a', 'b'],
  },
  'a folder with a name that is special in patterns': {
    files: { 'ext/tile [old]/README.md': '', ...tile('ext/tile [old]/dist') },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'a build that is not there yet': {
    files: { 'ext/tile/package.json': '{}' },
    extensions: ['ext/*'],
    rules: ['no-manifest', 'no-manifest'],
    names: ['built'],
  },
  'a folder that is no extension': {
    files: { ...dial, 'ext/docs/index.md': '' },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['dial'],
  },
  'one that is named': {
    files: { ...dial, 'ext/docs/index.md': '' },
    extensions: ['ext/dial', 'ext/docs'],
    rules: ['no-manifest'],
    names: ['dial'],
  },
  'a suffix that Windows hides': {
    files: {
      'ext/tile/tile.js': archiveFiles('tile')['tile.js'] ?? '',
      'ext/tile/tile.qext.txt': archiveFiles('tile')['tile.qext'] ?? '',
    },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'a suffix in upper case': {
    files: {
      'ext/tile/tile.js': archiveFiles('tile')['tile.js'] ?? '',
      'ext/tile/tile.QEXT': archiveFiles('tile')['tile.qext'] ?? '',
    },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  ...Object.fromEntries(
    [
      'tile.qext.bak',
      'tile.qext~',
      'tile.qext.ORIG',
      '.tile.qext',
      '.qext',
      '.QEXT',
      '.qext.txt',
      'tile.Qext',
    ].map((file) => [
      `a manifest that is called ${file}`,
      {
        files: {
          'ext/my tile/tile.js': archiveFiles('tile')['tile.js'] ?? '',
          [`ext/my tile/${file}`]: archiveFiles('tile')['tile.qext'] ?? '',
          'ext/my tile/._tile.qext': 'Mac OS X',
        },
        extensions: ['ext/*'],
        rules: ['no-manifest'],
        names: ['tile'],
      },
    ]),
  ),
  'nothing but a packed archive': {
    files: { ...dial, 'ext/tile/tile.tar.gz': zip },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['dial', 'tile'],
  },
  'nothing but an archive': {
    files: { ...dial, 'ext/tile/tile.zip': zip, 'ext/tile/.gitkeep': '' },
    extensions: ['ext/*'],
    rules: ['no-manifest'],
    names: ['dial', 'tile'],
  },
  'one extension twice, in matched folders': {
    files: { ...tile('ext/tile-new', '2.0.0'), ...tile('ext/tile-old', '1.0.0') },
    extensions: ['ext/*'],
    rules: ['duplicate-name'],
    names: ['tile'],
  },
  'one extension twice, in named folders': {
    files: { ...tile('ext/1'), ...tile('ext/2', '1.10.0'), ...tile('ext/3', '1.9.0') },
    extensions: ['ext/1', 'ext/2', 'ext/3'],
    rules: ['duplicate-name'],
    names: ['tile'],
  },
  'one extension twice, named and matched': {
    files: { ...tile('ext/1'), ...tile('ext/2', '2.0.0') },
    extensions: ['ext/1', 'ext/*'],
    rules: ['duplicate-name'],
    names: ['tile'],
  },
  'one extension twice, the source around its build': {
    files: { ...tile('ext/tile'), ...tile('ext/tile/dist') },
    extensions: ['ext/tile', 'ext/tile/dist'],
    rules: ['duplicate-name'],
    names: ['tile'],
  },
  'a folder that is named and excluded': {
    files: { ...dial, ...tile('ext/tile-master/dist') },
    extensions: ['ext/dial', 'ext/tile-master/dist', '!ext/tile-master'],
    rules: ['no-match'],
    names: ['dial', 'tile'],
  },
  'a build within the extension': {
    files: { ...tile('ext/tile'), 'ext/tile/old/tile.qext': archiveFiles('tile')['tile.qext'] ?? '' },
    extensions: ['ext/*'],
    rules: ['several-manifests'],
    names: ['tile'],
  },
  'the .qext itself ignored': {
    files: tile('ext/tile'),
    extensions: ['ext/*'],
    ignore: ['*.qext'],
    rules: ['no-manifest'],
    names: ['tile'],
  },
  'an entry in another case': {
    files: {
      'ext/tile/tile.qext': archiveFiles('tile')['tile.qext'] ?? '',
      'ext/tile/Tile.js': archiveFiles('tile')['tile.js'] ?? '',
    },
    extensions: ['ext/*'],
    rules: ['entry-case'],
    names: ['tile'],
  },
};

describe('the hint of a finding, followed to the letter, ends it:', () => {
  it.each(Object.entries(rows))(
    '%s',
    async (_, { files, extensions = ['ext/*'], ignore = [], rules, names }) => {
      scene.workspace.write(files);
      let settings: Settings = { extensions, ignore };
      for (const rule of rules) settings = await followRule(scene, settings, rule);
      await expectClean(scene, settings, names);
    },
  );
});

describe('what the config says of folders', () => {
  it.each<[string, readonly string[], Files, readonly string[]]>([
    ['a folder above a named extension is no error', ['ext/*', 'ext/tile/dist'], tile('ext/tile/dist'), []],
    ['nor one above an extension that a wildcard found', ['ext/*', 'ext/*/dist'], tile('ext/tile/dist'), []],
    ['nor one that is named itself', ['ext/tile', 'ext/tile/dist'], tile('ext/tile/dist'), []],
    [
      'nor one with a package.json',
      ['ext/*', 'ext/tile/dist'],
      { ...tile('ext/tile/dist'), 'ext/tile/package.json': '{}' },
      [],
    ],
    ['nor one two folders above', ['ext/*', 'ext/*/*', 'ext/tile/out/dist'], tile('ext/tile/out/dist'), []],
    [
      'one beside an extension is one',
      ['ext/*', 'ext/tile/dist'],
      { ...tile('ext/tile/dist'), 'ext/tile2/package.json': '{}' },
      ['no-manifest'],
    ],
    [
      'nothing is said of what a wildcard finds and "!" excludes',
      ['ext/*', '!ext/tile'],
      tile('ext/tile'),
      [],
    ],
    [
      'nor of what is excluded with all that it holds',
      ['ext/*', '!ext/tile/dist'],
      tile('ext/tile/dist'),
      [],
    ],
    [
      'a folder that "!" excludes though it is named',
      ['ext/tile', '!ext/t*'],
      tile('ext/tile'),
      ['no-match'],
    ],
    ['not where braces name several', ['ext/{tile,dial}', '!ext/tile'], tile('ext/tile'), []],
  ])('%s', async (_, extensions, files, rules) => {
    scene.workspace.write({
      ...dial,
      ...files,
      ...configWith({ extensions: ['ext/dial', ...extensions] }),
    });
    expect((await validate(scene)).findings.map(({ rule }) => rule)).toEqual(rules);
  });

  it('deletes nothing of a folder that is named and excluded', async () => {
    scene.workspace.write({ ...dial, ...tile('ext/tile/dist') });
    scene.configure({ extensions: ['ext/dial', 'ext/tile/dist'] });
    await scene.succeed('apply', '--yes');
    scene.configure({ extensions: ['ext/dial', 'ext/tile/dist', '!ext/tile'] });
    const refused = await scene.qlikSync('apply', '--yes', '--prune');
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringContaining('"ext/tile/dist" in "extensions"'),
    ]);
    expect(await scene.tenant.names()).toEqual(['dial', 'tile']);
  });

  it('names folders as the config does, wherever it is run', async () => {
    scene.workspace.write({ 'ext/tile-master/README.md': '#', ...tile('ext/tile-master/dist') });
    scene.configure({ extensions: ['ext/*'] });
    const { stdout } = await scene.qlikSync('validate', '--json', '--config', 'qlik-sync.config.json');
    expect(stdout).toContain('name the folder ext/tile-master/dist in \\"extensions\\"');
  });
});
