import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/file/load.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { catchUserError, makeFolder, shown } from './workspace.js';

const json = '{ "project": "acme", "extensions": ["extensions/*"] }';
const yaml = 'project: acme\nextensions:\n  - extensions/*\n';
const value = { project: 'acme', extensions: ['extensions/*'] };

const places: readonly (readonly [string, string])[] = [
  ['package.json', `{ "name": "x", "qlik-sync": ${json} }`],
  ['.qlik-syncrc', json],
  ['.qlik-syncrc', yaml],
  ['.qlik-syncrc', `\uFEFF// a comment\n${json}`],
  ['.qlik-syncrc.json', json],
  ['.qlik-syncrc.yaml', yaml],
  ['.qlik-syncrc.yml', yaml],
  ['qlik-sync.config.json', json],
  [
    'qlik-sync.config.json',
    `\uFEFF{\n  // who\n  "project": "acme", /* where */ "extensions": ["extensions/*",],\n}\n`,
  ],
  ['qlik-sync.config.yaml', yaml],
  ['qlik-sync.config.yml', `\uFEFF${yaml}`],
  ['.config/qlik-syncrc', yaml],
  ['.config/qlik-syncrc.json', json],
  ['.config/qlik-sync.config.json', json],
  ['.config/qlik-sync.config.yml', yaml],
];

describe('every place and format', () => {
  it.each(places)('%s', async (name, content) => {
    const cwd = await makeFolder({ [name]: content });
    const loaded = await loadConfig({ cwd });
    expect(loaded).toMatchObject({ file: join(cwd, name), displayFile: name, root: cwd, value });
  });
});

describe('climbing', () => {
  it('goes up to the git root, past nested package.json files without our key, broken ones too', async () => {
    const root = await makeFolder({
      '.git/': '',
      'qlik-sync.config.json': json,
      'packages/package.json': '{ "name": "{{name}}", ',
      'packages/a/package.json': '{ "name": "a", "devDependencies": { "qlik-sync": "^1.0.0" } }',
      'packages/a/b/package.json': '',
    });
    const loaded = await loadConfig({ cwd: join(root, 'packages/a/b') });
    expect(loaded).toMatchObject({ root, displayFile: '../../../qlik-sync.config.json' });
  });

  it('takes the closest one', async () => {
    const root = await makeFolder({
      '.git/': '',
      'qlik-sync.config.json': json,
      'a/.qlik-syncrc': yaml,
      'a/b/': '',
    });
    expect((await loadConfig({ cwd: join(root, 'a/b') })).root).toBe(join(root, 'a'));
  });

  it.each([
    ['a folder', '.git/'],
    ['a file, as in a worktree', '.git'],
  ])('stops at .git: %s', async (_, git) => {
    const root = await makeFolder({
      'qlik-sync.config.json': json,
      [`repository/${git}`]: '',
      'repository/a/': '',
    });
    const error = await catchUserError(() => loadConfig({ cwd: join(root, 'repository/a') }));
    expect(shown(error)).toMatch(
      /no config file in the working directory or above it.*repository's root \.\.\n.*qlik-sync\.config\.json/,
    );
  });

  it('stays in the working directory outside a repository', async () => {
    const root = await makeFolder({ 'qlik-sync.config.json': json, 'a/': '' });
    const error = await catchUserError(() => loadConfig({ cwd: join(root, 'a') }));
    expect(shown(error)).toContain('inside a git repository only');
  });
});

// yaml 2.9.1 leaves "<<" as a key unless asked, and refuses the 101st alias of an anchor; js-yaml, which cosmiconfig has, does neither.
it('YAML may merge one map into several hundred', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `e${index}`);
  const own = names.map((name) => `  ${name}: { <<: *base, tenant: https://${name}.example.com }`).join('\n');
  const cwd = await makeFolder({
    '.qlik-syncrc.yaml': `${yaml}environments:\n  base: &base { tags: [a], tenant: https://base.example.com }\n${own}\n`,
  });
  const tenants = ['base', ...names].map((name) => [
    name,
    { tags: ['a'], tenant: `https://${name}.example.com` },
  ]);
  expect((await loadConfig({ cwd })).value).toEqual({ ...value, environments: Object.fromEntries(tenants) });
});

describe('--config', () => {
  it.each([
    ['ci/prod.json', json, 'ci'],
    ['ci/prod.yaml', yaml, 'ci'],
    ['ci/anything', yaml, 'ci'],
    ['ci/.config/prod.json', json, 'ci'],
    ['ci/package.json', `{"qlik-sync":${json}}`, 'ci'],
  ])('reads %s', async (name, content, root) => {
    const cwd = await makeFolder({ [name]: content, 'qlik-sync.config.json': '{}' });
    const loaded = await loadConfig({ cwd, config: name });
    expect(loaded).toMatchObject({ root: join(cwd, root), value });
  });
});

interface Bad {
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly config?: string;
  readonly says: string;
}

