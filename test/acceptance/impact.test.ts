/** `qlik-sync impact`: its questions, filters, budget and cache, and what disturbs a scan. */

import {
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { ask } from '../sandbox/support.js';
import { validatorOf } from './support/documents.js';
import { appOf, type ImpactWorld, openImpactWorld, type TrueApp } from './support/impact-world.js';
import { runLongEnough } from './support/long-enough.js';
import type { LoggedRequest } from './support/tenant.js';

const longAgo = '2026-11-01T00:00:00Z';

const small = (apps: number, more: SandboxOptions = {}): SandboxOptions => ({
  engine: { apps, refusals: 'none', extensions: [] },
  ...more,
});

/** A tenant whose apps hold nothing, but for the first ones: each of these uses the types of one row. */
async function worldOf(
  extensions: readonly string[],
  rows: readonly (readonly string[])[],
  options: SandboxOptions = small(20),
): Promise<{ readonly world: ImpactWorld; readonly apps: readonly TrueApp[] }> {
  const world = await openImpactWorld(extensions, options);
  const apps = (await world.apps()).filter(({ spaceId }) => spaceId !== undefined);
  for (const [index, types] of rows.entries()) {
    await world.editApp({ id: apps[index]!.id, updatedAt: longAgo, ...appOf(types) });
  }
  await world.tenant.takeRequests();
  return { world, apps };
}

// biome-ignore lint/suspicious/noExplicitAny: a document
const appsOf = (document: any, name: string): string[] =>
  document.extensions
    .find(({ extension }: { extension: string }) => extension === name)
    ?.uses.map(({ app }: { app: { id: string } }) => app.id)
    .sort();

describe('the questions', () => {
  it('who uses what, in words', async () => {
    const { world, apps } = await worldOf(['kpi-card', 'sankey'], [['kpi-card', 'kpi-card'], ['barchart']]);
    const { code, stdout } = await world.run(['impact']);
    expect(code).toBe(0);
    expect(stdout).toContain('qlik-sync impact · tenant (environment)');
    expect(stdout).toMatch(/^kpi-card: 1 app, \d+ (people|person) in 28 days, \d+ views?$/m);
    expect(stdout).toContain(`  ${apps[0]!.name}  `);
    expect(stdout).toMatch(/ {4}2 objects$/m);
    expect(stdout).toMatch(
      new RegExp(`space ${apps[0]!.spaceId} · owner ${apps[0]!.ownerId} · updated \\d{4}-`),
    );
    expect(stdout).toContain('sankey: no visible app uses it');
    expect(stdout).toContain("Other people's private sheets cannot be read");
  });

  it('of some, by name or glob; a name that matches nothing is a mistake', async () => {
    const { world } = await worldOf(['kpi-card', 'kpi-tile', 'sankey'], []);
    const names = ({ extensions }: { extensions: { extension: string }[] }) =>
      extensions.map(({ extension }) => extension).sort();
    expect(names(await world.json(['impact', 'kpi-*']))).toEqual(['kpi-card', 'kpi-tile']);
    await world.tenant.takeRequests();
    const mistaken = await world.run(['impact', 'kpi-crad']);
    expect(mistaken).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/kpi-crad matches no extension/),
    });
    expect(await world.takeOpened()).toEqual([]);
  });

  it('--unused and --missing', async () => {
    const { world, apps } = await worldOf(['kpi-card', 'sankey'], [['kpi-card', 'lost-chart'], ['sn-table']]);
    const unused = await world.run(['impact', '--unused']);
    expect(unused).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Used by no visible app:\n  sankey\n'),
    });
    const missing = await world.json(['impact', '--missing']);
    expect(missing.extensions).toHaveLength(1);
    expect(appsOf(missing, 'lost-chart')).toEqual([apps[0]!.id]);
    expect((await world.json(['impact', '--missing', 'other*'])).extensions).toEqual([]);
    expect((await world.run(['impact', '--unused', '--missing'])).code).toBe(3);
  });

  it('say nothing about people if the tenant counts none', async () => {
    const { world } = await worldOf(['kpi-card'], [['kpi-card']]);
    const off = [{ op: 'replace', path: '/usageMetricsEnabled', value: false }];
    await ask(world.tenant.sandbox, '/api/v1/items/settings', { method: 'PATCH', body: JSON.stringify(off) });
    const { code, stdout } = await world.run(['impact']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kpi-card: 1 app$/m);
    expect(stdout).toContain('usage:');
    expect(stdout).not.toMatch(/\d (people|views|person|view)/);
    expect(await world.json(['impact'])).toMatchObject({
      usage: 'off',
      extensions: [{ uses: [{ app: {} }] }],
    });
  });

  it('count published copies, for the apps that matter only', async () => {
    const world = await openImpactWorld(['kpi-card'], {
      engine: { apps: 60, refusals: 'none', extensions: [] },
    });
    const truth = await world.apps();
    const copies = new Map<string, number>();
    for (const { itemId } of truth) {
      const { body } = await ask(world.tenant.sandbox, `/api/v1/items/${itemId}/publisheditems?limit=100`);
      copies.set(itemId, body.data.length);
    }
    const source = truth.find(({ itemId }) => (copies.get(itemId) ?? 0) > 0)!;
    await world.editApp({ id: source.id, ...appOf(['kpi-card']) });
    await world.tenant.takeRequests();
    const { extensions } = await world.json(['impact']);
    expect(extensions[0].uses[0].app).toMatchObject({
      id: source.id,
      publishedCopies: copies.get(source.itemId),
    });
    const asked = (await world.tenant.takeRequests()).filter(({ path }) => path.includes('publisheditems'));
    expect(asked).toHaveLength(1);
  });
});

