/** `qlik-sync init`: what it writes, and when it writes nothing. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/commands/run.js';
import { loadConfig } from '../../src/config/file/load.js';
import { fileNames, searchPlaces } from '../../src/config/file/search-places.js';
import { type Config, resolveConfig } from '../../src/config/resolve.js';
import { configurableRuleIds } from '../../src/core/rules.js';
import { plain } from '../../src/report/paint.js';
import { runInProcess } from '../acceptance/support/in-process.js';
import {
  createWorkspace,
  extensionFiles,
  type Result,
  type Workspace,
} from '../acceptance/support/workspace.js';

const tenant = ['--tenant', 'https://acme.eu.qlikcloud.com'];
const key = 'eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJl';

let workspace: Workspace;
let file: string;

beforeEach(() => {
  workspace = createWorkspace();
  file = join(workspace.folder, 'qlik-sync.config.json');
});
afterEach(() => workspace.dispose());

function init(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return runInProcess(['init', ...args], { cwd: workspace.folder, env });
}

function written(): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What the other commands make of the file: the schema, every cross check, the defaults. */
async function loaded(env: Readonly<Record<string, string>> = {}): Promise<Config> {
  const config = await loadConfig({ cwd: workspace.folder });
  return resolveConfig(config, { env, ruleIds: configurableRuleIds });
}

describe('from options alone', () => {
  it('takes what is given and what is found', async () => {
    workspace.write({ ...extensionFiles('a'), ...extensionFiles('b') });
    const { code, stdout, stderr } = await init();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Wrote qlik-sync.config.json');
    expect(stdout).toContain('2 extensions: 0 errors, 0 warnings.');
    expect(stdout).toMatch(/\nNext: qlik-sync plan --sandbox\n$/);
    expect(written()).toEqual({
      project: expect.stringMatching(/^[a-z0-9-]+-[0-9a-f]{4}$/),
      extensions: ['extensions/*'],
    });
    expect(await loaded()).toMatchObject({ extensions: ['extensions/*'] });
  });

  it('writes the tenant and the name of the variable, and says what is still to be set', async () => {
    workspace.write(extensionFiles('a'));
    const { code, stdout, stderr } = await init(['--project', 'acme-1', ...tenant]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNext: qlik-sync plan\n$/);
    expect(stderr).toBe('Set QLIK_DEV_API_KEY to an API key of dev before the first plan.\n');
    expect(written()).toEqual({
      project: 'acme-1',
      extensions: ['extensions/*'],
      defaultEnvironment: 'dev',
      environments: {
        dev: { tenant: 'https://acme.eu.qlikcloud.com', auth: { apiKey: '${QLIK_DEV_API_KEY}' } },
      },
    });
    expect(await loaded()).toMatchObject({
      project: 'acme-1',
      environment: { name: 'dev', tenant: { text: 'https://acme.eu.qlikcloud.com' } },
    });
  });

  it.each([
    [['--env', 'prod'], {}, 'prod', 'QLIK_PROD_API_KEY'],
    [['--env', 'eu-west.1'], {}, 'eu-west.1', 'QLIK_EU_WEST_1_API_KEY'],
    [['--env', 'sync'], {}, 'sync', 'QLIK_API_KEY'],
    [['--api-key-variable', 'MY_KEY'], {}, 'dev', 'MY_KEY'],
    [[], { QLIK_SYNC_ENV: 'test' }, 'test', 'QLIK_TEST_API_KEY'],
  ])('%j with %j: environment %s, key in %s', async (args, env, name, variable) => {
    workspace.write(extensionFiles('a'));
    const { code } = await init([...tenant, ...args], env);
    expect(code).toBe(0);
    expect(written()).toMatchObject({
      defaultEnvironment: name,
      environments: { [name]: { auth: { apiKey: `\${${variable}}` } } },
    });
    expect((await loaded()).environment?.name).toBe(name);
  });

  it('a bare host becomes an address, --extensions may be repeated', async () => {
    workspace.write({
      ...extensionFiles('a', { folder: 'one/a' }),
      ...extensionFiles('b', { folder: 'two' }),
    });
    await init(['--extensions', 'one/*', '--extensions', 'two', '--tenant', 'acme.eu.qlikcloud.com/']);
    expect(written()).toMatchObject({
      extensions: ['one/*', 'two'],
      environments: { dev: { tenant: 'https://acme.eu.qlikcloud.com' } },
    });
  });

  it('the config that it wrote plans and applies as the last line says', async () => {
    workspace.write(extensionFiles('a'));
    await init();
    const { code, stdout } = await runInProcess(['plan', '--sandbox'], { cwd: workspace.folder });
    expect(code).toBe(0);
    expect(stdout).toContain('Plan: 1 to create');
  });

  it('works in the folder that --cwd names, and repeats it in the next command', async () => {
    workspace.write(extensionFiles('a', { folder: 'my app/extensions/a' }));
    const { stdout } = await init(['--cwd', 'my app']);
    expect(existsSync(join(workspace.folder, 'my app/qlik-sync.config.json'))).toBe(true);
    expect(stdout).toMatch(/\nNext: qlik-sync plan --sandbox --cwd 'my app'\n$/);
  });

  it('names the schema where the package is installed', async () => {
    workspace.write({ ...extensionFiles('a'), 'node_modules/qlik-sync/schema.json': '{}' });
    await init();
    expect(written()).toMatchObject({ $schema: './node_modules/qlik-sync/schema.json' });
    await loaded();
  });
});

