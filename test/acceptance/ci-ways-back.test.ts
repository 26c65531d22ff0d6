/** examples/ci on bad days: a deploy that is cancelled and started again, an old one that is started again, and rollbacks. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipelineShell, type PipelineShell, type Sent } from './support/ci/shell.js';
import { systemsOf } from './support/ci/systems.js';
import { configWith, extensionFiles } from './support/workspace.js';

let shell: PipelineShell;
beforeEach(async () => {
  // One write after the other, so that a deploy of two can be stopped between them.
  shell = await openPipelineShell({ QLIK_SYNC_CONCURRENCY: '1' });
});
afterEach(async () => {
  const told = [...shell.calls(), shell.printed()].join('\n');
  for (const secret of Object.values(shell.secrets)) expect(told).not.toContain(secret);
  await shell.close();
});

const change = (code: string): void =>
  shell.commit({ ...extensionFiles('acme-kpi', { code }), ...extensionFiles('acme-dial', { code }) });

/** What the tenant holds of each. */
async function contents(): Promise<Readonly<Record<string, string | undefined>>> {
  const records = await shell.tenant.client.list();
  return Object.fromEntries(records.map(({ qextFilename, file }) => [qextFilename, file?.md5]));
}

const takeWrites = (): Promise<readonly string[]> => shell.tenant.takeWrites();

describe.each(Object.entries(systemsOf(() => shell)))('%s', (_, { deploy, inTime, tooLate }) => {
  it.runIf(inTime !== undefined)(
    'a deploy that is cancelled finishes what is in flight, keeps its record, and a re-run does the rest',
    async () => {
      const held = shell.holdWrite();
      const cancelled = held.reached.then(() => inTime ?? []);
      shell.hears('interrupted: finishing what is in flight').then(held.release, () => undefined);
      const run = await deploy({ cancelled });
      expect(run.code).toBe(130);
      expect(run.hasRecord()).toBe(true);
      expect(await takeWrites()).toEqual(['POST']);
      await run.rerun();
      expect(run.code).toBe(0);
      expect(run.hasRecord()).toBe(true);
      expect(await takeWrites()).toEqual(['POST']);
      expect(await shell.tenant.names()).toEqual(['acme-dial', 'acme-kpi']);
    },
  );

  it('a deploy that is killed with a request in flight is whole after a re-run, and nothing is there twice', async () => {
    const held = shell.holdWrite();
    const cancelled = held.reached.then((): readonly Sent[] => tooLate);
    const run = await deploy({ cancelled });
    expect(run.code).not.toBe(0);
    held.release();
    await held.arrived;
    await run.rerun();
    expect(run.code).toBe(0);
    expect(await takeWrites()).toEqual(['POST', 'POST']);
    expect(await shell.tenant.names()).toEqual(['acme-dial', 'acme-kpi']);
  });

  it('an old run that is started again takes nothing back and deletes nothing', async () => {
    const prod = JSON.parse(shell.read('qlik-sync.config.json'));
    shell.commit(configWith({ ...prod, prune: true }));
    const old = await deploy();
    change('two');
    shell.commit(extensionFiles('acme-map'));
    expect((await deploy()).code).toBe(0);
    const now = await contents();
    await takeWrites();
    await old.rerunAll();
    expect(old.code).toBe(1);
    expect(shell.printed()).toContain('main has moved on since this');
    expect(await takeWrites()).toEqual([]);
    expect(await contents()).toEqual(now);
  });

  it('nothing is written where main moves on while the plan waits for its approval', async () => {
    const run = await deploy({ beforeApply: async () => change('two') });
    expect(run.code).toBe(1);
    expect(await takeWrites()).toEqual([]);
    expect((await deploy()).code).toBe(0);
  });

  it('a commit whose files are those of main again may be deployed', async () => {
    const run = await deploy({
      beforeApply: async () => {
        change('two');
        change('one');
      },
    });
    expect(run.code).toBe(0);
  });

  it('a rollback brings back what its deploy replaced, from its record alone', async () => {
    await deploy();
    const before = await contents();
    change('two');
    const run = await deploy();
    expect(await contents()).not.toEqual(before);
    await takeWrites();
    expect(await run.rollBack()).toBe(0);
    expect(await takeWrites()).toEqual(['PATCH', 'PATCH']);
    expect(await contents()).toEqual(before);
  });

  it('a rollback of one name leaves the others; with --prune it deletes what the deploy created', async () => {
    const first = await deploy();
    expect(await first.rollBack('acme-dial --prune')).toBe(0);
    expect(await shell.tenant.names()).toEqual(['acme-kpi']);
  });

  it('a rollback writes nothing where the tenant moved since its plan', async () => {
    await deploy();
    change('two');
    const run = await deploy();
    await takeWrites();
    expect(await run.rollBack('', { beforeApply: () => shell.tenant.editByHand('acme-kpi') })).toBe(7);
    expect(await takeWrites()).toEqual([]);
  });

  it.runIf(inTime !== undefined)('a deploy that was cancelled can be taken back', async () => {
    await deploy();
    const before = await contents();
    change('two');
    const held = shell.holdWrite();
    const cancelled = held.reached.then(() => inTime ?? []);
    shell.hears('interrupted: finishing what is in flight').then(held.release, () => undefined);
    const run = await deploy({ cancelled });
    expect(run.code).toBe(130);
    await takeWrites();
    expect(await run.rollBack()).toBe(0);
    expect(await takeWrites()).toEqual(['PATCH']);
    expect(await contents()).toEqual(before);
  });
});

it('without exec the signal of a runner would not reach qlik-sync: the test above sees that', async () => {
  const folder = shell.checkout();
  const held = shell.holdWrite();
  const env = { QLIK_PROD_API_KEY: shell.secrets.QLIK_DEPLOY_KEY };
  const apply = 'node_modules/.bin/qlik-sync apply --env prod --confirm prod --yes\necho and then';
  const running = shell.runScript({
    ...{ text: `npm ci\n${apply}`, cwd: folder, env, options: ['-e'] },
    cancelled: held.reached.then((): readonly Sent[] => [{ signal: 'SIGINT', to: 'entry' }]),
  });
  await held.reached;
  held.release();
  expect((await running).output).not.toContain('interrupted');
  expect(await takeWrites()).toEqual(['POST', 'POST']);
});
