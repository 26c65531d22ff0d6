/** Changes that break apps wait for a number, and unused ones for nothing. */

import { beforeEach, describe, expect, it } from 'vitest';
import { appOf, deploy, type ImpactWorld, openImpactWorld, type TrueApp } from './support/impact-world.js';
import { runLongEnough } from './support/long-enough.js';
import type { LoggedRequest } from './support/tenant.js';
import { startWatching } from './support/watching.js';
import { extensionFiles } from './support/workspace.js';

const all = ['kpi-card', 'sankey', 'old-gauge'];

let world: ImpactWorld;
let apps: readonly TrueApp[];

/** kpi-card is used by two apps, sankey by one of them and another, old-gauge by none. */
async function open(config: object = {}): Promise<void> {
  world = await openImpactWorld([], { engine: { apps: 12, refusals: 'none', extensions: [] } }, config);
  await deploy(world, all);
  apps = (await world.apps()).filter(({ spaceId }) => spaceId !== undefined);
  const [one, two, three] = apps;
  await world.editApp({ id: one!.id, ...appOf(['kpi-card']) });
  await world.editApp({ id: two!.id, ...appOf(['sankey'], ['kpi-card']) });
  await world.editApp({ id: three!.id, ...appOf(['barchart'], ['sankey']) });
  await world.tenant.takeRequests();
}

const drop = (...names: readonly string[]) => {
  for (const name of names) world.workspace.remove(`extensions/${name}`);
};
const heldNames = async () =>
  (await world.tenant.client.list()).map(({ qextFilename }) => qextFilename).sort();

