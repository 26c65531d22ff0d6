/**
 * One reviewed plan, two keys: whoever makes it and whoever applies it, it can be applied, and decides the same. A key
 * may do everything, write but not download archives, only list, or be none at all.
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { archiveFiles, configWith, extensionFiles, type Result } from './support/workspace.js';
import { type Contents, zipOf, zipOfVersion1 } from './support/zips.js';

/** On the tenant and in the folders: kpi, and `other`, which changes in every world. */
const scene = useScene({
  prepare: async ({ workspace, succeed }) => {
    workspace.write({
      ...configWith({ maxDeletePercent: 100 }),
      ...folderOf(kpi()),
      ...extensionFiles('other'),
    });
    await succeed('apply', '--yes');
    workspace.write(extensionFiles('other', { code: 'two', version: '2.0.0' }));
  },
});

type Key = 'admin' | 'deploy' | 'list-only' | 'none';

function keyOf(key: Key): Readonly<Record<string, string>> {
  const { apiKey, publisherKey, userKey } = scene.tenant.sandbox;
  const keys: Readonly<Record<Key, string>> = {
    admin: apiKey,
    deploy: publisherKey,
    'list-only': userKey,
    none: '',
  };
  return { QLIK_API_KEY: keys[key] };
}

const runAs = (key: Key, ...args: readonly string[]): Promise<Result> =>
  scene.qlikSyncWith(keyOf(key), ...args, '--no-cache');

/** Each job of a pipeline begins without what other jobs stored. */
function forget(): void {
  rmSync(join(scene.workspace.folder, '.qlik-sync'), { recursive: true, force: true });
}

const { write, remove } = {
  write: (files: Readonly<Record<string, string>>): void => scene.workspace.write(files),
  remove: (name: string): void => scene.workspace.remove(`extensions/${name}`),
};

const chart = '// the same in both\n'.repeat(100);

function kpi(more: object = {}): Readonly<Record<string, string>> {
  return { ...archiveFiles('kpi', { supernova: true, ...more }), 'lib/chart.js': chart };
}

function folderOf(contents: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(contents).map(([path, text]) => [`extensions/kpi/${path}`, text]));
}

async function uploadByHand(contents: Contents): Promise<void> {
  const file = (await zipOf(contents)).toString('base64');
  await scene.tenant.edit({ name: 'kpi', file, filename: 'by-hand.zip' });
}

async function uploadByVersion1(contents: Contents): Promise<void> {
  const { bytes, name: filename } = await zipOfVersion1(contents);
  await scene.tenant.edit({ name: 'kpi', file: bytes.toString('base64'), filename });
}

const noise = { 'desktop.ini': '[.ShellClassInfo]' };
const changed = (): void => write(folderOf(kpi({ code: 'two' })));

interface World {
  readonly prepare: () => unknown;
  /** Approvals of the plan. */
  readonly approvals?: readonly string[];
  /** The exit code of every apply, where the plan's key could look into archives. */
  readonly looked: number;
  /** The same, where it could not. */
  readonly unlooked?: number;
  readonly config?: object;
}

/** Every row of the decision table, and what reading an archive decides. */
const worlds: Readonly<Record<string, World>> = {
  missing: { prepare: () => write(extensionFiles('third')), looked: 0 },
  'in sync': { prepare: () => undefined, looked: 0 },
  changed: { prepare: changed, looked: 0 },
  'of rule version 1, equal': { prepare: () => uploadByVersion1(kpi()), looked: 0 },
  'of rule version 1, equal but for files left out now': {
    prepare: () => uploadByVersion1({ ...kpi(), ...noise }),
    looked: 0,
  },
  'of rule version 1, different': { prepare: () => uploadByVersion1(kpi({ code: 'old' })), looked: 0 },
  'of rule version 1, equal but for such files, versions enforced': {
    prepare: () => uploadByVersion1({ ...kpi(), ...noise }),
    config: { versionPolicy: 'enforce', maxDeletePercent: 100 },
    looked: 0,
    unlooked: 6,
  },
  'uploaded by hand, equal': { prepare: () => uploadByHand(kpi()), looked: 0, unlooked: 7 },
  'uploaded by hand, equal, overwritten': {
    prepare: () => uploadByHand(kpi()),
    approvals: ['--overwrite', 'kpi'],
    looked: 0,
  },
  'uploaded by hand, equal, skipped': {
    prepare: () => uploadByHand(kpi()),
    approvals: ['--on-drift', 'skip'],
    looked: 0,
  },
  'uploaded by hand, different': { prepare: () => uploadByHand(kpi({ code: 'hand' })), looked: 7 },
  'uploaded by hand, different, overwritten': {
    prepare: () => uploadByHand(kpi({ code: 'hand' })),
    approvals: ['--on-drift', 'overwrite'],
    looked: 0,
  },
  disowned: { prepare: () => scene.tenant.edit({ name: 'kpi', tags: [] }), looked: 6 },
  'disowned, adopted': {
    prepare: () => scene.tenant.edit({ name: 'kpi', tags: [] }),
    approvals: ['--adopt', 'kpi'],
    looked: 0,
  },
  unmanaged: {
    prepare: async () => {
      await uploadByHand(kpi());
      await scene.tenant.edit({ name: 'kpi', tags: [] });
    },
    looked: 6,
  },
  foreign: { prepare: () => scene.tenant.edit({ name: 'kpi', tags: ['qlik-sync:others'] }), looked: 6 },
  'no supernova any more': {
    prepare: () => write(folderOf(kpi({ supernova: false, code: 'two' }))),
    approvals: ['--allow-replace', 'kpi'],
    looked: 0,
  },
  'no supernova any more, uploaded by hand before': {
    prepare: async () => {
      write(folderOf(kpi({ supernova: false })));
      await uploadByHand(kpi({ supernova: false }));
    },
    approvals: ['--allow-replace', 'kpi', '--overwrite', 'kpi'],
    looked: 0,
  },
  'no longer desired': { prepare: () => remove('kpi'), approvals: ['--prune'], looked: 0 },
  'no longer desired, kept': { prepare: () => remove('kpi'), looked: 0 },
  'no longer desired, and another comes': {
    prepare: () => {
      remove('kpi');
      write(extensionFiles('third'));
    },
    approvals: ['--prune'],
    looked: 0,
    unlooked: 6,
  },
  'no longer desired, and another comes, allowed': {
    prepare: () => {
      remove('kpi');
      write(extensionFiles('third'));
    },
    approvals: ['--prune', '--allow-rename', 'third'],
    looked: 0,
  },
  renamed: {
    prepare: () => {
      remove('kpi');
      write({ ...extensionFiles('third'), 'extensions/third/lib/chart.js': chart });
    },
    approvals: ['--prune'],
    looked: 6,
  },
};

