/** --changed-since in real repositories: what differs is taken, and no repository among the folders runs anything. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, simpleConfig, type Workspace } from './workspace.js';
import { zipOf } from './zips.js';

let workspace: Workspace;
let tenant: TestTenant;

beforeEach(async () => {
  workspace = createWorkspace();
  tenant = await openTestTenant();
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

function git(...args: readonly string[]): void {
  const settings = ['user.name=t', 'user.email=t@example.com', 'protocol.file.allow=always'];
  const given = settings.flatMap((setting) => ['-c', setting]);
  execFileSync('git', [...given, ...args], { cwd: workspace.folder, stdio: 'ignore' });
}

function commit(): void {
  git('add', '-A');
  git('commit', '-q', '-m', 'state');
}

function qlikSync(...args: readonly string[]): Promise<Result> {
  return runInProcess(args, { cwd: workspace.folder, env: tenant.env });
}

/** Two extensions in a repository, both on the tenant as they are. */
async function deployTwo(): Promise<void> {
  workspace.write({ ...simpleConfig, '.gitignore': '.qlik-sync/\nbuilt.js\n' });
  workspace.write({ ...extensionFiles('kpi'), ...extensionFiles('gauge') });
  workspace.write({ 'extensions/kpi/built.js': '1', 'extensions/gauge/style.css': 'a{}' });
  git('init', '-q', '-b', 'main');
  commit();
  expect((await qlikSync('apply', '--yes')).code).toBe(0);
}

describe('--changed-since', () => {
  type Row = readonly [title: string, change: () => void, summary: string];
  const nothing = '0 to update, 0 to replace, 0 to delete, 0 blocked';
  const rows: readonly Row[] = [
    ['takes only what git cannot vouch for', () => undefined, '1 unchanged, 0 kept, 1 not selected'],
    [
      'takes a build output that git ignores, beside files that it knows',
      () => workspace.write({ 'extensions/kpi/built.js': '2' }),
      '1 to update, 0 to replace, 0 to delete, 0 blocked, 0 unchanged, 0 kept, 1 not selected',
    ],
    [
      'takes all where the ignore file of the root is new',
      () => workspace.write({ '.qliksyncignore': '*.css\n' }),
      '1 to update, 0 to replace, 0 to delete, 0 blocked, 1 unchanged, 0 kept, 0 not selected',
    ],
    [
      'takes a folder that was renamed, whose content is the same',
      () => renameSync(join(workspace.folder, 'extensions/gauge'), join(workspace.folder, 'extensions/g')),
      `${nothing}, 2 unchanged, 0 kept, 0 not selected`,
    ],
  ];
  it.each(rows)('%s', async (_title, change, summary) => {
    await deployTwo();
    change();
    const { code, stdout } = await qlikSync('plan', '--changed-since', 'HEAD');
    expect(stdout).toContain(summary);
    expect(code).toBe(0);
  });

  it('takes all again where that ignore file is gone', async () => {
    workspace.write({ '.qliksyncignore': '*.css\n' });
    await deployTwo();
    workspace.remove('.qliksyncignore');
    const { stdout } = await qlikSync('plan', '--changed-since', 'HEAD');
    expect(stdout).toContain('1 to update, 0 to replace, 0 to delete, 0 blocked, 1 unchanged');
  });

  it('takes what lies in a submodule, whose files this repository does not know', async () => {
    await deployTwo();
    const other = createWorkspace();
    try {
      other.write(extensionFiles('sub', { folder: 'sub' }));
      for (const args of [
        ['init', '-q'],
        ['add', '-A'],
        ['commit', '-q', '-m', '1'],
      ]) {
        const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
        execFileSync('git', [...who, ...args], { cwd: other.folder, stdio: 'ignore' });
      }
      git('submodule', 'add', '-q', other.folder, 'vendor');
      const config = { project: 'acme', extensions: ['extensions/*', 'vendor/*'] };
      workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
      commit();
      expect((await qlikSync('apply', '--yes')).code).toBe(0);
      workspace.write(extensionFiles('sub', { folder: 'vendor/sub', code: 'two' }));
      const { stdout } = await qlikSync('plan', '--changed-since', 'HEAD');
      expect(stdout).toMatch(/~ sub +update/);
    } finally {
      other.dispose();
    }
  });

  it.each(['-x', '--output=pwned', '', ' ', 'HEAD:', 'HEAD^{tree}', 'main; touch pwned', '\u001b[31m'])(
    'takes %j for no commit, whatever it looks like',
    async (ref) => {
      await deployTwo();
      const { code, stderr } = await qlikSync('plan', '--changed-since', ref);
      expect(code).toBe(3);
      expect(stderr).toContain('git knows no such commit');
      expect(stderr).not.toContain('\u001b');
      expect(existsSync(join(workspace.folder, 'pwned'))).toBe(false);
    },
  );
});

describe('a repository that lies among the folders', () => {
  /** Its settings name a program for git to run, in each of the two ways that need no argument of ours. */
  function hideRepository(folder: string): string {
    const mark = join(workspace.folder, 'pwned');
    git('init', '-q', '--bare', 'bare.git');
    for (const name of ['HEAD', 'objects', 'refs']) {
      cpSync(join(workspace.folder, 'bare.git', name), join(workspace.folder, folder, name), {
        recursive: true,
      });
    }
    workspace.remove('bare.git');
    const run = `"touch '${mark}'; cat"`;
    const config = `[core]\nrepositoryformatversion=0\nbare=false\nworktree=.\nfsmonitor=${run}\n[filter "x"]\nclean=${run}\n`;
    workspace.write({ [`${folder}/config`]: config, [`${folder}/.gitattributes`]: '* filter=x\n' });
    return mark;
  }

  it.each([
    ['plan', '--no-exec', '--json'],
    ['plan', '--no-exec', '--changed-since', 'HEAD'],
    ['drift', '--no-exec', '--json'],
    ['doctor', '--no-exec'],
    ['apply', '--no-exec', '--yes'],
  ])('has no say in %s %s %s %s', async (...args) => {
    workspace.write({ 'app/qlik-sync.config.json': simpleConfig['qlik-sync.config.json'] });
    workspace.write(extensionFiles('kpi', { folder: 'app/extensions/kpi' }));
    git('init', '-q', '-b', 'main');
    commit();
    const mark = hideRepository('app');
    await qlikSync(...args, '--cwd', 'app');
    expect(existsSync(mark)).toBe(false);
  });

  it('has no say in pull', async () => {
    workspace.write(simpleConfig);
    workspace.write(extensionFiles('kpi'));
    git('init', '-q', '-b', 'main');
    commit();
    const bytes = await zipOf({ 'kpi.qext': '{"name":"K","type":"visualization"}', 'kpi.js': '1' });
    await tenant.client.create({ file: { name: 'x.zip', bytes } });
    const mark = hideRepository('extensions/kpi');
    const { code, stdout } = await qlikSync('pull', 'kpi');
    expect(stdout).toContain('git could not give back');
    expect(code).toBe(7);
    expect(existsSync(mark)).toBe(false);
  });
});