describe('apply with impact "deletes"', () => {
  beforeEach(() => open({ impact: 'deletes' }));

  it('refuses to delete what apps use, and names them', async () => {
    drop('kpi-card');
    const { code, stdout } = await world.run(['apply', '--prune', '--yes']);
    expect(code).toBe(6);
    expect(stdout).toMatch(/! kpi-card +delete +blocked: 2 apps, \d+ people in 28 days: /);
    for (const app of apps.slice(0, 2)) expect(stdout).toContain(app.name);
    expect(stdout).toContain('--accept-impact=2 accepts it');
    expect(stdout).toContain('1 blocked');
    expect(await heldNames()).toEqual([...all].sort());
  });

  it.each(['0', '1', '3'])('takes no other number: %s', async (number) => {
    drop('kpi-card');
    const { code, stdout } = await world.run(['apply', '--prune', '--yes', `--accept-impact=${number}`]);
    expect(code).toBe(6);
    expect(stdout).toContain(`--accept-impact says ${number}, but it is 2`);
    expect(await heldNames()).toContain('kpi-card');
  });

  it('proceeds with the exact number', async () => {
    drop('kpi-card');
    const { code } = await world.run(['apply', '--prune', '--yes', '--accept-impact=2']);
    expect(code).toBe(0);
    expect(await heldNames()).toEqual(['old-gauge', 'sankey']);
  });

  it('does not block what nobody uses, beside what is used', async () => {
    drop('kpi-card', 'old-gauge');
    const { code, stdout } = await world.run(['apply', '--prune', '--yes']);
    expect(code).toBe(6);
    expect(stdout).toMatch(/- old-gauge +delete +no longer in/);
    expect(await heldNames()).toEqual(['kpi-card', 'sankey']);
  });

  it('counts an app once that several deletes touch', async () => {
    drop('kpi-card', 'sankey');
    expect((await world.run(['apply', '--prune', '--yes', '--accept-impact=4'])).code).toBe(6);
    expect((await world.run(['apply', '--prune', '--yes', '--accept-impact=3'])).code).toBe(0);
    expect(await heldNames()).toEqual(['old-gauge']);
  });

  it('blocks what it could not read', async () => {
    drop('old-gauge');
    const fault = {
      method: 'WS',
      path: `/app/${apps[4]!.id}`,
      kind: 'close',
      code: 4203,
      message: 2,
      times: 99,
    };
    await world.tenant.addFaults([fault]);
    const { code, stdout } = await world.run(['apply', '--prune', '--yes']);
    expect(code).toBe(6);
    expect(stdout).toContain(
      'blocked: no use of it was found; but 1 app could not be opened; --accept-impact=1',
    );
    expect((await world.run(['apply', '--prune', '--yes', '--accept-impact=1'])).code).toBe(0);
  });

  it('accepts no number if the list of apps broke off', async () => {
    drop('kpi-card', 'old-gauge');
    const fault = { method: 'GET', path: '/api/v1/items?*', skip: 1, times: 99, kind: 'status', status: 500 };
    await world.tenant.addFaults([fault]);
    const { code, stdout } = await world.run(['apply', '--prune', '--yes', '--accept-impact=2']);
    expect(code).toBe(6);
    expect(stdout).toMatch(/blocked: no use of it was found; but .* the count is incomplete/);
    expect(await heldNames()).toEqual([...all].sort());
  });

  it('does not block what nobody uses if only details are unknown', async () => {
    drop('old-gauge');
    const fault = { method: 'GET', path: '/api/v1/items/settings', times: 9, kind: 'status', status: 403 };
    await world.tenant.addFaults([fault]);
    expect((await world.run(['apply', '--prune', '--yes'])).code).toBe(0);
    expect(await heldNames()).toEqual(['kpi-card', 'sankey']);
  });

  it('ends with its time, and lets nothing through that was not read', async () => {
    drop('old-gauge');
    const stall = { method: 'WS', path: '/app/*', kind: 'stall', message: 2, stallMs: 600_000, times: 99 };
    const isOpening = ({ method }: LoggedRequest) => method === 'WS';
    const [{ code, stdout }] = await runLongEnough(world.tenant, isOpening, async ({ option }) => {
      await world.tenant.addFaults([stall]);
      return world.run(['apply', '--prune', '--yes', '--max-duration', option]);
    });
    expect([6, 9]).toContain(code);
    expect(stdout).toContain('--max-duration is over');
    expect(await heldNames()).toEqual([...all].sort());
  });

  it('rollback waits for the number too', async () => {
    world.workspace.write(extensionFiles('fresh-chart'));
    expect((await world.run(['apply', '--yes'])).code).toBe(0);
    await world.editApp({ id: apps[4]!.id, ...appOf(['fresh-chart']) });
    const refused = await world.run(['rollback', '--prune', '--yes']);
    expect(refused).toMatchObject({ code: 6, stdout: expect.stringContaining('--accept-impact=1') });
    expect(refused.stdout).toMatch(/To continue: qlik-sync rollback \S+ --accept-impact=1 --prune\n/);
    expect(await heldNames()).toContain('fresh-chart');
    expect((await world.run(['rollback', '--prune', '--yes', '--accept-impact=1'])).code).toBe(0);
    expect(await heldNames()).not.toContain('fresh-chart');
  });

  it('watch waits for the number too, and opens no app for what it updates', async () => {
    drop('kpi-card', 'old-gauge');
    const { workspace, tenant } = world;
    const watching = await startWatching(workspace, tenant.env, ['--prune', '--delete-grace', '20ms']);
    const { message, resume } = await watching.next({ event: 'paused', name: 'kpi-card' });
    expect(message).toMatch(/^2 apps, /);
    expect(resume).toContain('--accept-impact=2');
    await watching.next({ event: 'synced', name: 'old-gauge' });
    await world.takeOpened();
    workspace.write(extensionFiles('sankey', { code: 'two', version: '1.1.0' }));
    await watching.next({ event: 'synced', name: 'sankey' });
    expect(await world.takeOpened()).toEqual([]);
    await watching.interrupt();
    const accepting = await startWatching(workspace, tenant.env, [
      '--prune',
      '--delete-grace',
      '20ms',
      '--accept-impact=2',
    ]);
    await accepting.next({ event: 'synced', name: 'kpi-card' });
    await accepting.interrupt();
    expect(await heldNames()).toEqual(['sankey']);
  });

  it('watch lets one look through by a number, and asks for the next again', async () => {
    const { workspace, tenant } = world;
    const watching = await startWatching(workspace, tenant.env, [
      '--prune',
      '--delete-grace',
      '20ms',
      '--accept-impact=2',
    ]);
    drop('kpi-card');
    await watching.next({ event: 'synced', name: 'kpi-card' });
    drop('sankey');
    const { message, resume } = await watching.next({ event: 'paused', name: 'sankey' });
    expect(message).toMatch(/^2 apps, /);
    expect(resume).toContain('--accept-impact=2');
    await watching.interrupt();
    expect(await heldNames()).toEqual(['old-gauge', 'sankey']);
  });

  it('opens no app for updates, nor if there is nothing to do', async () => {
    world.workspace.write(extensionFiles('kpi-card', { code: 'two', version: '1.1.0' }));
    expect((await world.run(['apply', '--yes'])).code).toBe(0);
    expect((await world.run(['apply', '--yes'])).code).toBe(0);
    expect(await world.takeOpened()).toEqual([]);
  });
});