describe('its documents', () => {
  it('keep to the published schema', async () => {
    const { world } = await worldOf(['kpi-card', 'sankey'], [['kpi-card', 'lost-chart']]);
    const validate = validatorOf('impact');
    for (const args of [[], ['--unused'], ['--missing'], ['--max-apps', '1', '--no-cache']]) {
      const document = await world.json(['impact', ...args]);
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
      expect(document.command).toBe('impact');
    }
  });

  it.each(['markdown', 'html'])('are written as %s with the apps', async (kind) => {
    const { world, apps } = await worldOf(['kpi-card'], [['kpi-card']]);
    await world.run(['impact', '--report', `${kind}=report.txt`]);
    expect(readFileSync(join(world.workspace.folder, 'report.txt'), 'utf8')).toContain(apps[0]!.name);
  });
});

describe('filters', () => {
  it('by space, by id and by a part of the name', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const all = await world.apps();
    const listed = async (...args: string[]) => (await world.json(['impact', ...args])).apps.listed;
    const { spaceId = '', id, name } = apps[0]!;
    expect(await listed('--space', spaceId)).toBe(all.filter((app) => app.spaceId === spaceId).length);
    expect(await listed('--space', 'personal')).toBe(all.filter((app) => app.spaceId === undefined).length);
    expect(await listed('--app', id)).toBe(1);
    const alike = all.filter((app) => app.name.toLowerCase().includes(name.toLowerCase())).length;
    expect(await listed('--app', name.toUpperCase())).toBe(alike);
    expect(await listed('--app', id, '--app', apps[1]!.id)).toBe(2);
  });

  it('that match nothing are a mistake, even beside one that does, and before any app is opened', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const { spaceId = '', id, name } = apps[0]!;
    const unknown = '00000000-0000-4000-8000-000000000000';
    const mistakes: readonly (readonly [readonly string[], string])[] = [
      [['--unused', '--space', 'typo'], 'shows no app in the space typo.'],
      [['--app', 'no such app'], 'shows no app no such app.'],
      [['--app', name, '--app', 'chrun'], 'shows no app chrun.'],
      [['--app', id, '--app', unknown], `shows no app ${unknown}.`],
      [['--space', spaceId, '--space', 'typo'], 'shows no app in the space typo.'],
      [['--space', spaceId, '--app', 'chrun'], `shows no app chrun in the space ${spaceId}.`],
      [['--app', ''], 'not empty'],
      [['--space', ' '], 'not empty'],
    ];
    for (const [args, words] of mistakes) {
      const { code, stdout, stderr } = await world.run(['impact', ...args]);
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 3, stdout: '' });
      expect(stderr).toContain(words);
    }
    expect(await world.takeOpened()).toEqual([]);
  });
});

