/** The policy of a config: a program that sees every plan that would write, and may refuse it. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';

let workspace: Workspace;
let tenant: TestTenant;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...extensionFiles('kpi'), ...extensionFiles('gauge') });
  tenant = await openTestTenant();
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

function configure(...command: readonly string[]): void {
  const config = { project: 'acme', extensions: ['extensions/*'], policy: { command } };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
}
const shell = (script: string): void => configure('sh', '-c', script);

function qlikSync(...args: readonly string[]): Promise<Result> {
  return runInProcess(args, {
    cwd: workspace.folder,
    env: { ...tenant.env, PATH: process.env['PATH'] ?? '' },
  });
}

async function writes(): Promise<readonly string[]> {
  const requests = await tenant.takeRequests();
  return requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
}

const has = (path: string): boolean => existsSync(join(workspace.folder, path));
const read = (path: string): string => readFileSync(join(workspace.folder, path), 'utf8');

const refuses = "cat > /dev/null; echo 'not on a \u001b[31mFriday'; echo 'see the wiki' >&2; exit 9";

describe('a policy', () => {
  it('sees the plan document', async () => {
    shell('cat > seen.json');
    expect((await qlikSync('plan', '--json', '--out', 'plan.json')).code).toBe(0);
    const [seen, planned] = [JSON.parse(read('seen.json')), JSON.parse(read('plan.json'))];
    expect(seen).toEqual(planned);
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(await writes()).toEqual(['POST', 'POST']);
  });

  it('that refuses is shown by plan, and stops every command that writes', async () => {
    shell('true');
    await qlikSync('apply', '--yes');
    workspace.write(extensionFiles('kpi', { code: 'two' }));
    await qlikSync('plan', '--out', 'plan.json');
    await tenant.takeRequests();
    shell(refuses);
    const planned = await qlikSync('plan');
    expect(planned.code).toBe(0);
    expect(planned.stdout + planned.stderr).toContain('not on a \\u001b[31mFriday');
    for (const args of [['apply'], ['apply', 'plan.json'], ['rollback', '--prune']]) {
      const { code, stderr } = await qlikSync(...args, '--yes');
      expect([args, code, stderr]).toEqual([args, 6, expect.stringContaining('see the wiki')]);
    }
    expect(await writes()).toEqual([]);
  });

  it('is not asked where nothing would be written', async () => {
    shell('true');
    await qlikSync('apply', '--yes');
    shell('touch asked; false');
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(has('asked')).toBe(false);
  });

  it('decides without reading, if it likes', async () => {
    shell('exit 0');
    for (let n = 0; n < 40; n++) workspace.write(extensionFiles(`more-${n}`));
    expect((await qlikSync('plan')).code).toBe(0);
  });

  it('that is missing lets nothing pass', async () => {
    configure('./no-such-program');
    for (const args of [['plan'], ['apply', '--yes']]) {
      const { code, stderr } = await qlikSync(...args);
      expect([code, stderr]).toEqual([3, expect.stringContaining('could not decide')]);
    }
    expect(await writes()).toEqual([]);
  });

  it('that is killed lets nothing pass', async () => {
    shell('kill -9 $$');
    expect((await qlikSync('apply', '--yes')).code).toBe(6);
    expect(await writes()).toEqual([]);
  });

  it('is not run with --no-exec, and so nothing is planned', async () => {
    shell('touch asked');
    const { code, stderr } = await qlikSync('plan', '--no-exec');
    expect([code, stderr]).toEqual([3, expect.stringContaining('--no-exec')]);
    expect(has('asked')).toBe(false);
  });
});