describe('what validate finds does not undo the file', () => {
  it('nothing found: says so, proposes extensions/*, and what to do', async () => {
    const { code, stdout, stderr } = await init();
    expect(code).toBe(0);
    expect(stderr).toBe(
      'No .qext file was found within 4 levels of folders, so "extensions" is extensions/*.\n',
    );
    expect(stdout).toContain('Wrote qlik-sync.config.json');
    expect(stdout).toContain('There is no extension yet.');
    expect(stdout).toContain(
      'such as extensions/my-chart/my-chart.qext and extensions/my-chart/my-chart.js.',
    );
    expect(stdout).toMatch(/\nNext: add an extension, then qlik-sync plan --sandbox\n$/);
    expect((await loaded()).extensions).toEqual(['extensions/*']);
  });

  it('nothing but a mashup: there is no extension to plan yet', async () => {
    workspace.write({ 'app/app.qext': '{ "name": "App", "type": "mashup" }', 'app/app.html': '' });
    const { code, stdout } = await init();
    expect(code).toBe(0);
    expect(stdout).toContain('app: info: Skipped: the .qext is a mashup');
    expect(stdout).toMatch(
      /\n0 extensions: 0 errors, 0 warnings\.\n\nNext: add an extension, then qlik-sync plan --sandbox\n$/,
    );
  });

  it('a mashup beside an extension: plan is next', async () => {
    workspace.write({ ...extensionFiles('a'), 'app/app.qext': '{ "name": "App", "type": "mashup" }' });
    expect((await init()).stdout).toMatch(/\nNext: qlik-sync plan --sandbox\n$/);
  });

  it.each([
    [['.'], 'such as my-chart.qext and'],
    [['a/*/*-ext'], 'a script of the same name.'],
    [['charts/mine'], 'such as charts/mine/my-chart.qext and'],
  ])('nothing found in %j', async ([pattern], says) => {
    const { code, stdout } = await init(['--extensions', pattern ?? '']);
    expect(code).toBe(0);
    expect(stdout).toContain(says);
  });

  it('several .qext files in the only folder', async () => {
    workspace.write({ ...extensionFiles('a', { folder: 'x' }), ...extensionFiles('b', { folder: 'x' }) });
    const { code, stdout, stderr } = await init();
    expect(code).toBe(3);
    expect(stderr).toBe('No folder has just one .qext file, so "extensions" is extensions/*.\n');
    expect(stdout).toContain('x contains several .qext files');
  });

  it('a secret that is not uploaded is no error', async () => {
    workspace.write({ ...extensionFiles('a', { folder: '.' }), '.env': 'A=1' });
    expect((await init()).code).toBe(0);
    expect(written()).not.toHaveProperty('ignore');
  });

  it.each([
    ['that imports', 'src/gauge.js', "import './x';\nexport default {};"],
    ['of another name', 'src/index.js', 'export default {};'],
    ['that lacks a module', 'src/gauge.js', 'define(["./lib"], (lib) => lib);'],
  ])(
    'what a build is made of, a script %s: what is left to do after the build is said',
    async (_what, script, code) => {
      const sources = {
        'src/gauge.qext': '{"name":"Gauge","type":"visualization","version":"1.0.0"}',
        [script]: code,
      };
      workspace.write({ ...sources, 'package.json': '{"scripts":{"build":"webpack"}}' });
      const { code: exitCode, stdout } = await init();
      expect(exitCode).toBe(3);
      expect(stdout).toMatch(
        /\nNext: npm run build, then name the folder that it writes in "extensions", and qlik-sync validate\n$/,
      );
      workspace.remove('qlik-sync.config.json');
      workspace.write({ 'package.json': '{}' });
      expect((await init()).stdout).toMatch(/\nNext: qlik-sync validate\n$/);
    },
  );

  it('a broken extension', async () => {
    workspace.write({ ...extensionFiles('a'), 'extensions/a/a.js': '' });
    const { code, stdout } = await init();
    expect(code).toBe(3);
    expect(stdout).toContain('Wrote qlik-sync.config.json');
    expect(stdout).toContain('[empty-entry]');
    expect(stdout).toMatch(/\nNext: qlik-sync validate\n$/);
    await loaded();
  });
});

