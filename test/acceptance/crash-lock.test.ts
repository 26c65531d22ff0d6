/** Two runs at once, and the first is killed while it has the lock. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished } from 'vitest';
import { tenantKey } from '../../src/reconcile/own-place.js';
import { it } from '../store/over-stores.js';
import { storeVariables } from '../store/running-store.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import {
  createWorkspace,
  extensionFiles,
  type Result,
  simpleConfig,
  type Workspace,
} from './support/workspace.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');

const files = { ...simpleConfig, ...extensionFiles('a'), ...extensionFiles('theme:a') };

let workspace: Workspace;
let tenant: TestTenant;
beforeEach(async () => {
  [workspace, tenant] = [createWorkspace(), await openTestTenant()];
  workspace.write(files);
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

/** The built command, once it has sent a create, which is never answered. */
async function startStuck() {
  await tenant.addFaults([{ method: 'POST', path: '*', kind: 'stall', stallMs: 120_000 }]);
  const child = spawn(process.execPath, [cli, 'apply', '--yes'], {
    cwd: workspace.folder,
    env: {
      ...{ PATH: process.env['PATH'] ?? '', HOME: workspace.home },
      ...{ ...storeVariables(workspace.folder), ...tenant.env },
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [shown] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  expect(String(shown)).toContain('qlik-sync apply');
  const isCreating = async (): Promise<boolean> =>
    (await tenant.seeRequests()).some(({ method }) => method === 'POST');
  await expect.poll(isCreating, { interval: 5, timeout: 240_000 }).toBe(true);
  return child;
}

describe('while another run has the lock', () => {
  /**
   * Runs there until it waits for that one, which is killed then. What it left in a store counts for 90 s, where nothing
   * tells a process that was killed from one that is silent, unless somebody removes it.
   */
  async function applyAfter(first: ChildProcess, cwd: string): Promise<void> {
    const { folder, home } = workspace;
    const env = { ...storeVariables(folder), ...tenant.env, HOME: home };
    let unlocking: Promise<Result> | undefined;
    const { code, stderr } = await runInProcess(['apply', '--yes'], {
      ...{ cwd, env },
      onStderr: (text) => {
        if (!text.includes('waiting for')) return;
        if (first.killed) unlocking = runInProcess(['unlock', '--yes'], { cwd, env });
        first.kill('SIGKILL');
      },
    });
    expect(stderr).toMatch(new RegExp(`^waiting for apply of pid ${first.pid}, running for \\d+ s\n`));
    expect(code, stderr).toBe(0);
    expect((await unlocking)?.code).toBe(storeVariables(folder)['QLIK_SYNC_STORE'] && 0);
    expect((await tenant.records()).map(({ name }) => name)).toEqual(['a', 'theme:a']);
  }

  it('the second waits, and goes on at once when the first is killed', async () => {
    await applyAfter(await startStuck(), workspace.folder);
  });

  it('one of another checkout on this machine waits as well', async () => {
    const checkout = createWorkspace();
    onTestFinished(() => checkout.dispose());
    checkout.write(files);
    await applyAfter(await startStuck(), checkout.folder);
    expect(readdirSync(join(workspace.home, '.local/state/qlik-sync/locks'))).toEqual([
      tenantKey(tenant.sandbox.url),
    ]);
  });

  it('learns with -v if other checkouts are not waited for', async () => {
    const run = async (...args: readonly string[]): Promise<string> => {
      const { code, stderr } = await runInProcess(['apply', '--yes', ...args], {
        cwd: workspace.folder,
        env: tenant.env,
      });
      expect(code, stderr).toBe(0);
      return stderr;
    };
    const notice = 'This machine has no folder for locks, since HOME is not set.';
    expect(await run('-v')).toContain(`${notice} Only runs from ${workspace.folder} are waited for.`);
    expect(await run()).not.toContain(notice);
  });
});
