/** A look that failed is not taken for an empty one: what cannot be read is said, and the exit code is 3. */

import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

/** kpi was created, and then updated. */
const scene = useScene({ files: extensionFiles('kpi') });
const { qlikSync } = scene;

beforeEach(async () => {
  await scene.succeed('apply', '--yes');
  scene.workspace.write(extensionFiles('kpi', { code: 'two', version: '2.0.0' }));
});

const below = (path: string): string => join(scene.workspace.folder, '.qlik-sync', path);

type Spoil = (path: string) => void;

function moveAway(path: string): string {
  const aside = mkdtempSync(join(tmpdir(), 'qlik-sync-aside-'));
  onTestFinished(() => rmSync(aside, { recursive: true, force: true }));
  renameSync(path, join(aside, 'kept'));
  return join(aside, 'kept');
}

const aFile: Spoil = (path) => {
  moveAway(path);
  writeFileSync(path, 'in the way');
};
const aLink: Spoil = (path) => symlinkSync(moveAway(path), path, 'junction');
const aLoop: Spoil = (path) => {
  moveAway(path);
  symlinkSync(path, path);
};

const spoilt: readonly (readonly [string, string, Spoil, RegExp])[] = [
  ['a file in the place of .qlik-sync', '', aFile, /it is not a folder/],
  ['a file in the place of the runs', 'runs', aFile, /it is not a folder/],
  ['a link in the place of .qlik-sync', '', aLink, /is a link to another place/],
  ['a link in the place of the runs', 'runs', aLink, /is a link to another place/],
  ['a loop of links in the place of the runs', 'runs', aLoop, /is a link to another place/],
];

/** The one folder below `runs` or `backups`. */
const ofTenant = (what: string): string => `${what}/${readdirSync(below(what))[0]}`;

function expectRefusal({ code, stdout, stderr }: Result, reason: RegExp): void {
  expect([code, stderr]).toEqual([3, expect.stringMatching(reason)]);
  expect(`${stdout}${stderr}`).not.toMatch(/Nothing has been recorded|nothing to undo|bug in qlik-sync/);
}

describe('runs that cannot be read', () => {
  it.each(spoilt)('because of %s, are not none', async (_, place, spoil, reason) => {
    spoil(below(place));
    expectRefusal(await qlikSync('history'), reason);
    expectRefusal(await qlikSync('rollback', '--yes'), reason);
    expectRefusal(await qlikSync('rollback', 'kpi', '--yes'), reason);
    expectRefusal(await qlikSync('apply', '--yes'), reason);
  });

  it('because a file is in place of their folder, do not count as none', async () => {
    aFile(below(ofTenant('runs')));
    expectRefusal(await qlikSync('history'), /it is not a folder/);
    expectRefusal(await qlikSync('rollback', '--yes'), /it is not a folder/);
  });

  it('because each of them is damaged, do not count as none', async () => {
    const folder = below(ofTenant('runs'));
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'damaged');
    const { code, stdout } = await qlikSync('history');
    expect([code, stdout]).toEqual([3, expect.stringContaining('No run can be read.')]);
    expect(stdout).not.toContain('Nothing has been recorded');
  });
});

describe('backups that cannot be read', () => {
  it.each([
    ['a file', aFile, /backups in .* cannot be read: it is not a folder/],
    ['a link', aLink, /backups in .* cannot be read: .* is a link to another place/],
  ])('because of %s in their place, are not missing', async (_, spoil, reason) => {
    await scene.succeed('apply', '--yes');
    spoil(below('backups'));
    await scene.tenant.takeRequests();
    expectRefusal(await qlikSync('rollback', '--yes', '--on-drift', 'overwrite'), reason);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });
});