describe('credentials', () => {
  it('that see no app call nothing unused', async () => {
    const world = await openImpactWorld(['kpi-card'], small(0));
    expect(await world.json(['impact', '--unused'])).toMatchObject({ complete: false, exitCode: 5 });
    const { code, stdout } = await world.run(['impact', '--unused']);
    expect(code).toBe(5);
    expect(stdout).toContain('No use found, but these credentials can see no app');
  });

  it('that may open nothing are not a success', async () => {
    const { world } = await worldOf(['kpi-card'], [], small(30));
    await world.tenant.addFaults([
      { method: 'WS', path: '*', kind: 'close', code: 4203, message: 2, times: 99 },
    ]);
    expect((await world.run(['impact'])).code).toBe(5);
  });

  it('that the engine refuses are not tried for every app', async () => {
    const { world } = await worldOf(['kpi-card'], [], small(60));
    await world.tenant.addFaults([
      { method: 'WS', path: '*', kind: 'status', status: 401, message: 0, times: 999 },
    ]);
    const { code, stdout } = await world.run(['impact']);
    expect(code).toBe(5);
    expect(stdout).toContain('the engine does not accept the credentials (401)');
    expect((await world.takeOpened()).length).toBeLessThan(30);
  });
});

describe('the budget', () => {
  it('ends with 9, reports what is missing, and the next run continues', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    const total = (await world.apps()).length;
    const first = await world.run(['impact', '--unused', '--max-apps', '5', '--json']);
    expect(first.code).toBe(9);
    const document = JSON.parse(first.stdout);
    expect(document).toMatchObject({
      complete: false,
      apps: { listed: total, opened: 5, fromCache: 0 },
      missing: [`${total - 5} apps not opened: --max-apps 5`],
    });
    expect(document.unopened).toHaveLength(total - 5);
    expect((await world.run(['impact', '--unused', '--max-apps', '5'])).stdout).toContain(
      'No use found, but',
    );
    await world.tenant.takeRequests();
    const whole = await world.run(['impact', '--unused']);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('Used by no visible app') });
    expect(await world.takeOpened()).toHaveLength(total - 10);
  });

  it('of time cuts what is open', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    const stall = { method: 'WS', path: '/app/*', kind: 'stall', message: 2, stallMs: 600_000, times: 4 };
    const isOpening = ({ method }: LoggedRequest) => method === 'WS';
    const [{ code, stdout }, { words }] = await runLongEnough(world.tenant, isOpening, async ({ option }) => {
      await world.tenant.addFaults([stall]);
      return world.run(['impact', '--max-duration', option]);
    });
    expect(code).toBe(9);
    expect(stdout).toContain(`not opened: --max-duration ${words}`);
  });

  it.each<[string, { readonly path: string; readonly skip?: number }, (limit: string) => object]>([
    [
      'the list of apps',
      { path: '/api/v1/items?*' },
      (limit) => ({
        list: 'partial',
        missing: [`the list of apps broke off after 0: --max-duration ${limit}`],
      }),
    ],
    [
      'the second look at it',
      { path: '/api/v1/items?*', skip: 1 },
      (limit) => ({
        list: 'partial',
        missing: [`whether apps changed while they were read could not be checked: --max-duration ${limit}`],
      }),
    ],
    [
      'the details of apps',
      { path: '*publisheditems*' },
      (limit) => ({
        list: 'whole',
        missing: [],
        untold: [`published copies and collections of 1 app were not read: --max-duration ${limit}`],
      }),
    ],
  ])('of time cuts %s', async (_what, fault, told) => {
    const { world } = await worldOf(['kpi-card'], [['kpi-card']]);
    const [{ code, stdout }, { words }] = await runLongEnough(
      world.tenant,
      ({ path }) => path.includes(fault.path.replaceAll('*', '')),
      async ({ option }) => {
        await world.tenant.addFaults([
          { method: 'GET', kind: 'stall', stallMs: 600_000, times: 9, ...fault },
        ]);
        return world.run(['impact', '--max-duration', option, '--json', '--no-cache']);
      },
      1 + (fault.skip ?? 0),
    );
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject(told(words));
  });

  it('of time begins with the command', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    await world.tenant.addFaults([
      { method: 'GET', path: '/api/v1/extensions', kind: 'stall', stallMs: 60_000 },
    ]);
    expect(await world.run(['impact', '--max-duration', '300ms'])).toMatchObject({
      code: 9,
      stdout: '',
      stderr: expect.stringContaining('--max-duration was over before'),
    });
  });

  it.each(['--max-duration', '--timeout'])('of time is no longer than a timer takes: %s', async (option) => {
    const { world } = await worldOf(['kpi-card'], [], small(0));
    const { code, stderr } = await world.run(['impact', option, '600h']);
    expect(code).toBe(3);
    expect(stderr).toContain('at most 24 days');
  });

  it('names each app once if some were tried and some were not', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    const total = (await world.apps()).length;
    await world.tenant.addFaults([
      { method: 'WS', path: '/app/*', kind: 'close', code: 4203, message: 2, times: 99 },
    ]);
    const { code, stdout } = await world.run(['impact', '--unused', '--max-apps', '5']);
    expect(code).toBe(9);
    expect(stdout).toContain(
      `No use found, but 5 apps could not be opened; ${total - 5} apps not opened: --max-apps 5;`,
    );
  });
});

