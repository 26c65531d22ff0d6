/** Checkouts of one commit with CRLF and with LF: what differs is said, and `lineEndings: lf` makes them the same. Real git. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { startWatching } from './support/watching.js';
import { archiveFiles, configWith, extensionFiles, type Result } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const code = 'define([], () => ({\n  paint() {},\n}));\n';

const style = 'a {\n  color: red;\n}\n';

const kpi = {
  ...extensionFiles('acme-kpi'),
  'extensions/acme-kpi/acme-kpi.js': code,
  'extensions/acme-kpi/acme-kpi.css': style,
  'extensions/acme-kpi/data.txt': 'lone\rreturn\r\n',
};

/** A repository as it is committed on Linux, and a clone of it as git makes one on Windows. */
const scene = useScene({
  files: kpi,
  prepare: () => {
    inRepository('init', '--quiet', '--initial-branch', 'main');
    commit({});
  },
});
const { qlikSync, succeed } = scene;

const inRepository = (...args: readonly string[]): string => git(scene.workspace.folder, ...args);

function commit(files: Readonly<Record<string, string>>): void {
  scene.workspace.write(files);
  inRepository('add', '--all');
  inRepository('commit', '--quiet', '--allow-empty', '--message', 'change');
}

function cloneOnWindows(): string {
  const folder = join(scene.workspace.folder, '.qlik-sync', 'windows');
  git(scene.workspace.folder, 'clone', '--quiet', '--config', 'core.autocrlf=true', '.', folder);
  expect(readFileSync(join(folder, 'extensions/acme-kpi/acme-kpi.js'), 'utf8')).toContain('\r\n');
  return folder;
}

const runIn = (cwd: string, ...args: readonly string[]): Promise<Result> =>
  runInProcess(args, { cwd, env: scene.tenant.env });

interface Entry {
  readonly name: string;
  readonly reason?: string;
  readonly kind?: string;
  readonly message: string;
  readonly onlyLineEndings?: number;
}

interface Document {
  readonly changes: readonly Entry[];
  readonly drift: readonly Entry[];
  readonly findings: readonly { readonly rule: string; readonly message: string; readonly hint: string }[];
  readonly comparisons?: readonly {
    readonly files: readonly { readonly path: string; readonly noPatch?: string }[];
  }[];
}

async function jsonIn(cwd: string, ...args: readonly string[]): Promise<Document> {
  return JSON.parse((await runIn(cwd, ...args, '--json')).stdout) as Document;
}

const words = 'only line endings differ (2 files)';