describe('without any run', () => {
  it('history and rollback say where runs are kept, and the other way back', async () => {
    rmSync(below(''), { recursive: true });
    const { code, stdout } = await qlikSync('history');
    expect(code).toBe(0);
    for (const text of ['Nothing has been recorded yet.', 'artifact', 'git revert'])
      expect(stdout).toContain(text);
    const undone = await qlikSync('rollback', '--yes');
    expect(undone.code).toBe(3);
    for (const text of ['nothing to undo', 'artifact', 'git revert']) expect(undone.stderr).toContain(text);
  });
});

const isRoot = process.getuid?.() === 0;

/** Only root can become somebody else, and root itself may read and write anything. */
describe.skipIf(!isRoot)('a user without a home, an account or permissions', () => {
  const stranger = 12_345;

  async function runAs(folder: string, ...args: readonly string[]): Promise<Result> {
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const switching = ['--reuid', `${stranger}`, '--regid', `${stranger}`, '--clear-groups'];
    const env = { PATH: process.env['PATH'] ?? '', ...scene.tenant.env };
    return new Promise((resolve) => {
      const command = [...switching, process.execPath, cli, ...args];
      const child = execFile('setpriv', command, { cwd: folder, env }, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
      child.stdin?.end();
    });
  }

  /** A copy that is the user's own. */
  function ownCopy(mode = 0o755): string {
    const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-stranger-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    cpSync(scene.workspace.folder, folder, { recursive: true, preserveTimestamps: true });
    chmodSync(folder, 0o755);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) chmodSync(path, mode);
      else chmodSync(path, 0o644);
    }
    return folder;
  }

  const commands = [
    ['validate'],
    ['plan'],
    ['plan', '--config', 'code.config.ts'],
    ['apply', '--yes', '--no-backup'],
    ['drift'],
    ['history'],
    ['pack', '--out', 'packed'],
    ['config'],
    ['doctor'],
    ['explain', '7'],
    ['--help'],
  ] as const;

  it('can use every command', async () => {
    const folder = ownCopy(0o777);
    chmodSync(folder, 0o777);
    writeFileSync(
      join(folder, 'code.config.ts'),
      "export default { project: 'acme' as string, extensions: ['extensions/*'] };",
    );
    for (const args of commands) {
      const { code, stderr } = await runAs(folder, ...args);
      expect([args, code, stderr], stderr).toEqual([args, 0, expect.not.stringContaining('bug')]);
    }
  });

  it('learns what it may not read', async () => {
    const folder = ownCopy();
    chmodSync(join(folder, '.qlik-sync/runs'), 0);
    for (const args of [['history'], ['rollback', '--yes']])
      expectRefusal(await runAs(folder, ...args), /cannot be (read|written): permission denied/);
    expect((await runAs(folder, 'doctor')).stdout).toMatch(
      /^ {2}! store .*, but .*\.qlik-sync cannot be read and written: permission denied$/m,
    );
  });

  it('reads where it may not write, and learns so when it tries to', async () => {
    const folder = ownCopy(0o555);
    const { code, stdout } = await runAs(folder, 'history');
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 run.')]);
    expect((await runAs(folder, 'plan')).code).toBe(0);
    expectRefusal(await runAs(folder, 'apply', '--yes'), /lock in .* cannot be written: permission denied/);
    expectRefusal(
      await runAs(folder, 'pack', '--out', 'zips'),
      /^error: --out: zips cannot be written: permission denied$/m,
    );
    const doctor = await runAs(folder, 'doctor');
    expect([doctor.code, doctor.stdout]).toEqual([
      0,
      expect.stringMatching(/^ {2}! store .*permission denied$/m),
    ]);
    expect(doctor.stdout).toContain('apply, and all else that writes, keeps its lock and journal there');
  });

  it('does not treat locks that it may not list as absent', async () => {
    const folder = ownCopy(0o777);
    const locks = join(folder, '.qlik-sync/locks');
    for (const name of readdirSync(locks)) chmodSync(join(locks, name), 0o333);
    expectRefusal(await runAs(folder, 'apply', '--yes'), /lock in .* cannot be read: permission denied/);
  });
});