describe('the cache', () => {
  const folder = (world: ImpactWorld) => join(world.workspace.folder, '.qlik-sync/cache/impact');
  const files = (world: ImpactWorld) => {
    const [own = ''] = accounts(world);
    return readdirSync(own).map((file) => join(own, file));
  };
  /** One folder for each credential. */
  const accounts = (world: ImpactWorld) => {
    const [tenant = ''] = readdirSync(folder(world));
    return readdirSync(join(folder(world), tenant)).map((account) => join(folder(world), tenant, account));
  };

  it('is for its owner alone, and holds no name of an app or file of the tenant', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    await world.run(['impact']);
    expect(files(world)).toHaveLength((await world.apps()).length);
    for (const file of files(world)) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(file).toMatch(/[0-9a-f]{40}\.json$/);
      expect(readFileSync(file, 'utf8')).not.toContain(world.tenant.sandbox.apiKey);
    }
    const [own = ''] = accounts(world);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(own).not.toContain(world.tenant.sandbox.apiKey);
  });

  it('of another key is not used: a user who sees another private sheet may see another use', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const [app] = apps;
    const sheets = appOf(['kpi-card']).sheets!.map((sheet) => ({ ...sheet, privateTo: world.adminId }));
    await world.editApp({ id: app!.id, sheets });
    const env = { ...world.tenant.env, QLIK_API_KEY: world.tenant.sandbox.userKey };
    expect(appsOf(await world.json(['impact'], { env }), 'kpi-card')).toEqual([]);
    expect(appsOf(await world.json(['impact']), 'kpi-card')).toEqual([app!.id]);
    expect(appsOf(await world.json(['impact'], { env }), 'kpi-card')).toEqual([]);
    expect(accounts(world)).toHaveLength(2);
  });

  it.each<[string, (file: string, other: string) => void]>([
    ['empty', (file) => writeFileSync(file, '')],
    ['torn', (file) => writeFileSync(file, readFileSync(file).subarray(0, 40))],
    ['null', (file) => writeFileSync(file, 'null')],
    [
      'of another shape',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"objects":[', '"objects":[1,')),
    ],
    [
      'of another format',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"format":\d+/, '"format":1')),
    ],
    ['of another app', (file, other) => writeFileSync(file, readFileSync(other))],
    [
      'a folder link',
      (file) => {
        unlinkSync(file);
        symlinkSync('/', file);
      },
    ],
  ])('that is %s is read again', async (_name, damage) => {
    const { world, apps } = await worldOf(['kpi-card'], [['kpi-card']]);
    await world.run(['impact']);
    await world.tenant.takeRequests();
    const [first = '', second = ''] = files(world);
    damage(first, second);
    const document = await world.json(['impact']);
    expect(await world.takeOpened()).toHaveLength(1);
    expect(appsOf(document, 'kpi-card')).toEqual([apps[0]!.id]);
    expect(await world.takeOpened()).toEqual([]);
  });

  it('is not needed if it cannot be written', async () => {
    const { world } = await worldOf(['kpi-card'], [['kpi-card']]);
    world.workspace.write({ '.qlik-sync/cache': 'a file where a folder should be' });
    expect(await world.run(['impact'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('kpi-card: 1 app'),
    });
    chmodSync(join(world.workspace.folder, '.qlik-sync/cache'), 0o600);
  });

  it('is not touched with --no-cache', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    await world.run(['impact', '--no-cache']);
    await world.run(['impact', '--no-cache']);
    expect(await world.takeOpened()).toHaveLength(2 * (await world.apps()).length);
    expect(() => files(world)).toThrow();
  });

  it('does not trust a time of whole seconds at which an app was saved again', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const [id, updatedAt] = [apps[0]!.id, `${new Date().toISOString().slice(0, 19)}Z`];
    await world.editApp({ id, updatedAt, ...appOf(['barchart']) });
    expect(appsOf(await world.json(['impact']), 'kpi-card')).toEqual([]);
    await world.editApp({ id, updatedAt, ...appOf(['kpi-card']) });
    await world.takeOpened();
    expect(appsOf(await world.json(['impact']), 'kpi-card')).toEqual([id]);
    expect(await world.takeOpened()).toEqual([id]);
  });

  it('forgets apps that are gone', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    await world.run(['impact']);
    const before = files(world).length;
    await ask(world.tenant.sandbox, `/api/v1/items/${apps[0]!.itemId}`, { method: 'DELETE' });
    await world.run(['impact', '--app', apps[1]!.id]);
    expect(files(world)).toHaveLength(before);
    await world.run(['impact']);
    expect(files(world)).toHaveLength(before - 1);
  });
});