describe('a plan', () => {
  it('with --impact names the apps of every change', async () => {
    await open();
    world.workspace.write(extensionFiles('sankey', { code: 'two', version: '1.1.0' }));
    drop('kpi-card', 'old-gauge');
    const { code, stdout } = await world.run(['plan', '--prune', '--impact']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}update sankey: 2 apps, \d+ people in 28 days$/m);
    expect(stdout).toMatch(/^ {2}delete kpi-card: 2 apps, \d+ people in 28 days$/m);
    expect(stdout).toMatch(/^ {2}delete old-gauge: no visible app$/m);
    expect(stdout).toMatch(/! kpi-card +delete +blocked: .*--accept-impact=2/);
    expect(stdout).toMatch(/~ sankey +update/);
    expect(stdout).toContain('1 blocked');
  });

  it('says in its document what would stop apply, and what it costs', async () => {
    await open();
    drop('kpi-card');
    const plain = await world.json(['plan', '--prune']);
    expect(plain.impact).toBeUndefined();
    expect(plain.summary).toMatchObject({ delete: 1, blocked: 0 });
    const plan = await world.json(['plan', '--prune', '--impact']);
    expect(plan.summary).toEqual({ ...plain.summary, delete: 0, blocked: 1 });
    expect(plan.requests.tier2).toBe(0);
    expect(plan.digest).not.toBe(plain.digest);
    expect(plan.impact.extensions.map(({ extension }: { extension: string }) => extension)).toEqual([
      'kpi-card',
    ]);
    const accepted = await world.json(['plan', '--prune', '--impact', '--accept-impact=2']);
    expect(accepted.digest).toBe(plain.digest);
    expect(accepted.summary).toEqual(plain.summary);
  });

  it('with impact "always" looks at updates without being asked', async () => {
    await open({ impact: 'always' });
    world.workspace.write(extensionFiles('sankey', { code: 'two', version: '1.1.0' }));
    expect((await world.run(['plan'])).stdout).toMatch(/update sankey: 2 apps/);
  });

  it('with impact "off" opens no app', async () => {
    await open();
    drop('kpi-card');
    await world.run(['plan', '--prune']);
    expect(await world.takeOpened()).toEqual([]);
  });

  it('is written as Markdown with its apps', async () => {
    await open();
    drop('kpi-card');
    await world.run(['plan', '--prune', '--impact', '--report', 'markdown=plan.md']);
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(`${world.workspace.folder}/plan.md`, 'utf8');
    expect(text).toContain(apps[0]!.name);
  });

  it('that was reviewed with its number is applied with it', async () => {
    await open();
    drop('kpi-card');
    await world.run(['plan', '--prune', '--impact', '--accept-impact=2', '--out', 'plan.json']);
    expect(await world.run(['apply', 'plan.json', '--yes'])).toMatchObject({ code: 0 });
    expect(await heldNames()).toEqual(['old-gauge', 'sankey']);
  });

  it('that was reviewed is stale if another app uses it meanwhile', async () => {
    await open();
    drop('kpi-card');
    await world.run(['plan', '--prune', '--impact', '--accept-impact=2', '--out', 'plan.json']);
    await world.editApp({ id: apps[4]!.id, ...appOf(['kpi-card']) });
    expect(await world.run(['apply', 'plan.json', '--yes'])).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/kpi-card: delete was reviewed; now it is blocked: 3 apps, /),
    });
    expect(await heldNames()).toContain('kpi-card');
  });

  it('that was reviewed without a number takes none afterwards', async () => {
    await open();
    drop('kpi-card', 'old-gauge');
    await world.run(['plan', '--prune', '--impact', '--out', 'plan.json']);
    expect((await world.run(['apply', 'plan.json', '--yes', '--accept-impact=2'])).code).toBe(3);
    expect((await world.run(['apply', 'plan.json', '--yes'])).code).toBe(6);
    expect(await heldNames()).toEqual(['kpi-card', 'sankey']);
  });

  it('that was reviewed with its number is finished after a run that came half-way', async () => {
    await open();
    drop('kpi-card', 'sankey');
    await world.run(['plan', '--prune', '--accept-impact=3', '--allow-deletes=2', '--out', 'plan.json']);
    const fault = { method: 'DELETE', path: '*', skip: 1, times: 9, kind: 'status', status: 400 };
    await world.tenant.addFaults([fault]);
    expect((await world.run(['apply', 'plan.json', '--yes', '--concurrency', '1'])).code).toBe(5);
    expect(await heldNames()).toHaveLength(2);
    await world.tenant.clearFaults();
    expect(await world.run(['apply', 'plan.json', '--yes'])).toMatchObject({ code: 0 });
    expect(await heldNames()).toEqual(['old-gauge']);
  });

  const notHeld = 'warning: apply blocks kpi-card only where it looks for apps as well';
  const ungated: readonly (readonly [object, readonly string[], string | undefined])[] = [
    [{}, [], 'Use qlik-sync apply --prune --impact, or set "impact": "deletes"'],
    [{}, ['--diff', '--detailed-exitcode'], 'Use qlik-sync apply --prune --impact, or set'],
    [{}, ['--out', 'plan.json'], 'Use qlik-sync apply plan.json, or set'],
    [{ impact: 'deletes' }, [], undefined],
    [{ impact: 'always' }, [], undefined],
  ];
  it.each(ungated)(
    'with --impact says how an apply holds up the same: config %j, %j',
    async (config, more, hint) => {
      await open(config);
      drop('kpi-card');
      const { stdout } = await world.run(['plan', '--prune', '--impact', ...more]);
      expect(stdout.includes(notHeld)).toBe(hint !== undefined);
      if (hint !== undefined) expect(stdout).toContain(hint);
      const same = more.includes('--out') ? ['plan.json'] : ['--prune', '--impact'];
      expect((await world.run(['apply', ...same, '--yes'])).code).toBe(6);
      expect(await heldNames()).toContain('kpi-card');
    },
  );
});
