import { describe, expect, it } from 'vitest';
import { findUnreferenced, proposeIgnoreLines } from '../../src/core/modules/tooling.js';
import { checkTooling } from '../../src/core/rules.js';
import { extensionOf } from './module-world.js';

type Code = Readonly<Record<string, string>>;

const entry: Code = { 'x.js': "define(['./lib/a', 'text!./view.html', 'css!./style'], f)" };
const modules: Code = {
  'lib/a.js': "define(['./b'], f)",
  'lib/b.js': 'define([], f)',
  'view.html': '<p>',
  'style.css': '',
};

describe('files that no module refers to', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, Code, readonly string[]])[] = [
    ['none where all are loaded', modules, []],
    ['those that nothing loads', { ...modules, 'lib/c.js': 'define([], f)', 'icon.png': '' }, ['lib/c.js', 'icon.png']],
    ['those that only they ask for', { ...modules, 'old/c.js': "define(['./d'], f)", 'old/d.js': '' }, ['old/c.js', 'old/d.js']],
    ['not a page that a script mentions', { ...modules, 'lib/b.js': "define([], () => open('/extensions/x/help.html'))", 'help.html': '' }, []],
    ['not the manifest for npm that a script mentions', { ...modules, 'lib/b.js': "define([], () => $.getJSON('/extensions/x/package.json'))", 'package.json': '{}' }, []],
  ];
  it.each(rows)('%s', (_why, code, unreferenced) => {
    expect(findUnreferenced(extensionOf('x', { ...entry, ...code }))).toEqual(unreferenced);
  });
});

describe('lines that leave out tools', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, Code, readonly string[]])[] = [
    ['of npm and its like', { 'package.json': '', 'package-lock.json': '', 'yarn.lock': '', 'pnpm-lock.yaml': '', 'bower.json': '', 'npm-shrinkwrap.json': '' }, ['/package.json', '/package-lock.json', '/yarn.lock', '/pnpm-lock.yaml', '/bower.json', '/npm-shrinkwrap.json']],
    ['of bundlers and linters', { 'webpack.config.js': "require('./x')", 'webpack.prod.js': '', 'rollup.config.mjs': '', 'tsconfig.json': '', 'Gruntfile.js': '', 'gulpfile.babel.js': '', 'karma.conf.js': '', 'eslint.config.js': '', 'aw.config.js': '', 'jest.config.json': '' }, ['/webpack.config.js', '/webpack.prod.js', '/rollup.config.mjs', '/tsconfig.json', '/Gruntfile.js', '/gulpfile.babel.js', '/karma.conf.js', '/eslint.config.js', '/aw.config.js', '/jest.config.json']],
    ['of newer linters, runtimes and services', { 'biome.jsonc': '', 'deno.json': '', 'deno.lock': '', 'knip.json': '', 'renovate.json5': '', 'mkdocs.yml': '', 'sonar-project.properties': '', 'jest.setup.js': '', 'vitest-setup.mts': '', 'src/setupTests.ts': '' }, ['/biome.jsonc', '/deno.json', '/deno.lock', '/knip.json', '/renovate.json5', '/mkdocs.yml', '/sonar-project.properties', '/jest.setup.js', '/vitest-setup.mts', '/src/setupTests.ts']],
    ['of containers', { 'docker-compose.yml': '', 'docker-compose.e2e-tests.yml': '', 'compose.override.yaml': '', 'Dockerfile.test': '', 'dev.Dockerfile': '' }, ['/docker-compose.yml', '/docker-compose.e2e-tests.yml', '/compose.override.yaml', '/Dockerfile.test', '/dev.Dockerfile']],
    ['of tests within tests', { 'test/a.js': '', 'test/e2e/b.js': '', 'test/e2e/package.json': '' }, ['/test/']],
    ['of tests, by the folder', { 'test/a.js': '', 'test/b/c.png': '', 'lib/__tests__/b.js': '', 'lib/a.spec.js': '' }, ['/test/', '/lib/__tests__/', '/lib/a.spec.js']],
    ['of Python beside the extension', { 'py/__pycache__/a.cpython-35.pyc': '', 'py/data.csv': '' }, ['/py/__pycache__/']],
    ['of a folder, where a module loads a part of it', { 'x.js': "define(['./test/a'], f)", 'test/a.js': '', 'test/b.js': '', 'test/b.test.js': '' }, ['/test/b.test.js']],
    ['but not what the entry loads', { 'x.js': "define(['json!./package.json', './webpack.config'], f)", 'package.json': '', 'webpack.config.js': '' }, []],
    ['but not what is its own', { 'config.js': '', 'data.json': '', 'app.config.json': '', 'lib/test.js': '', 'contest/a.js': '', 'spec.json': '', 'setup.js': '', 'biomes.json': '', 'composer.yml': '', 'dockerfiles.md': '', 'sonar.properties': '', 'readme.md': '' }, []],
    ['with names that are patterns', { 'tes[t]/package.json': '', 'a*/package.json': '' }, ['/tes\\[t\\]/package.json', '/a\\*/package.json']],
  ];
  it.each(rows)('%s', (_why, code, lines) => {
    expect(proposeIgnoreLines(extensionOf('x', { ...entry, ...modules, ...code }))).toEqual(lines);
  });

  it('are said once', () => {
    const extension = extensionOf('x', { ...entry, ...modules, 'package.json': '', 'test/a.js': '' });
    expect(checkTooling(extension)).toEqual([
      {
        rule: 'unused-tooling',
        severity: 'info',
        extension: 'x',
        file: 'x',
        message: 'What only the build and its tools need is uploaded too: package.json, test/.',
        hint: 'Leave it out with these lines in x/.qliksyncignore: /package.json /test/',
      },
    ]);
    expect(checkTooling(extension, { 'unused-tooling': 'off' })).toEqual([]);
    expect(checkTooling(extensionOf('x', entry))).toEqual([]);
  });
});