describe('an interrupted scan', () => {
  it('keeps what was read, says so, and goes on from there', async () => {
    const { world } = await worldOf(['kpi-card'], [], small(20, { engine: { apps: 20, refusals: 'none' } }));
    const total = (await world.apps()).length;
    const stall = { method: 'WS', path: '/app/*', kind: 'stall', message: 2, stallMs: 60_000 };
    await world.tenant.addFaults([{ ...stall, skip: 8, times: 99 }]);
    const stop = new AbortController();
    const running = world.run(['impact'], { interrupted: stop.signal });
    await until(
      async () => (await world.tenant.seeRequests()).filter(({ method }) => method === 'WS').length >= 9,
    );
    stop.abort(new Error('interrupted'));
    const { code, stderr, stdout } = await running;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    const [, dealt] = /(\d+) of \d+ apps were dealt with; the next run goes on from there/.exec(stderr) ?? [];
    expect(Number(dealt)).toBeGreaterThan(0);
    await world.tenant.clearFaults();
    await world.takeOpened();
    const document = await world.json(['impact']);
    expect(document.apps).toMatchObject({ listed: total, opened: total - document.apps.fromCache });
    expect(document.apps.fromCache).toBeGreaterThanOrEqual(Number(dealt));
    expect(await world.takeOpened()).toHaveLength(document.apps.opened);
  });
});