describe('a config that works at once', () => {
  const qext = (more: object = {}): string => JSON.stringify({ name: 'X', type: 'visualization', ...more });
  const code = 'define([], () => ({ paint() {} }));\n';
  const whole = (folder: string, name: string, version = '1.0.0'): Record<string, string> => ({
    [`${folder}/${name}.qext`]: qext({ version }),
    [`${folder}/${name}.js`]: code,
  });
  const nebula = (name: string, scripts: object): string =>
    JSON.stringify({ name, scripts, devDependencies: { '@nebula.js/cli': '^5.0.0' } });

  interface Row {
    readonly files: Readonly<Record<string, string>>;
    readonly extensions: readonly string[];
    readonly ignore?: readonly string[];
    /** Names of what is deployed, and what is said. */
    readonly names: readonly string[];
    readonly says?: readonly string[];
    readonly args?: readonly string[];
  }
  const rows: Readonly<Record<string, Row>> = {
    'an extension within another': {
      files: { ...whole('.', 'outer'), ...whole('parts/inner', 'inner') },
      extensions: ['.', 'parts/*'],
      ignore: ['/parts/inner/'],
      names: ['inner', 'outer'],
      says: ['parts/inner/ is left out of outer'],
    },
    'a build of another name below the sources': {
      files: { ...whole('a', 'one'), ...whole('a/dist', 'two') },
      extensions: ['a', 'a/dist'],
      ignore: ['/a/dist/'],
      names: ['one', 'two'],
    },
    'a second .qext in a folder that the first one loads from': {
      files: {
        'kpi.qext': qext(),
        'kpi.js': 'define(["./lib/draw"], () => ({ paint() {} }));',
        'lib/draw.js': code,
        ...whole('lib', 'old'),
      },
      extensions: ['.'],
      ignore: ['/lib/old.qext'],
      names: ['kpi'],
      says: ['lib is not deployed by itself'],
    },
    'a stray .qext without its script': {
      files: { ...whole('.', 'kpi'), 'template/kpi.qext': qext() },
      extensions: ['.'],
      ignore: ['/template/kpi.qext'],
      names: ['kpi'],
    },
    'secrets beside an extension, and one that is left out anyway': {
      files: { ...whole('.', 'kpi'), 'server.pem': 'k', 'certs/a[1].key': 'k', '.env': 'A=1' },
      extensions: ['.'],
      ignore: ['/certs/a\\[1\\].key', '/server.pem'],
      names: ['kpi'],
      says: ['server.pem is left out of kpi: it looks like a secret.'],
    },
    'a secret in one of several folders': {
      files: { ...whole('ext/a', 'a'), ...whole('ext/b', 'b'), 'ext/b/b.p12': 'k' },
      extensions: ['ext/*'],
      ignore: ['/ext/b/b.p12'],
      names: ['a', 'b'],
    },
    'the same id twice: the one with its script': {
      files: { 'src/kpi.qext': qext({ version: '2.0.0' }), ...whole('build', 'kpi') },
      extensions: ['build'],
      names: ['kpi'],
      says: ['src is left out: kpi is taken from build.'],
    },
    'the same id twice: the highest version': {
      files: { ...whole('v1/kpi', 'kpi', '1.9.0'), ...whole('v2/kpi', 'kpi', '1.10.0') },
      extensions: ['v2/*'],
      names: ['kpi'],
      says: ['v1/kpi is left out'],
    },
    'the same id twice: not the newer source that lacks its build': {
      files: {
        'kpi.qext': qext({ version: '2.0.0' }),
        'kpi.js': 'define(["./dist/kpi"], (kpi) => kpi);',
        ...whole('release/kpi', 'kpi', '1.0.0'),
      },
      extensions: ['release/*'],
      names: ['kpi'],
    },
    'the same id twice: not the one whose script is empty': {
      files: { ...whole('a/kpi', 'kpi', '2.0.0'), 'a/kpi/kpi.js': '', ...whole('b/kpi', 'kpi') },
      extensions: ['b/*'],
      names: ['kpi'],
    },
    'a template that the build copies under the name': {
      files: {
        ...whole('build', 'kpi'),
        ...whole('src', 'template'),
        'src/template.qext': `${JSON.stringify(JSON.parse(whole('build', 'kpi')['build/kpi.qext'] ?? ''), undefined, 2)}\n`,
      },
      extensions: ['build'],
      names: ['kpi'],
      says: ['src is left out: its template.qext is that of kpi, which is taken from build.'],
    },
    'an extension that is called template': {
      files: { ...whole('a', 'kpi'), ...whole('b', 'template', '2.0.0') },
      extensions: ['*'],
      names: ['kpi', 'template'],
    },
    'ids that differ in case': {
      files: { ...whole('x/a', 'Kpi', '1.0.0'), ...whole('x/b', 'kpi', '2.0.0') },
      extensions: ['x/b'],
      names: ['kpi'],
      says: ['x/a is left out: Kpi (which differs from kpi only in case) is taken from x/b.'],
    },
    'two .qext in one folder': {
      files: { ...whole('e/a', 'a'), ...whole('e/b', 'b'), ...whole('e/b', 'c') },
      extensions: ['e/a'],
      names: ['a'],
      says: ['e/b contains several .qext files'],
    },
    'deeper than anybody looks, in a repository': {
      files: { '.git/HEAD': 'ref: refs/heads/main', ...whole('1/2/3/4/5/6/kpi', 'kpi') },
      extensions: ['1/2/3/4/5/6/*'],
      names: ['kpi'],
    },
    'installed packages beside them': {
      files: { ...whole('kpi', 'kpi'), ...whole('bower_components/lib', 'lib') },
      extensions: ['kpi'],
      names: ['kpi'],
    },
    'the tools of a repository that is one extension': {
      files: { ...whole('.', 'kpi'), 'package.json': '{}', 'test/a.js': '1', 'webpack.config.js': '1' },
      extensions: ['.'],
      ignore: ['/package.json', '/test/', '/webpack.config.js'],
      names: ['kpi'],
      says: ['tools and tests are left out'],
    },
    'the same tools in several folders': {
      files: {
        ...whole('e/a', 'a'),
        ...whole('e/b', 'b'),
        ...whole('e/c', 'c'),
        ...{ 'e/a/package.json': '{}', 'e/b/package.json': '{}', 'e/b/test/x.js': '1' },
      },
      extensions: ['e/*'],
      ignore: ['/e/*/package.json', '/e/b/test/'],
      names: ['a', 'b', 'c'],
    },
    'folders with names that patterns would take amiss': {
      files: { ...whole('[a] $b', 'one'), '[a] $b/package.json': '{}', ...whole('[a] $b/in', 'two') },
      extensions: ['?a? $$b', '?a? $$b/*'],
      ignore: ['/\\[a\\]\\ $$b/in/', '/\\[a\\]\\ $$b/package.json'],
      names: ['one', 'two'],
    },
    'folders that were given': {
      files: { ...whole('a', 'one'), ...whole('a/dist', 'two') },
      args: ['--extensions', 'a'],
      extensions: ['a'],
      ignore: ['/a/dist/'],
      names: ['one'],
    },
  };

  it.each(Object.entries(rows))(
    '%s',
    async (_what, { files, args, extensions, ignore, names, says = [] }) => {
      workspace.write(files);
      const { code: exit, stdout } = await init(args);
      expect(written(), stdout).toMatchObject({ extensions, ...(ignore && { ignore }) });
      expect(written()['ignore']).toEqual(ignore);
      for (const words of says) expect(stdout).toContain(words);
      expect(exit, stdout).toBe(0);
      expect(stdout).toContain(`${names.length} extension${names.length === 1 ? '' : 's'}: 0 errors`);
      const validated = await runInProcess(['validate', '--json'], { cwd: workspace.folder });
      expect(JSON.parse(validated.stdout).extensions.map(({ name }: { name: string }) => name)).toEqual(
        names,
      );
    },
  );

  it.each([
    [
      'at the root',
      { 'package.json': nebula('@acme/kpi', { build: 'nebula build', sense: 'nebula sense' }) },
      ['*-ext'],
      'npm run build && npm run sense',
      'kpi-ext',
    ],
    [
      'in a folder, with one script for both',
      { 'charts/package.json': nebula('kpi', { dist: 'nebula build && nebula sense' }) },
      ['charts/*-ext'],
      'npm --prefix charts run dist',
      'charts/kpi-ext',
    ],
    [
      'side by side, without scripts',
      { 'p/a/package.json': nebula('kpi', {}), 'p/b/package.json': nebula('map', {}) },
      ['p/*/*-ext'],
      'cd p/a && npx nebula build && npx nebula sense',
      'p/a/kpi-ext',
    ],
    [
      'whose manifest lies in its sources, built by a script of its own',
      {
        'package.json': nebula('kpi', { build: 'node tools/build.js', sense: 'nebula sense' }),
        'assets/kpi.qext': qext(),
      },
      ['*-ext'],
      'npm run build && npm run sense',
      'kpi-ext',
    ],
    [
      'beside a folder that only looks like a build',
      { 'package.json': nebula('kpi', {}), 'chrome-ext/manifest.json': '{}' },
      ['kpi-ext'],
      'npx nebula build && npx nebula sense',
      'kpi-ext',
    ],
  ])(
    'a project of nebula.js before its first build %s',
    async (_where, files, extensions, command, built) => {
      workspace.write(files);
      const { stdout } = await init();
      expect(written()).toMatchObject({ extensions });
      expect(stdout).toContain(`not built yet: ${command}`);
      expect(stdout).toMatch(new RegExp(`\nNext: ${command} && qlik-sync validate\n$`));
      workspace.write(whole(built, 'kpi'));
      const validated = await runInProcess(['validate'], { cwd: workspace.folder });
      expect(validated.code, validated.stdout + validated.stderr).toBe(0);
      expect(validated.stdout).toContain('1 extension: 0 errors');
    },
  );

  it('takes, of copies that all have errors, the one that has its script, and says what is wrong with it', async () => {
    workspace.write({
      'kpi.qext': qext(),
      'kpi/kpi.qext': qext(),
      'kpi/kpi.js': "define(['./lib/gone'], () => ({ paint() {} }));",
    });
    const { code: exit, stdout } = await init();
    expect(written()).toMatchObject({ extensions: ['kpi'] });
    expect(stdout).toContain('This folder is left out: kpi is taken from kpi.');
    expect(stdout).toContain('[missing-module]');
    expect(exit).toBe(3);
  });

  it.each([
    [{ build: 'gulp build' }, true],
    [{ test: 'karma start' }, false],
  ])('without any .qext it speaks of a build where there is one: %j', async (scripts, says) => {
    workspace.write({ 'package.json': JSON.stringify({ scripts }) });
    const { code: exit, stdout } = await init();
    expect(exit).toBe(0);
    expect(stdout.includes('if npm run build writes a .qext file, name its folder')).toBe(says);
  });

  it('says in the document, too, what it left out', async () => {
    workspace.write({ ...whole('.', 'outer'), ...whole('inner', 'inner') });
    const { stdout } = await init(['--json']);
    expect(JSON.parse(stdout).notes).toEqual(['inner/ is left out of outer: it holds another extension.']);
  });

  it('outside a repository it says where it stopped', async () => {
    workspace.write({ ...whole('kpi', 'kpi'), ...whole('1/2/3/4/5/deep', 'deep') });
    const { stdout } = await init();
    expect(stdout).toContain('Folders further down were not searched');
    expect(written()).toMatchObject({ extensions: ['kpi'] });
  });
});

