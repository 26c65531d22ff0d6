/** watch where the tenant, the network or somebody else is in the way: it says so once, and catches up. */

import { describe, expect, it } from 'vitest';
import { kpiSynced, useWatchScene } from './support/watch-scene.js';
import { extensionFiles } from './support/workspace.js';

/** Of the same stem. */
const theme = 'theme:kpi';
const scene = useWatchScene(theme);

const themeSynced = { event: 'synced', name: theme } as const;

describe('watch', () => {
  it('pauses what somebody else changed, says how to continue, and continues', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    await scene.tenant.edit({ name: 'kpi', filename: 'by-hand.zip' });
    scene.save('kpi', 'two');
    const paused = await next({ event: 'paused', name: 'kpi' });
    expect(paused.resume).toBe('qlik-sync apply --overwrite extension:kpi');
    const resumed = await scene.workspace.run(['apply', '--overwrite', 'extension:kpi', '--yes'], {
      env: scene.tenant.env,
    });
    expect(resumed.code).toBe(0);
    scene.save('kpi', 'three');
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('three');
  });

  it('says that a pause is over when it is, and not when something else is saved', async () => {
    const { next, events } = await scene.watch();
    await next(kpiSynced);
    await next(themeSynced);
    await scene.tenant.edit({ name: 'kpi', filename: 'by-hand.zip' });
    for (const code of ['two', 'three']) {
      scene.save('kpi', code);
      if (code === 'two') await next({ event: 'paused', name: 'kpi' });
      scene.save(theme, code);
      await next({ ...themeSynced, action: 'update' });
    }
    const told = events.filter(({ event }) => event === 'paused' || event === 'resumed');
    expect(told.map(({ event, name }) => [event, name])).toEqual([['paused', 'kpi']]);
  });

  it.each([
    [
      'the list fails',
      [{ method: 'GET', path: '/api/v1/extensions', times: 6, when: 'before', kind: 'status', status: 503 }],
    ],
    [
      'the upload fails',
      [{ method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 503 }],
    ],
    [
      'the connection is lost before the upload took effect',
      [{ method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'reset' }],
    ],
    [
      'the connection is lost after it',
      [{ method: 'PATCH', path: '*', times: 1, when: 'after', kind: 'reset' }],
    ],
    [
      'the token has expired',
      [{ method: 'GET', path: '/api/v1/themes', times: 2, when: 'before', kind: 'status', status: 401 }],
    ],
  ])('%s: it catches up by itself with the newest content', async (_row, faults) => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    await next(themeSynced);
    await scene.tenant.addFaults(faults);
    scene.save('kpi', 'two');
    await Promise.race([
      next({ event: 'offline' }),
      next({ event: 'refused' }),
      // Read in the lost answer's stead.
      next({ ...kpiSynced, action: 'update' }),
    ]);
    scene.save('kpi', 'newest');
    await expect.poll(() => scene.stored('kpi')).toContain('newest');
  });

  it('a key that is refused for a while leaves no extension waiting for its next save', async () => {
    const { next } = await scene.watch('--concurrency', '1');
    await next(kpiSynced);
    await next(themeSynced);
    scene.workspace.write({ ...extensionFiles('map'), ...extensionFiles('tree') });
    for (const name of ['map', 'tree']) await next({ event: 'synced', name, action: 'create' });
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 401 },
    ]);
    scene.workspace.write(
      Object.assign({}, ...['kpi', 'map', 'tree'].map((name) => extensionFiles(name, { code: 'two' }))),
    );
    for (const name of ['kpi', 'map', 'tree']) await expect.poll(() => scene.stored(name)).toContain('two');
  });

  it('a refused upload is reported once and tried again at every save', async () => {
    const { next, events } = await scene.watch();
    await next(kpiSynced);
    await next(themeSynced);
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 2, when: 'before', kind: 'status', status: 422 },
    ]);
    await scene.tenant.takeRequests();
    scene.save('kpi', 'two');
    await next({ event: 'refused', name: 'kpi' });
    expect(await scene.stored('kpi')).toContain('one');
    await scene.tenant.takeRequests();
    scene.save('kpi', 'three');
    await scene.untilUploading();
    scene.save('kpi', 'four');
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('four');
    expect(events.filter(({ event }) => event === 'refused')).toHaveLength(1);
  });

  it('a stalled upload does not hold up a theme, and the newest content wins', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    await next(themeSynced);
    const record = await scene.tenant.client.get('kpi');
    await scene.tenant.addFaults([
      {
        method: 'PATCH',
        path: `/api/v1/extensions/${record.id}`,
        times: 1,
        when: 'before',
        kind: 'stall',
        stallMs: 60_000,
      },
    ]);
    await scene.tenant.takeRequests();
    scene.save('kpi', 'stalled');
    await scene.untilUploading();
    scene.save(theme, 'meanwhile');
    scene.save('kpi', 'newest');
    await next(themeSynced);
    expect(await scene.stored('kpi')).toContain('one');
    await scene.tenant.clearFaults();
    await expect.poll(() => scene.stored('kpi')).toContain('newest');
  });
});
