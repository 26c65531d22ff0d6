/** Follows the hint of a finding to the letter, as a person would who reads it. */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Finding } from '../../../src/core/model.js';
import type { Scene } from './scene.js';
import { configWith, extensionFiles } from './workspace.js';

export type Files = Readonly<Record<string, string | Buffer>>;

/** What the config says. */
export interface Settings {
  readonly extensions: readonly string[];
  readonly ignore: readonly string[];
}

export async function validate(scene: Scene): Promise<{
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
  readonly scene: Scene;
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
    ([list = ''], { settings }) => ({
      ...settings,
      extensions: [...settings.extensions, ...quoted(list)],
    }),
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
    /There is (\S+): rename it to (.+)\.$/,
    ([from = '', to = ''], { scene, settings, finding }) => {
      renameSync(placeIn(scene, finding.file ?? '', from), placeIn(scene, finding.file ?? '', to));
      return settings;
    },
  ],
  [
    /Rename (\S+): the suffix is (\.\w+)/,
    ([from = '', suffix = ''], { scene, settings, finding }) => {
      const to = from.replace(/\.[^.]+$/, suffix);
      renameSync(placeIn(scene, finding.file ?? '', from), placeIn(scene, finding.file ?? '', to));
      return settings;
    },
  ],
  [
    /Rename it to (\S+);/,
    ([to = ''], { scene, settings, finding }) => {
      renameSync(placeIn(scene, finding.file ?? ''), placeIn(scene, dirname(finding.file ?? ''), to));
      return settings;
    },
  ],
  [
    /There is only (\S+): unpack it, so that its \.qext is in (\S+)\.$/,
    ([zip = '', folder = ''], { scene, settings }) => {
      rmSync(placeIn(scene, folder, zip));
      scene.workspace.write(extensionFiles(zip.replace(/\.zip$|\.tar\.gz$/, ''), { folder }));
      return settings;
    },
  ],
  [
    /Build the extension first/,
    (_, { scene, settings, finding }) => {
      scene.workspace.write(extensionFiles('built', { folder: `${finding.file}/dist` }));
      return settings;
    },
  ],
  [
    /[Aa]dd it to "ignore"/,
    (_, { settings, finding }) => ({ ...settings, ignore: [...settings.ignore, `/${finding.file}`] }),
  ],
  [
    /Add ("![^"]+") to "ignore" to upload it/,
    ([pattern = ''], { settings }) => ({
      ...settings,
      ignore: [...settings.ignore, ...quoted(pattern)],
    }),
  ],
  [
    /[Rr]emove (?:that pattern,|or narrow the pattern)/,
    (_, { settings, finding }) => {
      const [pattern = ''] = quoted(
        /(?:left out by|narrow the pattern) ("[^"]+") in "ignore"/.exec(
          `${finding.message} ${finding.hint}`,
        )?.[1] ?? '',
      );
      return { ...settings, ignore: settings.ignore.filter((each) => each !== pattern) };
    },
  ],
  [
    /Rename (\S+) to (\S+), or write the name/,
    ([from = '', to = ''], { scene, settings }) => {
      renameSync(placeIn(scene, 'ext/tile', from), placeIn(scene, 'ext/tile', to));
      return settings;
    },
  ],
  [
    /There is (\S+): move it, or correct the name/,
    (_, { scene, settings, finding }) => {
      const asked = /and (\S+) is nowhere/.exec(finding.message)?.[1] ?? '';
      const found = /There is (\S+): move it/.exec(finding.hint ?? '')?.[1] ?? '';
      renameSync(placeIn(scene, 'ext/tile', found), placeIn(scene, 'ext/tile', asked));
      return settings;
    },
  ],
  [
    /There is (\S+): deploy .*, or move it beside the \.qext file/,
    ([found = ''], { scene, settings }) => {
      renameSync(
        placeIn(scene, 'ext/tile', found),
        placeIn(scene, 'ext/tile', found.split('/').at(-1) ?? ''),
      );
      return settings;
    },
  ],
  [
    /or remove "(\w+)"\.$/,
    ([key = ''], { scene, settings, finding }) =>
      edit({ scene, settings, finding }, (fields) => ({ ...fields, [key]: undefined })),
  ],
  [
    /^Add "(\w+)": "([^"]+)"/,
    ([key = '', value = ''], { scene, settings, finding }) =>
      edit({ scene, settings, finding }, (fields) => ({ ...fields, [key]: value })),
  ],
  [
    /^Write ("\w+": (?:"[^"]+"|\w+))\.$/,
    ([field = ''], { scene, settings, finding }) => {
      const path = placeIn(scene, finding.file ?? '');
      const [key = ''] = quoted(field);
      const old = new RegExp(`"${key}": ?(?:"[^"]*"|'[^']*'|\\[\\]|\\{\\}|[^,}]*)`);
      writeFileSync(path, readFileSync(path, 'utf8').replace(old, field));
      return settings;
    },
  ],
  [
    /^Remove this comma/,
    (_, { scene, settings, finding }) => {
      const path = placeIn(scene, finding.file ?? '');
      const lines = readFileSync(path, 'utf8').split('\n');
      const at = (finding.line ?? 0) - 1;
      const line = lines[at] ?? '';
      lines[at] = line.slice(0, (finding.column ?? 0) - 1) + line.slice(finding.column ?? 0);
      writeFileSync(path, lines.join('\n'));
      return settings;
    },
  ],
  [
    /^Write "(qlik)"\.$/,
    ([id = ''], { scene, settings, finding }) => {
      const path = placeIn(scene, finding.file ?? '');
      writeFileSync(path, readFileSync(path, 'utf8').replace('js/qlik', id));
      return settings;
    },
  ],
  [
    /these lines in (\S+): (.+)/,
    ([file = '', lines = ''], { scene, settings }) => {
      writeFileSync(placeIn(scene, file), `${lines.split(' ').join('\n')}\n`);
      return settings;
    },
  ],
  [/Remove the pattern that matches it from "ignore"/, (_, { settings }) => ({ ...settings, ignore: [] })],
];

type Fields = Readonly<Record<string, unknown>>;

function edit({ scene, settings, finding }: Following, change: (fields: Fields) => Fields): Settings {
  const path = placeIn(scene, finding.file ?? '');
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
  return settings;
}

function placeIn(scene: Scene, ...parts: readonly string[]): string {
  return join(scene.workspace.folder, ...parts);
}

export async function follow(following: Following): Promise<Settings> {
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

/** Writes the settings, and then nothing is wrong with exactly these extensions. */
export async function expectClean(scene: Scene, settings: Settings, names: readonly string[]): Promise<void> {
  scene.workspace.write(configWith(settings));
  const after = await validate(scene);
  expect([after.findings, after.names]).toEqual([[], names]);
}

/** Follows the first finding of the rule. */
export async function followRule(scene: Scene, settings: Settings, rule: string): Promise<Settings> {
  scene.workspace.write(configWith(settings));
  const { findings } = await validate(scene);
  const found = findings.find((each) => each.rule === rule);
  if (found === undefined) throw new Error(`no ${rule} among ${JSON.stringify(findings)}`);
  return follow({ scene, settings, finding: found });
}