describe('never overwrites', () => {
  it.each(searchPlaces.filter((place) => place !== 'package.json'))('%s', async (place) => {
    workspace.write({ ...extensionFiles('a'), [place]: 'not even valid' });
    const { code, stderr } = await init();
    expect(code).toBe(3);
    expect(stderr).toContain(`Nothing was written: ${place.replaceAll('\\', '/')} exists already.`);
    expect(readFileSync(join(workspace.folder, place), 'utf8')).toBe('not even valid');
    expect(place === 'qlik-sync.config.json' || !existsSync(file)).toBe(true);
  });

  it('package.json with our key is a config, one without is not', async () => {
    workspace.write({ ...extensionFiles('a'), 'package.json': '{ "name": "x", "qlik-sync": {} }' });
    const refused = await init();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('package.json has a "qlik-sync" key already');
    expect(existsSync(file)).toBe(false);
    workspace.write({ 'package.json': '{ "name": "x" }' });
    expect((await init()).code).toBe(0);
  });

  it('a folder in its place', async () => {
    workspace.write({ 'qlik-sync.config.json/a': '' });
    const { code, stderr } = await init();
    expect(code).toBe(3);
    expect(stderr).toContain('qlik-sync.config.json was not written');
  });

  it('one that appears while the questions are open', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.on('data', (chunk) => {
      if (!String(chunk).includes('Address of the tenant') || existsSync(file)) return;
      workspace.write({ 'qlik-sync.config.json': 'somebody else' });
      setImmediate(() => input.write('\r'));
    });
    const errors: string[] = [];
    const sink = {
      write: () => undefined,
      isTerminal: false,
      closed: new AbortController().signal,
      paint: plain,
    };
    const code = await run({
      argv: ['init', '--project', 'acme', '--extensions', 'x/*'],
      cwd: workspace.folder,
      env: {},
      stdout: sink,
      stderr: { ...sink, write: (text) => errors.push(text) },
      terminal: () => ({ input, output }),
      interrupted: new AbortController().signal,
      version: '0.0.0-test',
      tool: 'qlik-sync/0.0.0-test',
      self: { pid: process.pid, isAlive: () => true },
    });
    expect(code).toBe(3);
    expect(errors.join('')).toContain('qlik-sync.config.json was not written: it exists already.');
    expect(readFileSync(file, 'utf8')).toBe('somebody else');
  });

  it('every form of config is tried here', () => {
    expect(searchPlaces.length).toBeGreaterThan(fileNames.length);
  });
});