interface Change {
  readonly name: string;
  readonly action: string;
  readonly blocked?: { readonly rail: string };
  readonly notLookedAt?: string;
}

function readChanges(): readonly Change[] {
  return JSON.parse(readFileSync(join(scene.workspace.folder, 'plan.json'), 'utf8')).changes;
}

describe.each(Object.entries(worlds))('a plan, where kpi is %s', (_, world) => {
  it.each([
    ['admin', 'deploy', 'admin'],
    ['deploy', 'admin', 'deploy'],
    ['list-only', 'admin', 'deploy'],
    ['list-only', 'deploy', 'admin'],
  ] as const)(
    'made with the key %s, can be applied with %s, and again with %s',
    async (planned, first, second) => {
      if (world.config !== undefined) scene.configure(world.config);
      await world.prepare();
      forget();
      const made = await runAs(planned, 'plan', '--out', 'plan.json', ...(world.approvals ?? []));
      expect(made.code, made.stderr).toBe(0);
      const code = planned === 'admin' ? world.looked : (world.unlooked ?? world.looked);
      expect(await applyAs('none')).toEqual([3, []]);
      const [refused] = await applyAs('list-only');
      expect(refused).toBe(4);
      expect(await applyAs(first)).toEqual([code, expectedWrites()]);
      expect(await applyAs(second)).toEqual([code, []]);
    },
  );
});

/** The exit code, and the writes that were sent. */
async function applyAs(key: Key): Promise<readonly [number, readonly string[]]> {
  forget();
  await scene.tenant.takeRequests();
  const { code } = await runAs(key, 'apply', 'plan.json', '--yes', '--no-backup');
  return [code, [...(await scene.tenant.takeWrites())].sort()];
}

/** Of all that is reviewed and not blocked. */
function expectedWrites(): readonly string[] {
  const work = readChanges().filter(({ action, blocked }) => action !== 'none' && blocked === undefined);
  const actions = work.flatMap(({ action }) => (action === 'replace' ? ['delete', 'create'] : [action]));
  return actions.map(methodOf).sort();
}

function methodOf(action: string): string {
  return action === 'create' ? 'POST' : action === 'delete' ? 'DELETE' : 'PATCH';
}

describe('a digest of a plan', () => {
  it('holds for one key; if another one sees more, the message has both ways out', async () => {
    await uploadByHand(kpi());
    forget();
    const { stdout } = await runAs('list-only', 'plan', '--json');
    const { digest } = JSON.parse(stdout);
    const refused = await runAs('admin', 'apply', '--expect', digest, '--yes');
    expect(refused.code).toBe(7);
    expect(refused.stderr).toContain('use one key for both, or apply the plan as a file (plan --out)');
  });
});

describe('a plan made without looking', () => {
  it('says so in its document, and its apply says what stays blocked because of it', async () => {
    await uploadByHand(kpi());
    forget();
    expect((await runAs('list-only', 'plan', '--out', 'plan.json')).code).toBe(0);
    expect(readChanges().filter(({ notLookedAt }) => notLookedAt !== undefined)).toMatchObject([
      { name: 'kpi', blocked: { rail: 'drift' }, notLookedAt: expect.stringContaining('403') },
    ]);
    const { stderr } = await runAs('admin', 'apply', 'plan.json', '--yes', '--no-backup');
    expect(stderr).toContain('without looking at what the tenant holds, so these stay blocked: kpi.');
  });

  it('looks again at what changed since', async () => {
    await uploadByHand(kpi());
    forget();
    expect((await runAs('list-only', 'plan', '--out', 'plan.json')).code).toBe(0);
    await uploadByHand(kpi({ code: 'hand' }));
    const { code, stdout } = await runAs('admin', 'apply', 'plan.json', '--yes', '--no-backup');
    expect([code, stdout]).toEqual([7, expect.stringContaining('not by this project')]);
  });
});
