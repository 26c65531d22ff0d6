/** What a finding advises is followed to the letter, and then it is gone. */

import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/model.js';
import { useScene } from './support/scene.js';
import { archiveFiles, configWith, extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();

type Files = Readonly<Record<string, string | Buffer>>;

interface Settings {
  readonly extensions: readonly string[];
  readonly ignore: readonly string[];
}

interface Row {
  readonly files: Files;
  readonly extensions?: readonly string[];
  readonly ignore?: readonly string[];
  /** The rules whose findings are followed, one after the other; then there is no finding at all. */
  readonly rules: readonly string[];
  /** What has to be selected in the end. */
  readonly names: readonly string[];
}

async function validate(): Promise<{
  readonly findings: readonly Finding[];
  readonly names: readonly string[];
}> {
  const { stdout, stderr } = await scene.qlikSync('validate', '--json');
  expect(stdout, stderr).not.toBe('');
  const report = JSON.parse(stdout);
  return {
    findings: report.findings,
    names: (report.extensions ?? []).map(({ name }: { readonly name: string }) => name),
  };
}

function quoted(list: string): readonly string[] {
  return [...list.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
}

interface Following {
  readonly settings: Settings;
  readonly finding: Finding;
}

/** What a person does who reads the hint. */
const deeds: readonly (readonly [
  RegExp,
  (words: readonly string[], following: Following) => Promise<Settings> | Settings,
])[] = [
  [
    /name the folders? ([^":]+) in "extensions"/,
    ([list = ''], { settings }) => ({
      ...settings,
      extensions: [...settings.extensions, ...list.split(', ')],
    }),
  ],
  [
    /add ((?:"[^"]+"(?:, )?)+) to "extensions"/,
    ([list = ''], { settings }) => ({ ...settings, extensions: [...settings.extensions, ...quoted(list)] }),
  ],
  [
    /[Rr]emove ((?:"[^"]+"(?:, )?)+) from "extensions"/,
    ([list = ''], { settings }) => ({
      ...settings,
      extensions: settings.extensions.filter((each) => !quoted(list).includes(each)),
    }),
  ],
  [
    /Correct ("[^"]+") in "extensions", or remove it/,
    ([pattern = ''], { settings }) => ({
      ...settings,
      extensions: settings.extensions.filter((each) => !quoted(pattern).includes(each)),
    }),
  ],
  [
    /There is (\S+): rename it to (\S+)\./,
    ([from = '', to = ''], { settings, finding }) => {
      renameSync(place(finding.file ?? '', from), place(finding.file ?? '', to));
      return settings;
    },
  ],
  [
    /Rename (\S+): the suffix is (\.\w+)/,
    ([from = '', suffix = ''], { settings, finding }) => {
      const to = from.replace(/\.[^.]+$/, suffix);
      renameSync(place(finding.file ?? '', from), place(finding.file ?? '', to));
      return settings;
    },
  ],
  [
    /Rename it to (\S+);/,
    ([to = ''], { settings, finding }) => {
      renameSync(place(finding.file ?? ''), place(dirname(finding.file ?? ''), to));
      return settings;
    },
  ],
  [
    /There is only (\S+): unpack it, so that its \.qext is in (\S+)\./,
    ([zip = '', folder = ''], { settings }) => {
      rmSync(place(folder, zip));
      scene.workspace.write(extensionFiles(zip.replace(/\.zip$/, ''), { folder }));
      return settings;
    },
  ],
  [
    /Build the extension first/,
    (_, { settings, finding }) => {
      scene.workspace.write(extensionFiles('built', { folder: `${finding.file}/dist` }));
      return settings;
    },
  ],
  [
    /[Aa]dd it to "ignore"/,
    (_, { settings, finding }) => ({ ...settings, ignore: [...settings.ignore, `/${finding.file}`] }),
  ],
  [/Remove the pattern that matches it from "ignore"/, (_, { settings }) => ({ ...settings, ignore: [] })],
];

function place(...parts: readonly string[]): string {
  return join(scene.workspace.folder, ...parts);
}

async function follow(following: Following): Promise<Settings> {
  const hint = following.finding.hint ?? '';
  const fitting = deeds.filter(([pattern]) => pattern.test(hint));
  expect(fitting, `nobody could follow: ${hint}`).not.toEqual([]);
  let { settings } = following;
  for (const [pattern, deed] of fitting) {
    const [, ...words] = pattern.exec(hint) ?? [];
    settings = await deed(words, { ...following, settings });
  }
  return settings;
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
      for (const rule of rules) {
        scene.workspace.write(configWith(settings));
        const { findings } = await validate();
        const found = findings.find((each) => each.rule === rule);
        if (found === undefined) throw new Error(`no ${rule} among ${JSON.stringify(findings)}`);
        settings = await follow({ settings, finding: found });
      }
      scene.workspace.write(configWith(settings));
      const after = await validate();
      expect([after.findings, after.names]).toEqual([[], names]);
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
    expect((await validate()).findings.map(({ rule }) => rule)).toEqual(rules);
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
