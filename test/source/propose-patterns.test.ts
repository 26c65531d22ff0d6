import { describe, expect, it } from 'vitest';
import { explainExtensions } from '../../src/config/new-config.js';
import { discover } from '../../src/source/discover/discover.js';
import { proposePatterns, surveyTree } from '../../src/source/discover/survey.js';
import { plant, qext } from './tree.js';

function propose(paths: readonly string[]) {
  const tree = plant(Object.fromEntries(paths.map((path) => [path, path.endsWith('.qext') ? qext() : ''])));
  const proposed = proposePatterns(surveyTree(tree.root));
  return { root: tree.root, patterns: proposed.map(({ pattern }) => pattern), proposed };
}

const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a folder of extensions', ['extensions/a/a.qext', 'extensions/b/b.qext'], ['extensions/*']],
  ['one extension in a folder', ['extensions/a/a.qext', 'src/x.js'], ['extensions/*']],
  ['other folders beside them', ['x/a/a.qext', 'x/b/b.qext', 'x/docs/c.md'], ['x/a', 'x/b']],
  ['the folder itself', ['a.qext', 'a.js'], ['.']],
  ['a source and its build', ['src/a.qext', 'build/a.qext'], ['build']],
  ['the folder itself and its build', ['a.qext', 'dist/a.qext'], ['dist']],
  [
    'a build for developers and one for people',
    ['src/a.qext', 'build/dev/a.qext', 'build/release/a.qext'],
    ['build/release'],
  ],
  ['the same by other names', ['dist_debug/a.qext', 'dist_prod/a.qext', 'src/a.qext'], ['dist_prod']],
  ['a build for developers alone', ['build/dev/a.qext', 'src/a.qext'], ['build/*']],
  ['the same beside its source', ['dist-dev/a.qext', 'a.qext'], ['dist-dev']],
  ['an extension for developers', ['dist/dev-tools/a.qext', 'dist/web-dev/b.qext'], ['dist/*']],
  ['nebula', ['a.qext', 'a-ext/a.qext', 'dist/a.qext'], ['a-ext']],
  ['builds of several packages', ['p/a/dist/a.qext', 'p/b/dist/b.qext', 'p/b/src/b.qext'], ['p/*/dist']],
  ['nebula packages', ['p/a/a-ext/a.qext', 'p/b/b-ext/b.qext'], ['p/*/*-ext']],
  ['built ones side by side', ['p/a-ext/a.qext', 'p/b-ext/b.qext', 'p/c/c.js'], ['p/*-ext']],
  ['one package whose dist is none', ['p/a/dist/a.qext', 'p/b/dist/b.js'], ['p/a/dist']],
  ['a single folder of a repository', ['a/a.qext'], ['a']],
  ['nothing but extensions in a repository', ['a/a.qext', 'b/b.qext'], ['*']],
  ['dot folders and packages', ['.x/a/a.qext', 'node_modules/a/a.qext', 'e/a/a.qext'], ['e/*']],
  ['four folders deep', ['1/2/3/4/a.qext'], ['1/2/3/*']],
  ['five folders deep', ['1/2/3/4/5/a.qext'], []],
  ['nothing', ['src/a.js'], []],
  ['a temporary file of Office', ['e/a/~$a.qext'], []],
];

describe('proposePatterns', () => {
  it.each(rows)('%s', (_row, paths, expected) => {
    expect(propose(paths).patterns).toEqual(expected);
  });

  it('names the extensions that each pattern brings in', () => {
    const { proposed } = propose(['e/a/a.qext', 'e/b/b.qext', 'x/c/c.qext', 'x/docs/d.md']);
    expect(proposed).toEqual([
      { pattern: 'e/*', names: ['a', 'b'] },
      { pattern: 'x/c', names: ['c'] },
    ]);
  });

  const awkward = ['x (1)', '[old]', '{a,b}', '!not', '~home', 'C:', '$$', '${A}', 'a*b', 'è', '+(x)', 'a$b'];
  it.each(awkward)('a folder called %s is found by its pattern', async (name) => {
    const { root, patterns } = propose([
      `${name}/a.qext`,
      `${name}/a.js`,
      `x/${name}/b/b.qext`,
      'x/other/c.js',
    ]);
    expect(patterns.map(explainExtensions)).toEqual(patterns.map(() => undefined));
    const expanded = patterns.map((pattern) => pattern.replaceAll('$$', '$'));
    const { candidates, remarks } = await discover(root, root, expanded);
    expect(remarks).toEqual([]);
    expect(candidates.map((candidate) => candidate.name).sort()).toEqual(['a', 'b']);
  });
});
