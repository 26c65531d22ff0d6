/** `dirty` means what is uploaded, or the config; for every command that says it. Real git. */

import { beforeEach, expect, it } from 'vitest';
import { git } from '../git.js';
import { mapSynced, useWatchScene } from './support/watch-scene.js';

const scene = useWatchScene();

beforeEach(() => {
  scene.workspace.write({ 'notes.md': '1', '.gitignore': '.qlik-sync/\n', 'extensions/kpi/LICENSE': '1' });
  git(scene.workspace.folder, 'init', '--quiet', '--initial-branch', 'main');
  git(scene.workspace.folder, 'add', '--all');
  git(scene.workspace.folder, 'commit', '--quiet', '--message', 'first');
});

const rows: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
  ['nothing', {}, false],
  ['a file beside the extensions', { 'notes.md': '2' }, false],
  ['a new file beside the extensions', { 'more.md': '2' }, false],
  ['a file that Qlik drops', { 'extensions/kpi/LICENSE': '2' }, false],
  ['a file that is uploaded', { 'extensions/kpi/kpi.js': 'define([], () => ({ paint() {} }));\n' }, true],
  ['a new one', { 'extensions/kpi/more.css': 'a{}\n' }, true],
  [
    'the config',
    { 'qlik-sync.config.json': '{ "project": "acme", "extensions": ["extensions/*"] }\n' },
    true,
  ],
];

it.each(rows)('doctor: %s differs', async (_, files, isDirty) => {
  scene.workspace.write(files);
  const { stdout } = await scene.qlikSync('doctor', '--json');
  const { checks } = JSON.parse(stdout) as {
    readonly checks: readonly { readonly name: string; readonly message: string }[];
  };
  const { message = '' } = checks.find(({ name }) => name === 'source') ?? {};
  expect(message).toMatch(/^commit [0-9a-f]{10} on main/);
  expect(message.includes('with changes that are not committed')).toBe(isDirty);
});

it.each(rows)('watch: %s differs', async (_, files, isDirty) => {
  scene.workspace.write(files);
  const watching = await scene.watch('--json');
  await watching.next(mapSynced);
  await watching.interrupt();
  const { stdout } = await scene.qlikSync('history', '--json');
  const { runs } = JSON.parse(stdout) as {
    readonly runs: readonly { readonly source: { readonly dirty?: boolean } }[];
  };
  expect(runs.map(({ source }) => source.dirty)).toEqual([isDirty]);
});
