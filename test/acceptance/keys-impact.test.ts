/** Two keys see two sets of apps: what the reviewed plan blocked stays blocked, and a number that differs is explained. */

import { beforeEach, describe, expect, it } from 'vitest';
import { appOf, deploy, type ImpactWorld, openImpactWorld } from './support/impact-world.js';
import { extensionFiles, type Result } from './support/workspace.js';

let world: ImpactWorld;

/** old-gauge goes, and other changes. */
beforeEach(async () => {
  const engine = { apps: 60, refusals: 'none', extensions: [] } as const;
  world = await openImpactWorld([], { engine }, { impact: 'deletes' });
  await deploy(world, ['old-gauge', 'other']);
  world.workspace.remove('extensions/old-gauge');
  world.workspace.write(extensionFiles('other', { code: 'two', version: '2.0.0' }));
});

function runAs(key: 'admin' | 'list-only' | 'deploy', ...args: readonly string[]): Promise<Result> {
  const { apiKey, userKey, publisherKey } = world.tenant.sandbox;
  const QLIK_API_KEY = { admin: apiKey, 'list-only': userKey, deploy: publisherKey }[key];
  return world.run([...args, '--no-cache'], { env: { ...world.tenant.env, QLIK_API_KEY } });
}

const apply = ['apply', 'plan.json', '--yes', '--no-backup'] as const;

/** An app that only its owner sees. */
async function useInPrivate(name: string): Promise<void> {
  const app = (await world.apps()).find(({ spaceId }) => spaceId === undefined);
  if (app === undefined) throw new Error('the administrator has no private app');
  await world.editApp({ id: app.id, ...appOf([name]) });
}

/** Sockets apart, which read apps. */
async function takeWrites(): Promise<readonly string[]> {
  return (await world.tenant.takeWrites()).filter((method) => method !== 'WS');
}

describe('a plan whose key sees fewer apps', () => {
  it('is refused once, with the key as the reason, and works with the other key', async () => {
    await useInPrivate('old-gauge');
    expect((await runAs('list-only', 'plan', '--prune', '--out', 'plan.json')).code).toBe(0);
    await world.tenant.takeRequests();
    const refused = await runAs('admin', ...apply);
    expect(refused.code).toBe(7);
    expect(await takeWrites()).toEqual([]);
    expect(refused.stderr).toContain('Every key counts the apps that it sees: plan again with this key');
    const accepted = ['--prune', '--accept-impact=1', '--out', 'plan.json'];
    expect((await runAs('admin', 'plan', ...accepted)).code).toBe(0);
    expect((await runAs('admin', ...apply)).code).toBe(0);
    expect(await world.tenant.names()).toEqual(['other']);
  });
});

describe('what the reviewed plan blocked for its apps', () => {
  it.each(['admin', 'deploy'] as const)(
    'stays blocked with the key %s, and the rest is written',
    async (key) => {
      const [app] = (await world.apps()).filter(({ spaceId }) => spaceId !== undefined);
      const fault = {
        method: 'WS',
        path: `/app/${app?.id}`,
        kind: 'close',
        code: 4203,
        message: 2,
        times: 99,
      };
      await world.tenant.addFaults([fault]);
      const planned = await runAs('list-only', 'plan', '--prune', '--out', 'plan.json');
      expect([planned.code, planned.stdout]).toEqual([
        0,
        expect.stringMatching(/! old-gauge +delete +blocked/),
      ]);
      await world.tenant.clearFaults();
      for (const writes of [['PATCH'], []]) {
        await world.tenant.takeRequests();
        const applied = await runAs(key, ...apply);
        expect(applied.code, applied.stderr).toBe(6);
        expect(applied.stdout).toMatch(/! old-gauge +delete +blocked: as in the reviewed plan: no use of it/);
        expect(await takeWrites()).toEqual(writes);
      }
      expect(await world.tenant.names()).toEqual(['old-gauge', 'other']);
    },
  );
});
