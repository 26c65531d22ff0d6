/** `qlik-sync open`: the address, and a browser only where a person looks. */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocument } from '../../src/report/documents/answers.js';
import { runInProcess } from './support/in-process.js';
import { hasTerminal, runInTerminal } from './support/terminal.js';
import { createWorkspace, type Result, type Workspace } from './support/workspace.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write({
    'qlik-sync.config.json': JSON.stringify({
      project: 'acme',
      extensions: ['extensions/*'],
      environments: {
        dev: {
          tenant: 'https://acme-dev.eu.qlikcloud.com/',
          auth: { apiKey: { command: ['touch', 'ran'] } },
        },
        prod: { tenant: 'https://acme.eu.qlikcloud.com', auth: { apiKey: '${NOT_SET}' } },
      },
    }),
  });
});
afterEach(() => workspace.dispose());

function open(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return runInProcess(['open', ...args], { cwd: workspace.folder, env });
}

describe('the address', () => {
  it.each([
    ['an environment', ['--env', 'dev'], {}, 'https://acme-dev.eu.qlikcloud.com'],
    ['an environment whose key is not set', ['--env', 'prod'], {}, 'https://acme.eu.qlikcloud.com'],
    ['--tenant', ['--tenant', 'https://other.us.qlikcloud.com'], {}, 'https://other.us.qlikcloud.com'],
    ['a variable', [], { QLIK_TENANT_URL: 'https://var.eu.qlikcloud.com' }, 'https://var.eu.qlikcloud.com'],
  ] as const)('of %s', async (_, args, env, origin) => {
    expect(await open(args, env)).toEqual({ code: 0, stdout: `${origin}/admin/extensions\n`, stderr: '' });
    expect(existsSync(join(workspace.folder, 'ran'))).toBe(false);
  });

  it('with what to look for there', async () => {
    const { stdout, stderr } = await open(['kpi-card', '--env', 'dev']);
    expect(stdout).toBe('https://acme-dev.eu.qlikcloud.com/admin/extensions\n');
    expect(stderr).toContain('kpi-card');
  });

  it('as a document', async () => {
    const { code, stdout, stderr } = await open(['kpi-card', '--env', 'dev', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(openDocument, JSON.parse(stdout))).toMatchObject({
      command: 'open',
      schemaVersion: 1,
      environment: 'dev',
      url: 'https://acme-dev.eu.qlikcloud.com/admin/extensions',
      name: 'kpi-card',
      exitCode: 0,
    });
  });

  it.each([
    ['no tenant', [], 'Nothing names a tenant'],
    ['the embedded tenant', ['--sandbox'], 'has no administration'],
  ])('not of %s', async (_, args, message) => {
    const { code, stdout, stderr } = await open(args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe.runIf(hasTerminal && platform() === 'linux')('on a terminal', () => {
  async function openThere(args: readonly string[], env: readonly string[] = []): Promise<string> {
    const bin = join(workspace.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\necho "$@" >> "$HOME/opened"\n');
    chmodSync(join(bin, 'xdg-open'), 0o755);
    const path = `PATH=${[bin, process.env['PATH']].join(delimiter)}`;
    const argv = ['env', path, ...env, process.execPath, cli, 'open', '--env', 'dev', ...args];
    const { code, screen } = await runInTerminal(argv, workspace.folder, []);
    expect(code).toBe(0);
    return screen;
  }

  const opened = (): string => {
    const file = join(workspace.folder, 'opened');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  it('opens it as well', async () => {
    const screen = await openThere([]);
    expect(screen).toContain('https://acme-dev.eu.qlikcloud.com/admin/extensions');
    await expect.poll(opened).toBe('https://acme-dev.eu.qlikcloud.com/admin/extensions\n');
  });

  it.each([
    ['--no-browser', ['--no-browser'], []],
    ['--json', ['--json'], []],
    ['CI', [], ['CI=true']],
  ] as const)('not with %s', async (_, args, env) => {
    expect(await openThere(args, env)).toContain('/admin/extensions');
    expect(opened()).toBe('');
  });
});
