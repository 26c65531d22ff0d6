/** Streams of the built command line: pipes, colours, help, version. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './support/in-process.js';
import { createWorkspace, extensionFiles, simpleConfig, type Workspace } from './support/workspace.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');
let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('a') });
});
afterEach(() => workspace.dispose());

describe('streams', () => {
  it('--version is the version of the package, alone', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await workspace.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('help is a result: stdout, exit code 0, only commands that work', async () => {
    const { code, stdout, stderr } = await workspace.run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual([
      'init',
      'validate',
      'plan',
      'apply',
      'watch',
      'drift',
      'pull',
      'adopt',
      'preview',
      'impact',
      'open',
      'history',
      'rollback',
      'fleet',
      'promote',
      'unlock',
      'store',
      'explain',
      'completion',
      'report',
      'pack',
      'sandbox',
      'doctor',
      'config',
    ]);
  });

  it('no command at all is a usage error that shows the help', async () => {
    const { code, stdout, stderr } = await workspace.run([]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Usage: qlik-sync');
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: 'FALSE' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ FORCE_COLOR: '1', QLIK_SYNC_NO_COLOR: 'TRUE' }, false],
    [{ FORCE_COLOR: '1', QLIK_SYNC_NO_COLOR: 'FALSE' }, true],
  ] as const)('colour with %j: %s', async (env, coloured) => {
    const { stdout } = await workspace.run(['validate'], { env });
    expect(stdout.includes('\u001b[')).toBe(coloured);
  });

  it('progress and errors go to stderr, the result to stdout', async () => {
    const { stdout, stderr } = await workspace.run(['apply', '--sandbox', '--yes']);
    expect(stdout).toContain('Applied: 1 created');
    expect(stderr).toContain('✓ a  created');
    expect(stderr).not.toContain('Plan:');
  });

  it('a closed pipe ends quietly', async () => {
    const child = spawn(process.execPath, [cli, 'validate'], {
      cwd: workspace.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code, signal] = await once(child, 'close');
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it('a closed pipe does not stop what has begun', async () => {
    const child = spawn(process.execPath, [cli, 'apply', '--sandbox', '--yes'], {
      cwd: workspace.folder,
      env: { PATH: process.env['PATH'], HOME: workspace.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    const { stdout } = await workspace.run(['plan', '--sandbox']);
    expect(stdout).toContain('1 unchanged');
  });

  it.skipIf(!existsSync('/dev/full'))('a result that cannot be written is no success', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${cli}" validate > /dev/full`],
      {
        cwd: workspace.folder,
        encoding: 'utf8',
      },
    );
    expect(stderr).toMatch(/^error: the output could not be written: .*ENOSPC.*\n$/);
    expect(status).toBe(5);
  });

  it('goes through the proxy that the environment names', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, QLIK_API_KEY: 'k' };
    const { code, stderr } = await workspace.run(['plan', '--tenant', 'https://tenant.invalid'], { env });
    expect(stderr).toMatch(/proxy/i);
    expect(stderr).not.toContain('bug');
    expect(code).toBe(5);
  });

  it.each([
    ['a file in place of a folder', ['pack', '--out', 'qlik-sync.config.json']],
    ['a file in place of the sandbox', ['plan', '--sandbox-dir', 'qlik-sync.config.json']],
    ['a damaged sandbox', ['plan', '--sandbox-dir', 'damaged']],
  ])('what the disk refuses is no bug: %s', async (_row, args) => {
    workspace.write({ 'damaged/tenant.json': '{}' });
    const { code, stderr } = await workspace.run(args);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toContain('bug');
    expect(code).toBe(3);
  });

  it('a usage mistake under --json is a document too', async () => {
    const { code, stdout } = await workspace.run(['plan', '--json', '--bogus']);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'plan',
      error: { message: expect.stringContaining('--bogus') },
      exitCode: 3,
    });
    expect(code).toBe(3);
  });

  it('keeps git from seeing its own folder', async () => {
    await workspace.run(['plan', '--sandbox']);
    expect(readFileSync(join(workspace.folder, '.qlik-sync/.gitignore'), 'utf8')).toBe('*\n');
  });

  it.each([
    [['sandbox'], {}, false],
    [['sandbox', '--store'], {}, true],
    [['sandbox', '--store'], { QLIK_SYNC_NO_STORE: '1' }, true],
    [['sandbox'], { QLIK_SYNC_STORE: 's3://elsewhere' }, false],
  ] as const)('%j with %j serves a bucket: %s', async (argv, env, isServed) => {
    const served = new AbortController();
    const { code, stdout } = await runInProcess([...argv, '--json'], {
      ...{ cwd: workspace.folder, env, interrupted: served.signal },
      onStdout: () => served.abort(),
    });
    expect(code).toBe(130);
    expect('store' in JSON.parse(stdout)).toBe(isServed);
  });

  it('sandbox --json prints its address, serves until interrupted, and keeps its state', async () => {
    const start = async () => {
      const child = spawn(process.execPath, [cli, 'sandbox', 'state', '--json'], {
        cwd: workspace.folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      return { child, ...(JSON.parse(line) as { url: string; apiKey: string; userKey: string }) };
    };
    const stop = async ({ child }: Awaited<ReturnType<typeof start>>) => {
      child.kill('SIGINT');
      return (await once(child, 'close'))[0];
    };
    const first = await start();
    const env = { QLIK_API_KEY: first.apiKey };
    expect((await workspace.run(['apply', '--yes', '--tenant', first.url], { env })).code).toBe(0);
    expect(await stop(first)).toBe(130);
    const second = await start();
    const again = await workspace.run(['apply', '--yes', '--tenant', second.url], {
      env: { QLIK_API_KEY: second.apiKey },
    });
    expect(again.stdout).toContain('Nothing to do.');
    expect(await stop(second)).toBe(130);
  });
});