describe('disturbances of a scan', () => {
  it('apps that most people see and nobody may open: the others are reported', async () => {
    const { world, apps } = await worldOf(['kpi-card'], [], small(40));
    const opening = { kind: 'denies', code: 5, message: 'Access is denied' } as const;
    for (const { id } of apps.slice(0, 14)) await world.editApp({ id, opening });
    await world.editApp({ id: apps[14]!.id, ...appOf(['kpi-card']) });
    const { code, stdout } = await world.run(['impact', '--json']);
    const document = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(document.missing).toEqual([]);
    expect(document.unopened).toHaveLength(14);
    expect(document.unopened[0].reason).toBe('the engine refused: "Access is denied" (5)');
    expect(appsOf(document, 'kpi-card')).toEqual([apps[14]!.id]);
  });

  it('a master item that does not say what draws it: no use found, and never unused', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    await world.editApp({ id: apps[0]!.id, masterItems: [{ id: 'm', title: 'Main' }] });
    const { stdout } = await world.run(['impact', '--unused']);
    expect(stdout).toContain('No use found, but 1 app could not be opened');
    expect(stdout).toContain('a master item does not say what draws it');
  });

  it.each([1, 2, 3, 4, 5])(
    'sockets that break at message %i: tried again, and then whole',
    async (message) => {
      const { world, apps } = await worldOf(['kpi-card'], [['kpi-card']]);
      await world.tenant.addFaults([
        { method: 'WS', path: '/app/*', kind: 'reset', message, skip: 2, times: 2 },
      ]);
      const document = await world.json(['impact']);
      expect(document).toMatchObject({ complete: true, unopened: [], missing: [] });
      expect(appsOf(document, 'kpi-card')).toEqual([apps[0]!.id]);
    },
  );

  it.each([
    ['sockets that always break', { kind: 'reset', message: 3 }, 'broke'],
    ['garbage', { kind: 'garbage', message: 3 }, 'protocol'],
    ['a close code', { kind: 'close', message: 2, code: 4203 }, '4203'],
    ['a refused handshake', { kind: 'status', message: 0, status: 503 }, '503'],
  ])('%s at the app that uses it: no use found, and never unused', async (_name, fault, reason) => {
    const { world, apps } = await worldOf(['kpi-card'], [['kpi-card']]);
    const path = `/app/${apps[0]!.id}`;
    await world.tenant.addFaults([{ method: 'WS', path, times: 99, ...fault }]);
    const { stdout } = await world.run(['impact', '--unused']);
    expect(stdout).toContain(
      'No use found, but 1 app could not be opened; some of these may be used:\n  kpi-card',
    );
    expect(stdout).not.toContain('Used by no visible app');
    expect(stdout).toMatch(new RegExp(`  ${apps[0]!.name}  .*${reason}`));
    expect((await world.run(['impact'])).stdout).toContain(
      'kpi-card: no use found; 1 app could not be opened',
    );
  });

  it('an engine that answers nobody is not asked a thousand times', async () => {
    const { world } = await worldOf(['kpi-card'], [], small(60));
    await world.tenant.addFaults([{ method: 'WS', path: '*', kind: 'reset', message: 1, times: 9999 }]);
    const { code, stdout } = await world.run(['impact', '--unused']);
    expect(code).toBe(5);
    expect(stdout).toMatch(/apps not opened: the engine answered none of the last 12 apps/);
    expect(stdout).not.toContain('Used by no visible app');
    expect((await world.takeOpened()).length).toBeLessThan(60);
  });

  it.each([
    ['a failing page', { kind: 'status', status: 500 }],
    ['half a page', { kind: 'truncate' }],
    ['a page that is a login form', { kind: 'html' }],
  ])('%s in the middle of the list', async (_name, fault) => {
    const { world } = await worldOf(['kpi-card'], [], small(150));
    const pages = { method: 'GET', path: '/api/v1/items?*', skip: 1, times: 9, ...fault };
    await world.tenant.addFaults([pages]);
    const { code, stdout } = await world.run(['impact', '--unused']);
    if (fault.kind === 'html') return expect(code).toBe(4);
    expect(code).toBe(5);
    expect(stdout).toMatch(/incomplete: the list of apps broke off after 100: /);
    expect(stdout).toContain('No use found');
  });

  it('a list that never comes is not an empty tenant', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    await world.tenant.addFaults([
      { method: 'GET', path: '/api/v1/items?*', times: 9, kind: 'status', status: 500 },
    ]);
    expect(await world.run(['impact', '--unused'])).toMatchObject({ code: 5, stdout: '' });
  });

  it('settings that cannot be read', async () => {
    const { world } = await worldOf(['kpi-card'], [['kpi-card']]);
    const fault = { method: 'GET', path: '/api/v1/items/settings', times: 9, kind: 'status', status: 403 };
    await world.tenant.addFaults([fault]);
    expect(await world.json(['impact'])).toMatchObject({
      complete: true,
      missing: [],
      untold: [expect.stringMatching(/whether the tenant measures usage could not be read/)],
      exitCode: 0,
    });
  });

  it('an app that starts to use it while others are read', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const read = await whileReading(world, apps[9]!.id, async () => {
      await world.editApp({ id: apps[0]!.id, ...appOf(['kpi-card']) });
    });
    expect(appsOf(read, 'kpi-card')).toEqual([apps[0]!.id]);
    expect(read).toMatchObject({ complete: true, missing: [] });
  });

  it('an app that appears while others are read', async () => {
    const { world, apps } = await worldOf(['kpi-card'], []);
    const mine = apps.find(({ ownerId }) => ownerId === world.adminId)!;
    await world.editApp({ id: mine.id, ...appOf(['kpi-card']) });
    const moveTo = async (spaceId: string) => {
      const body = JSON.stringify({ name: mine.name, spaceId });
      const path = `/api/v1/items/${mine.itemId}`;
      const { status } = await ask(world.tenant.sandbox, path, { method: 'PUT', body });
      expect(status).toBe(200);
    };
    // What is personal is seen by its owner only, and the other key is somebody else's.
    await moveTo('');
    const env = { ...world.tenant.env, QLIK_API_KEY: world.tenant.sandbox.userKey };
    expect(appsOf(await world.json(['impact', '--no-cache'], { env }), 'kpi-card')).toEqual([]);
    const heldBack = apps.find(({ id }) => id !== mine.id)!;
    const read = await whileReading(world, heldBack.id, () => moveTo(mine.spaceId!), { env });
    expect(appsOf(read, 'kpi-card')).toEqual([mine.id]);
    expect(read).toMatchObject({ complete: true });
  });

  it('an app that is deleted while others are read is reported', async () => {
    const { world, apps } = await worldOf(['kpi-card'], [['kpi-card']]);
    const read = await whileReading(world, apps[9]!.id, async () => {
      await ask(world.tenant.sandbox, `/api/v1/items/${apps[0]!.itemId}`, { method: 'DELETE' });
    });
    expect(read).toMatchObject({
      complete: false,
      missing: [`1 app left the list while apps were read: ${apps[0]!.name}`],
      exitCode: 5,
    });
  });

  it('a second look at the list that fails is reported', async () => {
    const { world } = await worldOf(['kpi-card'], []);
    await world.tenant.takeRequests();
    await world.json(['impact', '--no-cache']);
    const asked = (await world.tenant.takeRequests()).filter(({ path }) => path.startsWith('/api/v1/items?'));
    const fault = { method: 'GET', path: '/api/v1/items?*', times: 9, kind: 'status', status: 500 };
    await world.tenant.addFaults([{ ...fault, skip: asked.length / 2 }]);
    const read = await world.json(['impact']);
    expect(read).toMatchObject({
      complete: false,
      missing: [expect.stringMatching(/whether apps changed while they were read could not be checked/)],
    });
  });
});

/** Holds one app's opening back until something has happened meanwhile. */
async function whileReading(
  world: ImpactWorld,
  heldBack: string,
  happen: () => Promise<void>,
  options: { readonly env?: Readonly<Record<string, string>> } = {},
) {
  const path = `/app/${heldBack}`;
  await world.tenant.addFaults([{ method: 'WS', path, kind: 'stall', message: 2, stallMs: 50_000 }]);
  await world.tenant.takeRequests();
  const running = world.json(['impact'], options);
  await until(async () => (await world.tenant.seeRequests()).some((entry) => entry.path === path));
  await happen();
  await world.tenant.clearFaults();
  return running;
}

const until = (condition: () => Promise<boolean>) => expect.poll(condition, { interval: 10 }).toBe(true);