describe('checkouts with other line endings', () => {
  it('undo each other: plan and drift say so on both sides, and how to stop it', async () => {
    const windows = cloneOnWindows();
    const linux = scene.workspace.folder;
    await succeed('apply', '--yes');
    for (const [here, there] of [
      [windows, linux],
      [linux, windows],
    ] as const) {
      expect((await runIn(here, 'plan')).stdout).toMatch(
        /~ acme-kpi +update +only line endings differ \(2 files\), version still 1\.0\.0/,
      );
      const plan = await jsonIn(here, 'plan');
      expect(plan.changes).toMatchObject([{ reason: 'line-endings', onlyLineEndings: 2 }]);
      expect(plan.findings).toMatchObject([
        {
          rule: 'line-endings',
          message: expect.stringContaining(`acme-kpi: ${words}`),
          hint: expect.stringMatching(/\* text=auto eol=lf.*\.gitattributes.*"lineEndings": "lf"/),
        },
      ]);
      const drift = await runIn(here, 'drift');
      expect(drift).toMatchObject({ code: 2, stdout: expect.stringContaining(words) });
      expect(drift.stdout).toContain('.gitattributes');
      const { drift: entries } = await jsonIn(here, 'drift');
      expect(entries).toMatchObject([{ kind: 'line-endings', message: words, onlyLineEndings: 2 }]);
      expect((await runIn(here, 'apply', '--yes')).code).toBe(0);
      expect((await runIn(there, 'drift')).code).toBe(2);
    }
  });

  it('are no longer different with lineEndings: lf, whatever a command compares', async () => {
    commit(configWith({ lineEndings: 'lf' }));
    const windows = cloneOnWindows();
    await succeed('apply', '--yes');
    const { originalname } = (await scene.tenant.find('acme-kpi'))?.file ?? {};
    for (const args of [
      ['apply', '--yes'],
      ['apply', '--yes', '--no-cache'],
      ['plan', '--detailed-exitcode'],
      ['drift', '--verify'],
      ['pull'],
    ]) {
      await scene.tenant.takeRequests();
      expect(await runIn(windows, ...args), args.join(' ')).toMatchObject({ code: 0, stderr: '' });
      expect(await scene.tenant.takeWrites()).toEqual([]);
    }
    expect((await runIn(windows, 'pull')).stdout).toContain('unchanged');
    expect(readFileSync(join(windows, 'extensions/acme-kpi/acme-kpi.js'), 'utf8')).toBe(
      code.replaceAll('\n', '\r\n'),
    );
    const { archives } = JSON.parse((await runIn(windows, 'pack', '--json')).stdout) as {
      readonly archives: readonly { readonly archiveName: string }[];
    };
    expect(archives.map(({ archiveName }) => archiveName)).toEqual([originalname]);
  });

  it('settle with one upload where CRLF was deployed before', async () => {
    const windows = cloneOnWindows();
    expect((await runIn(windows, 'apply', '--yes')).code).toBe(0);
    scene.configure({ lineEndings: 'lf' });
    writeFileSync(join(windows, 'qlik-sync.config.json'), scene.read('qlik-sync.config.json'));
    const plan = await jsonIn(windows, 'plan');
    expect(plan.changes).toMatchObject([{ reason: 'line-endings', message: expect.stringContaining(words) }]);
    expect(plan.findings).toEqual([]);
    expect((await runIn(windows, 'apply', '--yes')).code).toBe(0);
    expect((await succeed('plan', '--detailed-exitcode')).stdout).toContain('1 unchanged');
  });

  it('differ like any others if more than line endings differs', async () => {
    const windows = cloneOnWindows();
    await succeed('apply', '--yes');
    writeFileSync(join(windows, 'extensions/acme-kpi/acme-kpi.css'), 'b {}\r\n');
    const plan = await jsonIn(windows, 'plan', '--diff');
    expect(plan.changes).toMatchObject([{ reason: 'content-changed' }]);
    expect(plan.changes[0]?.onlyLineEndings).toBeUndefined();
    expect(plan.findings).toEqual([]);
    expect(plan.comparisons?.[0]?.files).toMatchObject([
      { path: 'acme-kpi.css', patch: expect.any(String) },
      { path: 'acme-kpi.js', noPatch: 'line-endings' },
    ]);
    expect((await jsonIn(windows, 'drift')).drift).toMatchObject([{ kind: 'changed-locally' }]);
  });

  it('are not shown line by line by plan --diff', async () => {
    const windows = cloneOnWindows();
    await succeed('apply', '--yes');
    const { stdout } = await runIn(windows, 'plan', '--diff');
    expect(stdout.slice(stdout.indexOf('- on the tenant'))).toMatchInlineSnapshot(`
      "- on the tenant, + in the folder

      acme-kpi  only line endings differ (2 files)
        ~ acme-kpi.css  20 B → 23 B, only line endings differ
        ~ acme-kpi.js  39 B → 42 B, only line endings differ
      "
    `);
  });
});

it('a save that changes nothing but line endings uploads nothing under lineEndings: lf', async () => {
  scene.configure({ lineEndings: 'lf' });
  const watching = await startWatching(scene.workspace, scene.tenant.env, ['--quiet-period', '50']);
  await watching.next({ event: 'synced', name: 'acme-kpi' });
  scene.workspace.write({ 'extensions/acme-kpi/acme-kpi.js': code.replaceAll('\n', '\r\n') });
  scene.workspace.write(extensionFiles('acme-map'));
  await watching.next({ event: 'synced', name: 'acme-map' });
  scene.workspace.write({ 'extensions/acme-kpi/acme-kpi.js': `${code}// more\r\n` });
  await watching.next({ event: 'synced', name: 'acme-kpi', action: 'update' });
  await watching.interrupt();
  const synced = watching.events.filter(({ event }) => event === 'synced').map(({ name }) => name);
  expect(synced).toEqual(['acme-kpi', 'acme-map', 'acme-kpi']);
});

describe('an archive that somebody uploaded with other line endings', () => {
  const byHand = async (): Promise<void> => {
    const contents = {
      ...archiveFiles('acme-kpi'),
      'acme-kpi.js': code.replaceAll('\n', '\r\n'),
      'acme-kpi.css': style.replaceAll('\n', '\r\n'),
      'data.txt': 'lone\rreturn\r\n',
    };
    await scene.tenant.edit({ name: 'acme-kpi', file: (await zipOf(contents)).toString('base64') });
  };

  it('is drift, and reported as line endings only', async () => {
    await succeed('apply', '--yes');
    await byHand();
    const { changes } = await jsonIn(scene.workspace.folder, 'plan');
    expect(changes).toMatchObject([
      { onlyLineEndings: 2, blocked: { message: expect.stringContaining(words) } },
    ]);
    const { drift } = await jsonIn(scene.workspace.folder, 'drift');
    expect(drift).toMatchObject([
      { kind: 'changed-on-tenant', onlyLineEndings: 2, message: expect.stringContaining(words) },
    ]);
  });

  it('is the same content with lineEndings: lf, and adopted as it is', async () => {
    scene.configure({ lineEndings: 'lf' });
    await succeed('apply', '--yes');
    await byHand();
    expect((await qlikSync('plan')).stdout).toContain('same content, uploaded once to mark it as ours');
    await succeed('apply', '--yes');
    expect((await succeed('plan', '--detailed-exitcode')).stdout).toContain('1 unchanged');
  });
});
