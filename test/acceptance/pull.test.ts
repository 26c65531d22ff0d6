/** pull against the sandbox: what it writes, what it keeps, what it refuses. */

import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';
import { type Contents, zipOf } from './support/zips.js';

const scene = useScene();
const { qlikSync } = scene;

async function upload(name: string, files: Contents = {}, tags?: readonly string[]): Promise<void> {
  const bytes = await zipOf({
    [`${name}.qext`]: JSON.stringify({ name, type: 'visualization', version: '1.0.0' }),
    [`${name}.js`]: 'define(() => ({}));\n',
    ...files,
  });
  await scene.tenant.client.create({ file: { name: 'by-hand.zip', bytes }, ...(tags && { data: { tags } }) });
}

const { read } = scene;

function list(path: string): readonly string[] {
  return (readdirSync(join(scene.workspace.folder, path), { recursive: true }) as string[]).sort();
}

function inRepository(...args: readonly string[]): void {
  git(scene.workspace.folder, ...args);
}

function commit(): void {
  if (!existsSync(join(scene.workspace.folder, '.git'))) inRepository('init', '-q');
  inRepository('add', '-A');
  inRepository('commit', '-q', '-m', 'state');
}

describe('pull', () => {
  it('writes everything that nobody else owns to new folders, byte for byte', async () => {
    const manifest = '{\r\n\t"type" : "visualization",  "name":"Größe", "version": 1.10\n}';
    await upload('kpi', { 'kpi.qext': manifest, 'lib/größe.js': 'ä', LICENSE: 'MIT' });
    await upload('sankey');
    await upload('theirs', {}, ['qlik-sync:other-team']);
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(0);
    expect(list('extensions')).toEqual(
      [
        'kpi',
        'kpi/LICENSE',
        'kpi/kpi.js',
        'kpi/kpi.qext',
        'kpi/lib',
        'kpi/lib/größe.js',
        'sankey',
        'sankey/sankey.js',
        'sankey/sankey.qext',
      ].sort(),
    );
    expect(read('extensions/kpi/kpi.qext')).toBe(manifest);
    expect(stdout).toMatch(/\+ kpi +written +extensions\/kpi, 1\.1, 4 files, /);
    expect(stdout).toContain('1 of the project other-team, which pull takes only by name: ');
    expect(stdout).toContain(
      'Pulled: 2 written, 0 updated, 0 unchanged, 0 refused, 0 failed, 0 not attempted, 1 not selected.\n',
    );
    expect(stdout).toMatch(/\nTo make them this project's: qlik-sync adopt kpi sankey.*\n$/);
  });

  it('names the adopt that comes next, until there is nothing to adopt', async () => {
    const next = (stdout: string) => /^To make them this project's: qlik-sync (.*)$/m.exec(stdout)?.[1];
    await upload('kpi');
    await upload('theirs', {}, ['qlik-sync:other-team']);
    expect(next((await qlikSync('pull', '--to', 'elsewhere')).stdout)).toBeUndefined();
    expect(next((await qlikSync('pull', 'theirs')).stdout)).toBeUndefined();
    const adopt = next((await qlikSync('pull')).stdout) ?? '';
    expect(adopt).toMatch(/^adopt kpi( |$)/);
    expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(0);
    expect(next((await qlikSync('pull')).stdout)).toBeUndefined();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await upload(name);
    expect(next((await qlikSync('pull')).stdout)).toMatch(/^adopt '\*'( |$)/);
    expect(next((await qlikSync('pull', '[a-f]')).stdout)).toMatch(/^adopt '\[a-f\]'( |$)/);
  });

  it('removes the wrapping folder, whatever its name', async () => {
    const bytes = await zipOf({
      'some-ext-1.0/kpi.qext': '{"name":"K","type":"visualization"}',
      'some-ext-1.0/kpi.js': '11',
    });
    await scene.tenant.client.create({ file: { name: 'x.zip', bytes } });
    expect((await qlikSync('pull', 'kpi')).code).toBe(0);
    expect(list('extensions/kpi')).toEqual(['kpi.js', 'kpi.qext']);
  });

  it('leaves out what no upload takes, and says so', async () => {
    await upload('kpi', {
      'wbfolder.wbl': 'ww',
      '.git/config': '[core]\nfsmonitor = evil',
      '.eslintrc.json': '{}',
    });
    const { stdout } = await qlikSync('pull');
    expect(list('extensions/kpi')).toEqual(['kpi.js', 'kpi.qext']);
    expect(stdout).toContain(
      'not written, because an upload would leave them out: .eslintrc.json, .git/config, wbfolder.wbl',
    );
  });

  it('downloads nothing for what the folder holds already', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    await scene.tenant.takeRequests();
    const { stdout } = await qlikSync('pull', '--no-cache');
    expect(stdout).toMatch(/= kpi +unchanged/);
    expect((await scene.tenant.takeRequests()).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/extensions',
    ]);
  });

  it('updates a committed folder in place: files come and go, what is not content stays', async () => {
    const folder = 'packages/a/kpi-ext';
    scene.workspace.write({
      ...extensionFiles('kpi', { folder }),
      [`${folder}/gone/old.css`]: 'xx',
      [`${folder}/node_modules/d3/d3.js`]: 'd3',
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['packages/*/*-ext'] }),
      '.gitignore': 'node_modules/\n.qlik-sync/\n',
    });
    commit();
    await upload('kpi', { 'kpi.js': 'theirs', 'lib/new.js': 'nn' });
    const { code, stdout } = await qlikSync('pull', 'kpi');
    expect(stdout).toMatch(/~ kpi +updated +packages\/a\/kpi-ext/);
    expect(code).toBe(0);
    expect(read(`${folder}/kpi.js`)).toBe('theirs');
    expect(list(folder)).toEqual(
      [
        'kpi.js',
        'kpi.qext',
        'lib',
        'lib/new.js',
        'node_modules',
        'node_modules/d3',
        'node_modules/d3/d3.js',
      ].sort(),
    );
  });

  const unsaved: readonly [string, () => unknown][] = [
    ['outside of git', () => undefined],
    [
      'changed since the commit',
      () => {
        commit();
        scene.workspace.write({ 'extensions/kpi/kpi.js': 'work of a day' });
      },
    ],
    [
      'not committed',
      () => {
        scene.workspace.write({ '.gitignore': 'extensions/kpi/kpi.js\n' });
        commit();
      },
    ],
    [
      'only staged',
      () => {
        commit();
        scene.workspace.write({ 'extensions/kpi/kpi.js': 'work of a day' });
        inRepository('add', '-A');
      },
    ],
    ...['true', 'copies'].map((renames): [string, () => void] => [
      `where a file stood that was moved (diff.renames=${renames})`,
      () => {
        const lines = Array.from({ length: 300 }, (_line, index) => `line(${index});`);
        scene.workspace.write({ 'extensions/kpi/kpi.js': lines.join('\n') });
        commit();
        inRepository('config', 'diff.renames', renames);
        inRepository('mv', 'extensions/kpi/kpi.js', 'extensions/kpi/kpi_orig');
        scene.workspace.write({ 'extensions/kpi/kpi.js': 'work of a day' });
      },
    ]),
    [
      'of the same size and time',
      async () => {
        const file = join(scene.workspace.folder, 'extensions/kpi/kpi.js');
        const past = new Date('2026-01-01T00:00:00Z');
        utimesSync(file, past, past);
        commit();
        inRepository('config', 'core.checkStat', 'minimal');
        inRepository('config', 'core.trustctime', 'false');
        const wholeSecond = (): number => Math.floor(statSync(file).ctimeMs / 1000);
        const committed = wholeSecond();
        writeFileSync(file, 'w'.repeat(statSync(file).size));
        // Only the time of the last change of any kind tells, and that cannot be set.
        const touch = (): number => {
          utimesSync(file, past, past);
          return wholeSecond();
        };
        await expect.poll(touch, { interval: 50 }).toBeGreaterThan(committed);
      },
    ],
    ...['--skip-worktree', '--assume-unchanged'].map((bit): [string, () => void] => [
      `hidden from git by ${bit}`,
      () => {
        commit();
        inRepository('update-index', bit, 'extensions/kpi/kpi.js');
        scene.workspace.write({ 'extensions/kpi/kpi.js': 'work of a day' });
      },
    ]),
  ];
  it.each(unsaved)('refuses to overwrite work that is %s, until it is told to', async (_, arrange) => {
    scene.workspace.write(extensionFiles('kpi'));
    await arrange();
    const before = read('extensions/kpi/kpi.js');
    await upload('kpi', { 'kpi.js': 'theirs' });
    await upload('other');
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(7);
    expect(stdout).toMatch(/! kpi +refused +.*git could not restore kpi\.js/);
    expect(stdout).toContain('--overwrite kpi replaces');
    expect(read('extensions/kpi/kpi.js')).toBe(before);
    expect(existsSync(join(scene.workspace.folder, 'extensions/other/other.js'))).toBe(true);
    expect(existsSync(join(scene.workspace.folder, 'extensions/kpi/.qlik-sync'))).toBe(false);
    expect((await qlikSync('pull', '--overwrite', 'kpi')).code).toBe(0);
    expect(read('extensions/kpi/kpi.js')).toBe('theirs');
  });

  it("overwrites what git can restore, even if git's index is out of date", async () => {
    scene.workspace.write(extensionFiles('kpi'));
    commit();
    inRepository('config', 'diff.autoRefreshIndex', 'false');
    const past = new Date('2026-01-01T00:00:00Z');
    utimesSync(join(scene.workspace.folder, 'extensions/kpi/kpi.js'), past, past);
    await upload('kpi', { 'kpi.js': 'theirs' });
    expect((await qlikSync('pull')).code).toBe(0);
    expect(read('extensions/kpi/kpi.js')).toBe('theirs');
  });

  const badNames: readonly [string, RegExp][] = [
    ['..', /the name (begins with a dot|is no name)/],
    ['a"b', /Windows cannot store/],
    ['con', /name of a device/],
    ['.hidden', /begins with a dot/],
    ['trail. ', /ends with a dot or a space/],
  ];
  it.each(badNames)('refuses the name %j with words, and pulls the others', async (name, words) => {
    await upload('kpi');
    await upload(name);
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(6);
    expect(stdout).toMatch(words);
    expect(list('extensions')).toEqual(['kpi', 'kpi/kpi.js', 'kpi/kpi.qext']);
  });

  it('is exit 4 with an explanation for a key that may not download, and tries once', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await upload(name);
    await scene.tenant.addFaults([
      {
        method: 'GET',
        path: '/api/v1/extensions/*/file',
        times: 99,
        when: 'before',
        kind: 'status',
        status: 403,
      },
    ]);
    await scene.tenant.takeRequests();
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(4);
    expect(stdout).toMatch(/403 Forbidden/);
    expect(stdout).toContain('the tenant refused the archive of another extension');
    const asked = (await scene.tenant.takeRequests()).filter(({ path }) => path.endsWith('/file'));
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(existsSync(join(scene.workspace.folder, 'extensions/a'))).toBe(false);
  });

  it('writes to --to, and says if nothing would find it', async () => {
    await upload('kpi');
    const { code, stdout } = await qlikSync('pull', '--to', 'elsewhere');
    expect(code).toBe(0);
    expect(list('elsewhere')).toEqual(['kpi', 'kpi/kpi.js', 'kpi/kpi.qext']);
    expect(stdout).toContain('no pattern of "extensions" finds this folder');
    expect((await qlikSync('pull', '--to', 'elsewhere')).stdout).toMatch(/= kpi +unchanged/);
  });

  it('does not make a second folder of one extension', async () => {
    scene.workspace.write({
      ...extensionFiles('kpi', { folder: 'b/kpi' }),
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['a/*', 'b/*'] }),
    });
    mkdirSync(join(scene.workspace.folder, 'a'));
    await upload('kpi', { 'kpi.js': 'xx' });
    const { code, stdout } = await qlikSync('pull', '--to', 'a');
    expect(code).toBe(6);
    expect(stdout).toContain('kpi is already in b/kpi');
  });

  it('does not touch a folder that holds something else', async () => {
    scene.workspace.write({ 'extensions/kpi/notes.txt': 'mine' });
    await upload('kpi');
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(6);
    expect(stdout).toContain('extensions/kpi already exists and does not contain kpi');
    expect(list('extensions/kpi')).toEqual(['notes.txt']);
  });

  it('asks for --to if the config does not say where', async () => {
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['dist/kpi-ext'] }),
    });
    await upload('kpi');
    const { code, stdout } = await qlikSync('pull');
    expect(code).toBe(3);
    expect(stdout).toContain('Give --to <dir>');
  });

  it('a name that nothing matches is a mistake, one that cannot be pulled is refused', async () => {
    await upload('kpi');
    expect((await qlikSync('pull', 'kpo')).code).toBe(3);
    expect((await qlikSync('pull', '..')).code).toBe(3);
  });

  it('prints one document', async () => {
    await upload('kpi');
    const { stdout } = await qlikSync('pull', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'pull',
      schemaVersion: 1,
      project: 'acme',
      pulled: [
        { name: 'kpi', result: 'written', folder: 'extensions/kpi', version: '1.0.0', files: 2, leftOut: [] },
      ],
      passed: [],
      exitCode: 0,
    });
  });

  /** As a kill between two renames leaves it. */
  function interrupt(): void {
    scene.workspace.write({
      'extensions/kpi/.qlik-sync/pull-x1/old/kpi.js': 'before',
      'extensions/kpi/kpi.js': 'half',
    });
  }

  it('that was killed is reported to everybody who reads the folder, and written nowhere', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    interrupt();
    await scene.tenant.takeRequests();
    for (const command of [['validate'], ['plan'], ['apply', '--yes'], ['drift']]) {
      const { code, stdout, stderr } = await qlikSync(...command);
      expect(stdout + stderr).toContain(
        'replaced are in extensions/kpi/.qlik-sync/pull-x1/old. [interrupted-pull]',
      );
      expect(code).toBe(3);
    }
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it.each([
    ['exchanging the rest', 'theirs'],
    ['finding nothing left to exchange', 'half'],
  ])('is finished by the next one, %s', async (_, theirs) => {
    scene.workspace.write(extensionFiles('kpi'));
    await upload('kpi', { 'kpi.js': theirs });
    interrupt();
    expect((await qlikSync('pull', 'kpi', '--overwrite', 'kpi')).code).toBe(0);
    expect(read('extensions/kpi/kpi.js')).toBe(theirs);
    expect(existsSync(join(scene.workspace.folder, 'extensions/kpi/.qlik-sync'))).toBe(false);
    expect((await qlikSync('validate')).code).toBe(0);
  });

  it('does not run beside another pull, nor beside an apply', async () => {
    await upload('kpi');
    const [first, second] = await Promise.all([qlikSync('pull'), qlikSync('pull')]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect([first, second].filter(({ stdout }) => stdout.includes('1 unchanged'))).toHaveLength(1);
    expect(list('extensions/kpi')).toEqual(['kpi.js', 'kpi.qext']);
  });
});
