/** What `watch` deletes, and when: only with --prune, only what stays away, and within the limits of the whole session. */

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { useWatchScene } from './support/watch-scene.js';
import type { WatchedEvent, Watching } from './support/watching.js';
import { extensionFiles } from './support/workspace.js';

const scene = useWatchScene();
const { configure } = scene;

const soon = ['--prune', '--delete-grace', '20ms'] as const;
const created = (name: string): Partial<WatchedEvent> => ({ event: 'synced', action: 'create', name });
const updated = (name: string): Partial<WatchedEvent> => ({ event: 'synced', action: 'update', name });
const deleted = (name: string): Partial<WatchedEvent> => ({ event: 'synced', action: 'delete', name });

const drop = (name: string): void => scene.workspace.remove(`extensions/${name}`);

/** Deletes wait until the test lets the time pass. */
function holdTime() {
  let waiting: (() => void)[] = [];
  return {
    rest: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    pass: (): void => {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

/** Everything was looked at again, after all that happened before. */
async function untilLookedAt(next: Watching['next'], name: string): Promise<void> {
  scene.workspace.write(extensionFiles(name));
  await next(created(name));
}

describe('deletes', () => {
  it.each<readonly [string, readonly string[], 'on' | 'off']>([
    ['without --prune', [], 'off'],
    ['with --prune and names', ['--prune', '*'], 'off'],
  ])('are off %s, whatever the config says, and the first line says so', async (_row, args, deletes) => {
    configure({ prune: true, maxDeletePercent: 100 });
    const { next, events } = await scene.watch('--delete-grace', '20ms', ...args);
    expect(events[0]).toMatchObject({ event: 'watching', deletes });
    for (const name of ['kpi', 'map']) await next(created(name));
    drop('kpi');
    await untilLookedAt(next, 'look-1');
    await untilLookedAt(next, 'look-2');
    expect(await scene.tenant.names()).toEqual(['kpi', 'look-1', 'look-2', 'map']);
  });

  it('are on with --prune, and wait for what may come back', async () => {
    const time = holdTime();
    const { next, events } = await scene.watchWith({ patience: { rest: time.rest } }, '--prune');
    expect(events[0]).toMatchObject({ event: 'watching', deletes: 'on' });
    for (const name of ['kpi', 'map']) await next(created(name));
    const away = join(scene.workspace.folder, 'away');
    const place = join(scene.workspace.folder, 'extensions/kpi');
    renameSync(place, away);
    const message = 'gone from the folders; deleted in 10 s unless it comes back';
    await next({ event: 'waiting', name: 'kpi', message });
    renameSync(away, place);
    await untilLookedAt(next, 'look-1');
    time.pass();
    await untilLookedAt(next, 'look-2');
    expect(await scene.tenant.names()).toEqual(['kpi', 'look-1', 'look-2', 'map']);
    drop('kpi');
    await next({ event: 'waiting', name: 'kpi', message });
    time.pass();
    await next(deleted('kpi'));
    expect(events.filter(({ action }) => action === 'delete')).toHaveLength(1);
  });

  it('never take what a build cleans one after the other', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `ext-${index}`);
    const distOf = (name: string): string => `packages/${name}/dist`;
    const build = (name: string): void => {
      const files = Object.entries(extensionFiles(name)).map(([path, content]) => [
        path.replace(`extensions/${name}`, distOf(name)),
        content,
      ]);
      scene.workspace.write(Object.fromEntries(files));
    };
    configure({ extensions: ['packages/*/dist'], maxDeletes: 100, maxDeletePercent: 100 });
    for (const name of names) build(name);
    const { next, events } = await scene.watch(...soon);
    for (const name of names) await next(created(name));
    const ids = await scene.tenant.client.list();
    for (const name of names.slice(1)) {
      scene.workspace.remove(distOf(name));
      expect((await next({ event: 'waiting', name })).message).toMatch(
        /^kept: it may be in packages\/ext-\d\/dist/,
      );
    }
    for (const name of names.slice(1)) build(name);
    build('last');
    await next(created('last'));
    expect(events.filter(({ action }) => action !== undefined).map(({ action }) => action)).toEqual(
      Array.from({ length: 9 }, () => 'create'),
    );
    const kept = (await scene.tenant.client.list()).map(({ id }) => id);
    for (const { id } of ids) expect(kept).toContain(id);
  });

  it.each([
    ['', 'extensions/kpi'],
    ['clones/team/', 'clones/team/kpi'],
    ['clones/', 'clones/team/kpi'],
  ])('wait until git is done in %j, and then for as long as ever', async (top, folder) => {
    const inRepository = (...args: readonly string[]) => git(join(scene.workspace.folder, top), ...args);
    const write = (text: string): void => scene.workspace.write({ [`${top}notes.txt`]: text });
    configure({ extensions: ['extensions/*', ...(top === '' ? [] : ['clones/*/*'])] });
    drop('kpi');
    scene.workspace.write(extensionFiles('stays', { folder: folder.replace('kpi', 'stays') }));
    scene.workspace.write({ ...extensionFiles('kpi', { folder }), [`${top}.gitignore`]: '.qlik-sync\n' });
    write('one');
    inRepository('init', '-q', '-b', 'main');
    inRepository('add', '-A');
    inRepository('commit', '-qm', 'one');
    inRepository('checkout', '-q', '-b', 'without');
    scene.workspace.remove(folder);
    write('two');
    inRepository('commit', '-qam', 'two');
    inRepository('checkout', '-q', 'main');
    write('three');
    inRepository('commit', '-qam', 'three');
    const time = holdTime();
    const { next, events } = await scene.watchWith({ patience: { rest: time.rest } }, '--prune');
    for (const name of ['kpi', 'map']) await next(created(name));
    expect(() => inRepository('rebase', 'without')).toThrow();
    const { message } = await next({ event: 'waiting', name: 'kpi' });
    expect(message).toContain('git is in the middle of a rebase; kept until that is over');
    for (const name of ['look-1', 'look-2']) {
      time.pass();
      await untilLookedAt(next, name);
    }
    expect(await scene.tenant.names()).toContain('kpi');
    inRepository('rebase', '--abort');
    time.pass();
    await untilLookedAt(next, 'look-3');
    expect(await scene.tenant.names()).toContain('kpi');
    expect(events.filter(({ action }) => action === 'delete')).toEqual([]);
  });
});

describe('a rename', () => {
  const move = (from: string, to: string): void => {
    const [old, place] = [from, to].map((name) => join(scene.workspace.folder, 'extensions', name)) as [
      string,
      string,
    ];
    renameSync(old, place);
    for (const suffix of ['.qext', '.js'])
      renameSync(join(place, `${from}${suffix}`), join(place, `${to}${suffix}`));
  };
  const names = (events: readonly WatchedEvent[]) =>
    events.flatMap(({ event, action, name }) => (event === 'synced' ? [`${action} ${name}`] : []));

  it('waits for its approval, whatever is saved meanwhile and however often everything is looked at', async () => {
    configure({ maxDeletePercent: 100 });
    const { next, events } = await scene.watch(...soon);
    for (const name of ['kpi', 'map']) await next(created(name));
    move('kpi', 'gauge');
    for (const name of ['kpi', 'gauge']) {
      const { message, resume } = await next({ event: 'paused', name });
      expect(message).toBe('sheets that use kpi break, since gauge takes its place');
      expect(resume).toBe('qlik-sync apply --allow-rename gauge --prune');
    }
    const from = events.length;
    for (const [round, code] of ['two', 'three'].entries()) {
      // Nothing is left of what it had in common with the one that goes.
      scene.workspace.write(extensionFiles('gauge', { code, version: `${round + 2}.0.0` }));
      scene.save('map', code);
      await next(updated('map'));
      await untilLookedAt(next, `look-${round}`);
    }
    expect(names(events.slice(from))).toEqual(['update map', 'create look-0', 'update map', 'create look-1']);
    expect(events.slice(from).filter(({ event }) => event === 'resumed')).toEqual([]);
    expect(await scene.tenant.names()).toEqual(['kpi', 'look-0', 'look-1', 'map']);
    const approved = ['apply', '--allow-rename', 'gauge', '--prune', '--yes'];
    const done = await scene.workspace.run(approved, { env: scene.tenant.env });
    expect([done.code, await scene.tenant.names()]).toEqual([0, ['gauge', 'look-0', 'look-1', 'map']]);
    scene.save('gauge', 'four');
    await next(updated('gauge'));
  });

  const fileFaults = {
    method: 'GET',
    path: '*/file',
    when: 'before',
    kind: 'status',
    status: 403,
    times: 99,
  };

  it('waits for its approval, although the old content cannot be read meanwhile', async () => {
    configure({ maxDeletePercent: 100 });
    const { next, events } = await scene.watch(...soon, '--no-backup', '--no-cache');
    for (const name of ['kpi', 'map']) await next(created(name));
    move('kpi', 'gauge');
    for (const name of ['kpi', 'gauge']) await next({ event: 'paused', name });
    const from = events.length;
    await scene.tenant.addFaults([fileFaults]);
    scene.workspace.write(extensionFiles('gauge', { code: 'two', version: '2.0.0' }));
    scene.workspace.write(extensionFiles('look-1'));
    await next({ event: 'paused', name: 'look-1' });
    await scene.tenant.clearFaults();
    for (const name of ['look-2', 'look-3']) await untilLookedAt(next, name);
    expect(names(events.slice(from)).sort()).toEqual(['create look-1', 'create look-2', 'create look-3']);
    expect(await scene.tenant.names()).toEqual(['kpi', 'look-1', 'look-2', 'look-3', 'map']);
  });

  it('that may be one, since the old content cannot be read, waits as well', async () => {
    configure({ maxDeletePercent: 100 });
    const { next, events } = await scene.watch(...soon, '--no-backup', '--no-cache');
    for (const name of ['kpi', 'map']) await next(created(name));
    await scene.tenant.addFaults([fileFaults]);
    move('kpi', 'gauge');
    await next({ event: 'paused', name: 'kpi', resume: 'qlik-sync apply --allow-rename kpi --prune' });
    await next({ event: 'paused', name: 'gauge', resume: 'qlik-sync apply --allow-rename gauge --prune' });
    const from = events.length;
    for (const code of ['two', 'three']) {
      scene.save('gauge', code);
      scene.save('map', code);
      await next(updated('map'));
    }
    expect(names(events.slice(from))).toEqual(['update map', 'update map']);
    await scene.tenant.clearFaults();
    // Nothing is left in common, which now shows.
    await untilLookedAt(next, 'look');
    await next(created('gauge'));
    await next(deleted('kpi'));
  });

  it('no longer waits once the old folder is back', async () => {
    configure({ maxDeletePercent: 100 });
    const { next } = await scene.watch(...soon);
    for (const name of ['kpi', 'map']) await next(created(name));
    move('kpi', 'gauge');
    for (const name of ['kpi', 'gauge']) await next({ event: 'paused', name });
    scene.save('kpi', 'one');
    await next(created('gauge'));
    scene.save('kpi', 'two');
    await next(updated('kpi'));
  });
});

describe('the limits of a session', () => {
  it('count every delete, not those of one look', async () => {
    configure({ maxDeletes: 2, maxDeletePercent: 100 });
    for (const name of ['a', 'b']) scene.workspace.write(extensionFiles(name));
    const { next } = await scene.watch(...soon);
    for (const name of ['a', 'b', 'kpi', 'map']) await next(created(name));
    for (const name of ['a', 'b']) {
      drop(name);
      await next(deleted(name));
    }
    drop('kpi');
    expect((await next({ event: 'refused' })).message).toBe(
      'This run would delete 1, with those before 3 in this session, more than maxDeletes 2.',
    );
    expect(await scene.tenant.names()).toEqual(['kpi', 'map']);
  });

  it('count every updated name', async () => {
    configure({ maxUpdatePercent: 50 });
    const { next } = await scene.watch();
    for (const name of ['kpi', 'map']) await next(created(name));
    for (const code of ['two', 'three']) {
      scene.save('kpi', code);
      await next(updated('kpi'));
    }
    scene.save('map', 'two');
    const { message, hint } = await next({ event: 'refused' });
    expect(message).toBe(
      "This run would update 1, with those before 2 in this session, more than 50 % of the project's 2 (maxUpdatePercent), which is 1.",
    );
    expect(hint).toContain('--allow-updates=1');
    expect(await scene.stored('map')).toContain('one');
  });

  it('are those of a period if it reconciles on a timer', async () => {
    configure({ maxDeletes: 1, maxDeletePercent: 100, limitPeriod: '300ms' });
    const { next } = await scene.watch(...soon, '--interval', '100ms');
    for (const name of ['kpi', 'map']) await next(created(name));
    scene.workspace.write(extensionFiles('rest'));
    await next(created('rest'));
    for (const name of ['kpi', 'map']) {
      drop(name);
      await next(deleted(name));
    }
    expect(await scene.tenant.names()).toEqual(['rest']);
  });
});
