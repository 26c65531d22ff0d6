import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkExtension } from '../../src/core/rules.js';
import { type ReadOptions, readDesired } from '../../src/source/read/read.js';
import { type Files, plant, qext, summarise, type Tree } from './tree.js';

async function check(tree: Tree, options: Partial<ReadOptions> = {}): Promise<readonly string[]> {
  const defaults = { extensions: ['*'], ignore: [], index: 'off', tool: 'test' } as const;
  const { state } = await readDesired({ root: tree.root, cwd: tree.root, ...defaults, ...options });
  return summarise(state.extensions.flatMap((extension) => checkExtension(extension)));
}

const stub = "define(['./dist/a'], (supernova) => supernova);";

const nebula: Files = { 'a/a.qext': qext({ supernova: true }), 'a/a.js': stub };

const invalid = 'sheets would show "Invalid visualization".';

describe('modules of a folder', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, Files, Partial<ReadOptions>, readonly string[]])[] = [
    ['a build', { 'a/dist/a.js': '!function(e,t){define(t)}(this,function(){})' }, {}, []],
    ['a checkout without its build', {}, {}, [`error missing-module a/a.js:1:9 The module asks for "./dist/a", and dist/a.js is nowhere in the folder: ${invalid}`]],
    ['a build that the config leaves out', { 'a/dist/a.js': '' }, { ignore: ['*.map', 'dist/'] }, ['error missing-module a/a.js:1:9 The module asks for "./dist/a", but dist/a.js, in dist/, is left out by "dist/" in "ignore".']],
    ['one that the root’s file leaves out', { 'a/dist/a.js': '', '.qliksyncignore': '# build\n**/dist/*.js\n' }, {}, ['error missing-module a/a.js:1:9 The module asks for "./dist/a", but dist/a.js is left out by "**/dist/*.js" in .qliksyncignore.']],
    ['one that the folder’s own file leaves out', { 'a/dist/a.js': '', 'a/.qliksyncignore': 'dist\n' }, {}, ['error missing-module a/a.js:1:9 The module asks for "./dist/a", but dist/a.js, in dist/, is left out by "dist" in a/.qliksyncignore.']],
    ['the last pattern that leaves it out', { 'a/dist/a.js': '' }, { ignore: ['dist/', '!dist/', 'a/dist'] }, ['error missing-module a/a.js:1:9 The module asks for "./dist/a", but dist/a.js, in dist/, is left out by "a/dist" in "ignore".']],
    ['one that a pattern brings back', { 'a/dist/a.js': '' }, { ignore: ['dist/', '!dist/'] }, []],
    ['another case', { 'a/Dist/A.js': '' }, {}, ['error missing-module a/a.js:1:9 The module asks for "./dist/a", but the file is named Dist/A.js: only the case differs, which Windows does not mind and Qlik does.']],
    ['the entry of another case', { 'a/a.js': '', 'b/b.qext': qext(), 'b/b.js': "define(['./Own'], f)", 'b/own.js': '' }, { extensions: ['b'] }, ['error missing-module b/b.js:1:9 The module asks for "./Own", but the file is named own.js: only the case differs, which Windows does not mind and Qlik does.']],
  ];
  it.each(rows)('%s', async (_why, files, options, told) => {
    expect(await check(plant({ ...nebula, ...files }), options)).toEqual(told);
  });
});

describe('the index', () => {
  const files = { ...nebula, 'b/b.qext': qext(), 'b/b.js': "define(['./c', 'js/qlik'], f)" };

  function aged(): Tree {
    const tree = plant(files);
    for (const path of Object.keys(files)) tree.age(path);
    return tree;
  }

  it('keeps what modules ask for, so that a second run says the same', async () => {
    const tree = aged();
    const first = await check(tree, { index: 'on' });
    expect(first).toHaveLength(3);
    expect(await check(tree, { index: 'on' })).toEqual(first);
  });

  it('is trusted, so that nothing is parsed again', async () => {
    const tree = await settled();
    const path = tree.path('.qlik-sync/index.json');
    tree.write({ '.qlik-sync/index.json': readFileSync(path, 'utf8').replaceAll('./dist/a', './other') });
    expect((await check(tree, { index: 'on' }))[0]).toContain('asks for "./other"');
  });

  it('is trusted for the same bytes after a checkout writes them again', async () => {
    const tree = await settled();
    const path = tree.path('.qlik-sync/index.json');
    tree.write({
      '.qlik-sync/index.json': readFileSync(path, 'utf8').replaceAll('./dist/a', './other'),
      'a/a.js': stub,
    });
    expect((await check(tree, { index: 'on' }))[0]).toContain('asks for "./other"');
    tree.write({ 'a/a.js': `${stub} ` });
    expect((await check(tree, { index: 'on' }))[0]).toContain('asks for "./dist/a"');
  });

  /** One whose index vouches for all of it, which it does not for files that are as young as a test. */
  async function settled(): Promise<Tree> {
    const tree = aged();
    await expect
      .poll(
        async () => {
          await check(tree, { index: 'on' });
          return readFileSync(tree.path('.qlik-sync/index.json'), 'utf8');
        },
        { timeout: 240_000, interval: 200 },
      )
      .toContain('./dist/a');
    return tree;
  }
});
