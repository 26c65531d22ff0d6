/** examples/ci on bad days: a deploy that is cancelled and started again, an old one that is started again, and rollbacks. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { openPipelineShell, type PipelineShell, recordToken, type Sent } from './support/ci/shell.js';
import { type Happening, type System, systemsOf } from './support/ci/systems.js';
import { configWith, extensionFiles } from './support/workspace.js';

let shell: PipelineShell;
beforeEach(async () => {
  // One write after the other, so that a deploy of two can be stopped between them.
  shell = await openPipelineShell({ QLIK_SYNC_CONCURRENCY: '1' });
});
afterEach(async () => {
  const told = [...shell.calls(), shell.printed()].join('\n');
  for (const secret of [...Object.values(shell.secrets), recordToken]) expect(told).not.toContain(secret);
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

/** Cancels a deploy while its first write is on its way, and lets the write go on once qlik-sync has noticed. */
function cancelInTime(signals: readonly Sent[]): Happening {
  const held = shell.holdWrite();
  shell.hears('interrupted: finishing what is in flight').then(held.release, () => undefined);
  return { cancelled: held.reached.then(() => signals) };
}

const systems = systemsOf(() => shell);

describe.each(Object.entries(systems))('%s', (_, { deploy, inTime, tooLate }) => {
  it('a deploy is cancelled or killed, started again, started again when it is old, and rolled back', async () => {
    const { environments } = JSON.parse(shell.read('qlik-sync.config.json'));
    shell.commit(configWith({ environments, prune: true }));

    // Cancelled: what is in flight is finished, the record is kept, and the same job does the rest.
    const oldest = shell.head();
    const first = await deploy(inTime && cancelInTime(inTime));
    if (inTime !== undefined) {
      expect([first.code, first.hasRecord(), await takeWrites()]).toEqual([130, true, ['POST']]);
      await first.rerun();
      expect([first.code, first.hasRecord(), await takeWrites()]).toEqual([0, true, ['POST']]);
    }
    expect(await shell.tenant.names()).toEqual(['acme-dial', 'acme-kpi']);
    await takeWrites();

    // Killed with a request in flight, which arrives late: the same job makes the tenant whole, and nothing is there twice.
    change('two');
    shell.commit(extensionFiles('acme-map'));
    const held = shell.holdWrite();
    const second = await deploy({ cancelled: held.reached.then(() => tooLate) });
    expect(second.code).not.toBe(0);
    held.release();
    await held.arrived;
    await second.rerun();
    expect(second.code).toBe(0);
    expect((await takeWrites()).toSorted()).toEqual(['PATCH', 'PATCH', 'POST']);
    expect(await shell.tenant.names()).toEqual(['acme-dial', 'acme-kpi', 'acme-map']);

    // An old run takes nothing back and deletes nothing, even where a tag is named like the branch.
    git(shell.repository, 'tag', 'main', oldest);
    const now = await contents();
    await first.rerunAll();
    expect(first.code).toBe(1);
    expect(shell.printed()).toContain('main has moved on since this');
    expect([await takeWrites(), await contents()]).toEqual([[], now]);

    // A rollback is exactly the plan that was shown, or nothing; of a name, it leaves the others.
    change('three');
    const third = await deploy();
    const after = await contents();
    await takeWrites();
    expect(await third.rollBack('acme-dial acme-map')).toBe(undefined);
    expect(await third.rollBack('acme-dial')).toBe(0);
    expect(await takeWrites()).toEqual(['PATCH']);
    expect(await contents()).toEqual({ ...after, 'acme-dial': now['acme-dial'] });
    expect(await third.rollBack(undefined, { beforeApply: () => shell.tenant.editByHand('acme-kpi') })).toBe(
      7,
    );
    expect(await takeWrites()).toEqual([]);
  });
});

describe('what does not depend on the system, on GitHub', () => {
  const { deploy, inTime = [] } = systems['GitHub'] as System;

  it('nothing is written if main moves on while the plan waits for its approval', async () => {
    const run = await deploy({ beforeApply: async () => change('two') });
    expect(run.code).toBe(1);
    expect(await takeWrites()).toEqual([]);
  });

  it('a commit with the same files as main may be deployed', async () => {
    const run = await deploy({
      beforeApply: async () => {
        change('two');
        change('one');
      },
    });
    expect(run.code).toBe(0);
  });

  it('nothing is written if a submodule has moved on, even one that git is configured to ignore', async () => {
    mkdirSync(join(shell.repository, 'charts'));
    const pointAt = (commit: string): void => {
      git(shell.repository, 'update-index', '--add', '--cacheinfo', `160000,${commit},charts`);
      shell.commit({
        '.gitmodules': '[submodule "charts"]\n\tpath = charts\n\turl = ../c\n\tignore = all\n',
      });
    };
    pointAt('1'.repeat(40));
    const run = await deploy({ beforeApply: async () => pointAt('2'.repeat(40)) });
    expect(run.code).toBe(1);
    expect(await takeWrites()).toEqual([]);
  });

  it('a rollback brings back everything that its deploy replaced; for a cancelled one, what it had done', async () => {
    await deploy();
    const before = await contents();
    change('two');
    const cancelled = await deploy(cancelInTime(inTime));
    await takeWrites();
    expect(await cancelled.rollBack()).toBe(0);
    expect([await takeWrites(), await contents()]).toEqual([['PATCH'], before]);
    const run = await deploy();
    await takeWrites();
    expect(await run.rollBack()).toBe(0);
    expect([await takeWrites(), await contents()]).toEqual([['PATCH', 'PATCH'], before]);
  });

  it('a rollback deletes what the deploy created with --prune', async () => {
    const first = await deploy();
    expect(await first.rollBack('acme-dial --prune')).toBe(0);
    expect(await shell.tenant.names()).toEqual(['acme-kpi']);
  });
});

it('without exec the signal of a runner would not reach qlik-sync, and the test above would notice', async () => {
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
