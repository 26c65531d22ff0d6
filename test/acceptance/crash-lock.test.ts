/** Two runs at once, and the first is killed while it has the lock. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, simpleConfig, type Workspace } from './workspace.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');

let workspace: Workspace;
let tenant: TestTenant;
beforeEach(async () => {
  [workspace, tenant] = [createWorkspace(), await openTestTenant()];
  workspace.write({ ...simpleConfig, ...extensionFiles('a'), ...extensionFiles('b') });
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

/** The built command, once it has shown its plan; its first create is never answered. */
async function startStuck() {
  await tenant.addFaults([{ method: 'POST', path: '*', kind: 'stall', stallMs: 120_000 }]);
  const child = spawn(process.execPath, [cli, 'apply', '--yes'], {
    cwd: workspace.folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...tenant.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [shown] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  expect(String(shown)).toContain('qlik-sync apply');
  return child;
}

describe('while another run has the lock', () => {
  it('the second waits, and goes on at once when the first is killed', async () => {
    const first = await startStuck();
    const { code, stderr } = await runInProcess(['apply', '--yes'], {
      cwd: workspace.folder,
      env: tenant.env,
      onStderr: (text) => {
        if (text.includes('waiting for')) first.kill('SIGKILL');
      },
    });
    expect(stderr).toMatch(new RegExp(`^waiting for apply of pid ${first.pid}, running for \\d+ s\n`));
    expect(code, stderr).toBe(0);
    const names = (await tenant.client.list()).map(({ qextFilename }) => qextFilename);
    expect(names.sort()).toEqual(['a', 'b']);
  });
});