describe('options that cannot be used', () => {
  it.each([
    [['--project', 'NO'], '--project must be 1 to 64 of a-z'],
    [['--extensions', '../x'], '--extensions must not lead out'],
    [['--extensions', ''], '--extensions must not be empty'],
    [['--tenant', 'prod'], '--tenant is one word'],
    [['--tenant', 'https://${HOST}'], '--tenant must be written out'],
    [['--env', 'a b', ...tenant], '--env must be 1 to 64 letters'],
    [['--api-key-variable', 'QLIK_SYNC_KEY', ...tenant], '--api-key-variable must not begin with QLIK_SYNC_'],
    [['--env', 'prod'], '--env (or QLIK_SYNC_ENV) describes a tenant, but none is given'],
    [['--api-key-variable', 'A'], '--api-key-variable describes a tenant, but none is given'],
    [['--env', 'a', '--env', 'b'], '--env names 2 environments'],
    [['--cwd', 'nowhere'], '--cwd: there is no folder nowhere'],
    [['--api-key', key], "unknown option '--api-key'"],
  ])('%j', async (args, says) => {
    workspace.write(extensionFiles('a'));
    const { code, stderr } = await init(args);
    expect(code).toBe(3);
    expect(stderr).toContain(says);
    expect(existsSync(file)).toBe(false);
  });

  it.each(['--project', '--extensions', '--tenant', '--env', '--api-key-variable'])(
    'a key pasted as %s is refused and not repeated',
    async (option) => {
      const { code, stdout, stderr } = await init([...tenant, option, key]);
      expect(code).toBe(3);
      expect(stdout + stderr).not.toContain(key);
      expect(existsSync(file)).toBe(false);
    },
  );

  it('all of them are named at once', async () => {
    const { stderr } = await init(['--project', 'NO', '--tenant', 'prod']);
    expect(stderr).toContain('--project must');
    expect(stderr).toContain('--tenant is');
  });
});
