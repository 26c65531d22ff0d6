/** Approvals of a watch that were meant for one plan: each lets one look through, and none of the later ones. */

import { beforeEach, describe, expect, it } from 'vitest';
import { useWatchScene } from './support/watch-scene.js';
import type { WatchedEvent, Watching } from './support/watching.js';
import { extensionFiles } from './support/workspace.js';

const scene = useWatchScene();

const { configure } = scene;

/** Deletes wait no longer than a test does. */
const soon = ['--delete-grace', '20ms'];

const write = (...names: readonly string[]): void => {
  for (const name of names) scene.workspace.write(extensionFiles(name));
};
const drop = (...names: readonly string[]): void => {
  for (const name of names) scene.workspace.remove(`extensions/${name}`);
};
const deleted = (name: string): Partial<WatchedEvent> => ({ event: 'synced', action: 'delete', name });
const created = (name: string): Partial<WatchedEvent> => ({ event: 'synced', action: 'create', name });

/** A look may come between two changes of the folders, and refuse with other numbers. */
async function untilRefused(next: Watching['next'], words: string): Promise<void> {
  for (let said = ''; !said.includes(words); ) said = (await next({ event: 'refused' })).message ?? '';
}

describe('a number of deletes', () => {
  beforeEach(() => {
    configure({ maxDeletes: 0, maxDeletePercent: 100 });
    write('a', 'b');
  });

  it('is not held against looks that delete nothing, and used up by those that it lets through', async () => {
    const { next } = await scene.watch('--prune', ...soon, '--allow-deletes=2');
    for (const name of ['a', 'b', 'kpi', 'map']) await next(created(name));
    drop('a', 'b');
    await next(deleted('a'));
    await next(deleted('b'));
    drop('kpi', 'map');
    write('c');
    await untilRefused(next, 'would delete 2, more than maxDeletes 0');
    expect(await scene.tenant.names()).toEqual(['kpi', 'map']);
  });
});

describe('that nothing is meant to be there', () => {
  it('is used up by the look that deletes everything', async () => {
    configure({ maxDeletes: 0, maxDeletePercent: 100 });
    const { next } = await scene.watch('--prune', ...soon, '--allow-empty', '--allow-deletes=2');
    for (const name of ['kpi', 'map']) await next(created(name));
    drop('kpi', 'map');
    for (const name of ['kpi', 'map']) await next(deleted(name));
    write('kpi', 'map');
    for (const name of ['kpi', 'map']) await next(created(name));
    drop('kpi', 'map');
    await untilRefused(next, 'No local extension was found, but the tenant holds 2');
    expect(await scene.tenant.names()).toEqual(['kpi', 'map']);
  });
});