const bad: Readonly<Record<string, Bad>> = {
  'a missing comma': {
    files: { 'qlik-sync.config.json': '{\n  "project": "a"\n  "prune": true\n}' },
    says: 'qlik-sync.config.json:3:3: not valid JSON: a comma is expected',
  },
  'a missing brace': {
    files: { 'qlik-sync.config.json': '{\n  "project": "a"\n' },
    says: ':3:1: not valid JSON: a closing } is missing',
  },
  'single quotes': {
    files: { 'qlik-sync.config.json': "{ 'project': 'a' }" },
    says: ':1:3: not valid JSON: ',
  },
  'text that goes on': {
    files: { 'qlik-sync.config.json': '{} {}' },
    says: ':1:4: not valid JSON: there is more after the end',
  },
  'UTF-16': {
    files: { 'qlik-sync.config.json': Buffer.from(`\uFEFF${json}`, 'utf16le') },
    says: 'is not UTF-8 text (save it as UTF-8',
  },
  'an empty file': { files: { 'qlik-sync.config.json': '  \n' }, says: 'qlik-sync.config.json: is empty' },
  'a comment alone': { files: { 'qlik-sync.config.json': '// later\n' }, says: 'not valid JSON' },
  'a key twice': {
    files: { 'qlik-sync.config.json': '{\n  "environments": {\n    "a": {},\n    "a": {} } }' },
    says: ':4:5: environments.a: is given twice (keep one)',
  },
  'YAML that is none': {
    files: { '.qlik-syncrc.yaml': 'project: a\n  prune: true\n' },
    says: '.qlik-syncrc.yaml:1:10: not valid YAML: ',
  },
  'YAML with a key twice': {
    files: { '.qlik-syncrc.yaml': 'project: a\nprune: true\nproject: b\n' },
    says: '.qlik-syncrc.yaml:3:1: not valid YAML: Map keys must be unique',
  },
  'YAML with tabs': {
    files: { '.qlik-syncrc.yaml': 'environments:\n\tdev: {}\n' },
    says: 'indent with spaces',
  },
  'YAML aliases that explode': {
    files: {
      '.qlik-syncrc.yaml': `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(10)}]\nc: &c [${'*b,'.repeat(10)}]\nd: &d [${'*c,'.repeat(10)}]\ne: [${'*d,'.repeat(10)}]`,
    },
    says: 'not valid YAML: its anchors are used more than 1000 times, counted through those within them',
  },
  'a YAML alias without its anchor': {
    files: { '.qlik-syncrc.yaml': 'project: a\ntags: [*nope]\nignore: &nope x\n' },
    says: '.qlik-syncrc.yaml:2:8: not valid YAML: *nope is used, and no &nope stands before it',
  },
  'a YAML merge key with an alias without its anchor': {
    files: { '.qlik-syncrc.yaml': 'project: a\n<<: *nope\n' },
    says: ':2:5: not valid YAML: *nope is used, and no &nope stands before it',
  },
  'a YAML merge key with an alias of text': {
    files: { '.qlik-syncrc.yaml': 'project: &x a\nenvironments:\n  dev:\n    <<: *x\n' },
    says: ':4:9: not valid YAML: << takes mappings in, and *x is a single value',
  },
  'a YAML merge key with a list of other things': {
    files: { '.qlik-syncrc.yaml': 'origins: &x {}\n<<:\n  - *x\n  - [1]\n' },
    says: ':4:5: not valid YAML: << takes mappings in, and this is a list',
  },
  'a YAML merge key with nothing': {
    files: { '.qlik-syncrc.yaml': 'project: a\n<<:\n' },
    says: ':2:4: not valid YAML: << takes mappings in, and this is a single value',
  },
  'two files in one folder': {
    files: { 'qlik-sync.config.json': json, '.qlik-syncrc.yaml': yaml },
    says: 'several config files: .qlik-syncrc.yaml, qlik-sync.config.json\nkeep one',
  },
  'a file beside the key of package.json': {
    files: { 'package.json': `{"qlik-sync":${json}}`, '.config/qlik-syncrc': yaml },
    says: 'several config files: package.json, .config/qlik-syncrc',
  },
  'a broken package.json with our key': {
    files: { 'package.json': '{\n  "qlik-sync": { "project": "a" }\n  "name": "x" }' },
    says: 'package.json:3:3: not valid JSON: a comma is expected',
  },
  'a named file that is not there': { files: {}, config: 'gone.json', says: 'gone.json: does not exist' },
  'a named folder': { files: { 'ci/': '' }, config: 'ci', says: 'ci: is a folder, not a file' },
  'a named file of another format': {
    files: { 'qlik-sync.config.toml': '' },
    config: 'qlik-sync.config.toml',
    says: 'qlik-sync.config.toml: a config file cannot be .toml\ndid you mean "qlik-sync.config.yaml"?',
  },
  'a named package.json without our key': {
    files: { 'package.json': '{}' },
    config: 'package.json',
    says: '--config: package.json has no "qlik-sync" key',
  },
};

describe('what cannot be loaded', () => {
  it.each(Object.entries(bad))('%s', async (_, { files, config, says }) => {
    const cwd = await makeFolder(files);
    const error = await catchUserError(() => loadConfig({ cwd, config }));
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toContain(cwd);
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const cwd = await makeFolder({ 'qlik-sync.config.json': json });
    await chmod(join(cwd, 'qlik-sync.config.json'), 0);
    expect(shown(await catchUserError(() => loadConfig({ cwd })))).toContain(
      'cannot be read: permission denied',
    );
  });

  it('a folder of that name is no config', async () => {
    const cwd = await makeFolder({});
    await mkdir(join(cwd, 'qlik-sync.config.json'));
    expect(shown(await catchUserError(() => loadConfig({ cwd })))).toContain('no config file');
  });
});
