/** Ctrl-C and --max-duration: what is in flight is finished, and nothing is started. */

import { beforeEach, describe, expect } from 'vitest';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { runLongEnough } from './support/long-enough.js';
import { extensionFiles, type Result } from './support/workspace.js';
import { isLike, readingOne, useWritingScene } from './support/writing-scene.js';

const { scene, run, apply, write, change, meanwhile } = useWritingScene();

const stall = { kind: 'stall', times: 9, stallMs: 1500 };
const ways = [
  ['a backup', { method: 'GET', path: '/api/v1/extensions/*/file', ...stall }],
  ['a record', { ...readingOne, ...stall }],
  ['a tenant that has no time', { ...readingOne, kind: 'status', status: 429, retryAfter: 60, times: 9 }],
] as const;

/** An update, a delete and a replace of what was never backed up. */
describe('a stop while', () => {
  beforeEach(async () => {
    write('a', 'b', 'old');
    scene.workspace.write(extensionFiles('nova', { supernova: true }));
    await apply();
    await remainsIn(() => scene.workspace.folder).spoil('backups', () => undefined);
    scene.workspace.remove('.qlik-sync');
    await scene.tenant.takeRequests();
  });

  async function writesOf(result: Result): Promise<readonly string[]> {
    expect(result.stdout).toContain('not attempted');
    return scene.tenant.takeWrites();
  }

  const prepare = {
    update: () => change('a', 'b'),
    delete: () => scene.workspace.remove('extensions/old'),
    replace: () =>
      scene.workspace.write(extensionFiles('nova', { supernova: false, code: 'legacy', version: '2.0.0' })),
  };
  const works = Object.keys(prepare) as (keyof typeof prepare)[];
  const flags = ['--prune', '--allow-replace', 'nova'];
  const rows = ways.flatMap(([what, request]) => works.map((work) => [what, work, request] as const));

  it.each(rows)('%s is waited for: Ctrl-C, and no %s is begun', async (_what, work, request) => {
    prepare[work]();
    const stop = new AbortController();
    const result = await meanwhile(
      request,
      () => run(flags.slice(0, work === 'replace' ? 3 : 1), { interrupted: stop.signal }),
      () => stop.abort(new Error('interrupted')),
    );
    expect(result.code).toBe(130);
    expect(await writesOf(result)).toEqual([]);
  });

  it.each(ways)('%s is waited for: --max-duration, and nothing is begun', async (_what, request) => {
    change('a', 'b');
    const [result] = await runLongEnough(scene.tenant, isLike(request), async ({ ms, option }) => {
      await scene.tenant.addFaults([{ when: 'before', ...request, stallMs: ms }]);
      return apply('--max-duration', option);
    });
    expect(result.code).toBe(9);
    expect(await writesOf(result)).toEqual([]);
  });

  it('a replace has deleted: it is created nevertheless', async () => {
    prepare.replace();
    const stop = new AbortController();
    const result = await meanwhile(
      { method: 'DELETE', path: '/api/v1/extensions/*' },
      () => run(['--allow-replace', 'nova'], { interrupted: stop.signal }),
      () => stop.abort(new Error('interrupted')),
    );
    expect(result.code).toBe(130);
    expect((await scene.tenant.client.get('nova')).qextVersion).toBe('2.0.0');
  });
});

describe('--max-duration', () => {
  it('finishes what is in flight, starts nothing, and says what is left', async () => {
    write('a', 'b', 'old');
    await apply();
    change('a', 'b');
    scene.workspace.remove('extensions/old');
    const ids = new Map((await scene.tenant.client.list()).map(({ qextFilename, id }) => [qextFilename, id]));
    const path = `/api/v1/extensions/${ids.get('a')}`;
    const request = { method: 'PATCH', path };
    const [result] = await runLongEnough(scene.tenant, isLike(request), async ({ ms, option }) => {
      await scene.tenant.addFaults([{ ...request, when: 'before', kind: 'stall', stallMs: ms }]);
      return apply('--prune', '--concurrency', '1', '--max-duration', option);
    });
    expect(result.code).toBe(9);
    expect(result.stderr).toContain('✓ a  updated');
    expect(result.stdout).toContain('· b  update not attempted: out of time');
    expect(result.stdout).toContain('· old  delete not attempted: out of time');
    expect(result.stdout).toContain('Out of time: 2 of 3 not done');
    expect((await apply('--prune')).code).toBe(0);
  });

  it('a 429 that asks for more patience than there is ends it too', async () => {
    write('a');
    await scene.tenant.addFaults([
      { method: 'POST', path: '*', kind: 'status', status: 429, retryAfter: 400 },
    ]);
    expect((await apply()).code).toBe(9);
  });

  it('cuts off the tries of a write: 9, and the message still says what was in the way', async () => {
    write('a');
    await apply();
    change('a');
    const request = { method: 'PATCH', path: '/api/v1/extensions/*' };
    const [result] = await runLongEnough(scene.tenant, isLike(request), async ({ ms, option }) => {
      await scene.tenant.addFaults([{ ...request, times: 9, when: 'before', kind: 'reset' }]);
      return run(['--max-duration', option], { patience: { pauseMs: () => ms } });
    });
    expect(result.code).toBe(9);
    expect(result.stdout).toMatch(/✗ a {2}update failed: out of time: PATCH .*broke before the answer/);
    expect(result.stdout).toContain('Out of time: 1 of 1 not done');
  });
});
