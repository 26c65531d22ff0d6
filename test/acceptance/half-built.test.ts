/** Half-built is not gone: whatever a build has not written yet is kept, said, and deleted once it is really gone. */

import { beforeEach, describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene();
const { configure, qlikSync } = scene;

const names = ['ext-a', 'ext-b', 'ext-c'];

function build(name: string): void {
  const files = Object.entries(extensionFiles(name)).map(([path, content]) => [
    path.replace(`extensions/${name}`, distOf(name)),
    content,
  ]);
  scene.workspace.write(Object.fromEntries(files));
}

function packageOf(name: string): string {
  return `packages/${name.slice('ext-'.length)}`;
}

const distOf = (name: string): string => `${packageOf(name)}/dist`;

beforeEach(async () => {
  configure({ extensions: ['packages/*/dist'] });
  for (const name of names) build(name);
  expect(await qlikSync('apply', '--yes')).toMatchObject({ code: 0 });
});

const missing = 'which is not there; build it, or add "!packages/b/dist" to "extensions"';
const unwritten = 'which holds no .qext; build it, or add "!packages/b/dist" to "extensions"';

describe('nothing is deleted', () => {
  it.each<readonly [string, () => void, string]>([
    ['while a build has cleaned dist', () => scene.workspace.remove('packages/b/dist'), missing],
    ['while dist lacks its .qext', () => scene.workspace.remove('packages/b/dist/ext-b.qext'), unwritten],
    [
      'while dist holds other files only',
      () => {
        scene.workspace.remove('packages/b/dist');
        scene.workspace.write({ 'packages/b/dist/chunk-1.js': 'x' });
      },
      unwritten,
    ],
    [
      'while dist is empty',
      () => {
        scene.workspace.remove('packages/b/dist');
        scene.workspace.write({ 'packages/b/dist/.gitkeep': '' });
      },
      unwritten,
    ],
    [
      'where other packages are gone',
      () => {
        scene.workspace.remove('packages/b/dist');
        scene.workspace.remove('packages/c');
      },
      missing,
    ],
  ])('%s', async (_row, halve, words) => {
    halve();
    for (const command of [['plan'], ['apply', '--yes']]) {
      const { code, stdout } = await qlikSync(...command, '--prune');
      expect([code, stdout]).toEqual([0, expect.stringContaining(words)]);
      expect(stdout).toContain('0 to delete');
    }
    expect(await scene.tenant.names()).toEqual(names);
  });
});

describe('it is deleted', () => {
  it.each<readonly [string, () => void]>([
    ['once its package is gone', () => scene.workspace.remove('packages/b')],
    [
      'once the config leaves the folder out that has no dist',
      () => {
        scene.workspace.remove('packages/b/dist');
        configure({ extensions: ['packages/*/dist', '!packages/b/dist'] });
      },
    ],
  ])('%s', async (_row, decide) => {
    scene.workspace.write({ 'packages/b/src/index.ts': '' });
    decide();
    expect(await qlikSync('apply', '--yes', '--prune')).toMatchObject({ code: 0 });
    expect(await scene.tenant.names()).toEqual(['ext-a', 'ext-c']);
  });
});
