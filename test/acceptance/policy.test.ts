/** The policy of a config: a program that sees every plan that would write, and may refuse it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

const scene = useScene({ files: { ...extensionFiles('kpi'), ...extensionFiles('gauge') } });

const decideBy = (...command: readonly string[]): void => scene.configure({ policy: { command } });
const shell = (script: string): void => decideBy('sh', '-c', script);

const qlikSync = (...args: readonly string[]): Promise<Result> =>
  scene.qlikSyncWith({ PATH: process.env['PATH'] ?? '' }, ...args);

const has = (path: string): boolean => existsSync(join(scene.workspace.folder, path));
const { read } = scene;

const refuses = "cat > /dev/null; echo 'not on a \u001b[31mFriday'; echo 'see the wiki' >&2; exit 9";

describe('a policy', () => {
  it('sees the plan document', async () => {
    shell('cat > seen.json');
    expect((await qlikSync('plan', '--json', '--out', 'plan.json')).code).toBe(0);
    const [seen, planned] = [JSON.parse(read('seen.json')), JSON.parse(read('plan.json'))];
    expect(seen).toEqual(planned);
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual(['POST', 'POST']);
  });

  it('is shown by plan if it refuses, and stops every command that writes', async () => {
    shell('true');
    await qlikSync('apply', '--yes');
    scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
    await qlikSync('plan', '--out', 'plan.json');
    await scene.tenant.takeRequests();
    shell(refuses);
    const planned = await qlikSync('plan');
    expect(planned.code).toBe(0);
    expect(planned.stdout + planned.stderr).toContain('not on a \\u001b[31mFriday');
    for (const args of [['apply'], ['apply', 'plan.json'], ['rollback', '--prune']]) {
      const { code, stderr } = await qlikSync(...args, '--yes');
      expect([args, code, stderr]).toEqual([args, 6, expect.stringContaining('see the wiki')]);
    }
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('is not run if nothing would be written', async () => {
    shell('true');
    await qlikSync('apply', '--yes');
    shell('touch asked; false');
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(has('asked')).toBe(false);
  });

  it('may decide without reading', async () => {
    shell('exit 0');
    for (let n = 0; n < 40; n++) scene.workspace.write(extensionFiles(`more-${n}`));
    expect((await qlikSync('plan')).code).toBe(0);
  });

  it('that is missing lets nothing pass', async () => {
    decideBy('./no-such-program');
    for (const args of [['plan'], ['apply', '--yes']]) {
      const { code, stderr } = await qlikSync(...args);
      expect([code, stderr]).toEqual([3, expect.stringContaining('could not decide')]);
    }
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('that is killed lets nothing pass', async () => {
    shell('kill -9 $$');
    expect((await qlikSync('apply', '--yes')).code).toBe(6);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('is not run with --no-exec, and so nothing is planned', async () => {
    shell('touch asked');
    const { code, stderr } = await qlikSync('plan', '--no-exec');
    expect([code, stderr]).toEqual([3, expect.stringContaining('--no-exec')]);
    expect(has('asked')).toBe(false);
  });
});
