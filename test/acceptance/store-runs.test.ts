/** What happens to the store of a run while it writes: its lock is lost, it is emptied, it is full; and what `history` costs. */

import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSharedVault } from '../../src/reconcile/backup/shared-vault.js';
import { createVault } from '../../src/reconcile/backup/vault.js';
import { tenantKey } from '../../src/reconcile/own-place.js';
import type { RunLine } from '../../src/reconcile/run-record.js';
import { partName, wholeName } from '../../src/reconcile/store-place.js';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import type { Store } from '../../src/store/store.js';
import { answered, journalText, noCounts, requested, start } from '../reconcile/place.js';
import { control, envOf, openAt } from '../store/stores.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import { openTurnstile, type Turnstile } from './support/turnstile.js';
import {
  configWith,
  createWorkspace,
  extensionFiles,
  type Result,
  type Workspace,
} from './support/workspace.js';

const names = ['a', 'b', 'c', 'd'];

const filesOf = (code: string): Record<string, string> =>
  Object.assign({}, ...names.map((name) => extensionFiles(`acme-${name}`, { code })));

let running: RunningStore;
let store: Store;
let tenant: TestTenant;
let turnstile: Turnstile;
let workspace: Workspace;
/** Happens once: when the next write was answered, and before its answer arrives. */
let afterWrite: (() => Promise<unknown>) | undefined;
let run: (...args: readonly string[]) => Promise<Result>;

beforeEach(async () => {
  running = await startStore({ apiKey: 'control' });
  store = await openAt(running.address, envOf(running));
  tenant = await openTestTenant();
  turnstile = await openTurnstile(tenant.sandbox, async ({ when, method }) => {
    if (when === 'before' || method === 'GET') return;
    const happen = afterWrite;
    afterWrite = undefined;
    await happen?.();
  });
  workspace = createWorkspace();
  workspace.write({ ...configWith({ store: running.address }), ...filesOf('one') });
  const own = { HOME: workspace.home, QLIK_SYNC_CONCURRENCY: '1' };
  const env = { ...tenant.env, ...turnstile.env, ...envOf(running), ...own };
  run = (...args) => runInProcess(args, { cwd: workspace.folder, env });
});
afterEach(async () => {
  await turnstile.close();
  await tenant.close();
  await store.close();
  await running.close();
  workspace.dispose();
});

async function deployTwice(happening: () => Promise<unknown>): Promise<Result> {
  expect((await run('apply', '--yes')).code).toBe(0);
  workspace.write(filesOf('two'));
  await tenant.takeRequests();
  afterWrite = happening;
  return run('apply', '--yes');
}

const loseMachine = (): void =>
  rmSync(join(workspace.folder, '.qlik-sync'), { recursive: true, force: true });

it('without a sign of life for 45 s, nothing more is written: exit 7, and the next run does the rest', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  // As after a machine that slept.
  const ended = await deployTwice(async () => vi.setSystemTime(Date.now() + 46_000));
  expect(ended.code, ended.stderr).toBe(7);
  expect(ended.stdout + ended.stderr).toContain('no longer holds the lock');
  expect(await tenant.takeWrites()).toEqual(['PATCH']);
  loseMachine();
  expect((await run('apply', '--yes')).code).toBe(0);
  expect(await tenant.takeWrites()).toEqual(['PATCH', 'PATCH', 'PATCH']);
});

it('44 s do no harm', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const ended = await deployTwice(async () => vi.setSystemTime(Date.now() + 44_000));
  expect(ended.code, ended.stderr).toBe(0);
});

it('whose ticket is removed in mid-run stops within one sign of life: exit 7, and the next run does the rest', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const lists = async (): Promise<number> => {
    const asked = (await control(running, 'GET', 'requests')) as readonly { readonly path: string }[];
    return asked.filter(({ path }) => path.includes('list-type=2') && path.includes('locks')).length;
  };
  const ended = await deployTwice(async () => {
    const before = await lists();
    const { objects } = await store.list('locks/');
    for (const { name } of objects) await store.remove(name);
    vi.advanceTimersByTime(10_000);
    // One is the test's own; the run looks twice before it believes that its ticket is gone.
    await expect.poll(lists, { timeout: 60_000 }).toBe(before + 3);
  });
  expect(ended.code, ended.stderr).toBe(7);
  expect(ended.stdout + ended.stderr).toContain('its ticket was removed');
  const written = await tenant.takeWrites();
  expect(written.length).toBeLessThan(names.length);
  expect((await store.list('locks/')).objects).toEqual([]);
  expect((await run('apply', '--yes')).code).toBe(0);
  expect(written.length + (await tenant.takeWrites()).length).toBe(names.length);
});

describe('a store that is silent when the lock is wanted', () => {
  beforeEach(() =>
    control(running, 'POST', 'faults', [
      { method: 'PUT', kind: 'stall', when: 'before', times: 1_000, stallMs: 600_000 },
    ]),
  );

  it('holds no run beyond its time: exit 9', async () => {
    const ended = await run('apply', '--yes', '--max-duration', '2s');
    expect(ended.code, ended.stderr).toBe(9);
    expect(ended.stderr).toContain('the store does not answer');
    expect(await tenant.takeWrites()).toEqual([]);
  });

  it('does not keep from people what is wrong with their folders', async () => {
    workspace.write({ 'extensions/acme-a/acme-a.qext': '{' });
    const ended = await run('apply', '--yes');
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).toContain('acme-a.qext');
  });

  it('is left at once by who is interrupted', async () => {
    const interrupt = new AbortController();
    const env = { ...tenant.env, ...turnstile.env, ...envOf(running), HOME: workspace.home };
    const ending = runInProcess(['rollback', '--yes'], {
      ...{ cwd: workspace.folder, env, interrupted: interrupt.signal },
    });
    const asked = async (): Promise<number> =>
      ((await control(running, 'GET', 'requests')) as readonly unknown[]).length;
    await expect.poll(asked, { timeout: 60_000 }).toBeGreaterThan(0);
    interrupt.abort(new Error('interrupted'));
    expect((await ending).code).toBe(130);
  });
});

/** Of what was overwritten, what cannot be had back from the store alone. */
async function findLost(before: readonly (string | undefined)[]): Promise<readonly unknown[]> {
  const url = turnstile.env['QLIK_TENANT_URL'] ?? '';
  const nothing = createVault({ root: workspace.home, tenant: url });
  const vault = createSharedVault(nothing, { store, tenant: url, project: 'acme' });
  const now = new Set(await md5s());
  const overwritten = before.filter((md5) => !now.has(md5));
  const kept = await Promise.all(overwritten.map((md5) => vault.read(md5 ?? '')));
  return overwritten.filter((_, index) => kept[index] === undefined);
}

const md5s = async (): Promise<readonly (string | undefined)[]> =>
  (await tenant.client.list()).map(({ file }) => file?.md5 ?? undefined);

it('a store that is full in mid-run: nothing is overwritten without a backup, and the next run does the rest', async () => {
  let before: readonly (string | undefined)[] = [];
  expect((await run('apply', '--yes')).code).toBe(0);
  before = await md5s();
  workspace.write(filesOf('two'));
  await tenant.takeRequests();
  afterWrite = () => control(running, 'PUT', 'switches', { capacity: 0 });
  const ended = await run('apply', '--yes');
  expect(ended.code, ended.stderr).toBe(5);
  const written = await tenant.takeWrites();
  expect(written.length).toBeLessThan(names.length);
  expect(await findLost(before)).toEqual([]);
  await control(running, 'PUT', 'switches', {});
  loseMachine();
  for (const { name } of (await store.list('locks/')).objects) await store.remove(name);
  const next = await run('apply', '--yes');
  expect(next.code, next.stderr).toBe(0);
  expect(written.length + (await tenant.takeWrites()).length).toBe(names.length);
});

it('a store that is emptied in mid-run has at its end what is written after, and the machine the rest', async () => {
  const empty = async (): Promise<void> => {
    const { objects } = await store.list('');
    await Promise.all(objects.map(({ name }) => store.remove(name)));
  };
  const ended = await deployTwice(empty);
  expect([0, 5, 7]).toContain(ended.code);
  const written = await tenant.takeWrites();
  expect(written.length === names.length).toBe(ended.code === 0);
  const next = await run('apply', '--yes');
  expect(next.code, next.stderr).toBe(0);
  expect(written.length + (await tenant.takeWrites()).length).toBe(names.length);
  // The journal of the run, all of it, is in the store again.
  loseMachine();
  const history = JSON.parse((await run('history', '--json')).stdout);
  expect(history.runs.some(({ changes }: { changes: readonly unknown[] }) => changes.length === 4)).toBe(
    true,
  );
});

describe('what a run asks the store for', () => {
  interface Asked {
    readonly method: string;
    readonly path: string;
  }

  /** How often of each kind, since the last time. */
  async function countAsked(): Promise<Readonly<Record<string, number>>> {
    const asked = (await control(running, 'GET', 'requests')) as readonly Asked[];
    await control(running, 'DELETE', 'requests');
    const kinds = asked.map(({ method, path }) => `${method} ${kindOf(path)}`).sort();
    return Object.fromEntries(kinds.map((kind) => [kind, kinds.filter((each) => each === kind).length]));
  }

  function kindOf(path: string): string {
    const [, place = ''] = /[/=](locks|runs|backups)(?:\/|%2F)/.exec(path) ?? [];
    if (path.includes('list-type=2')) return `list of ${place}`;
    return /\.\d{9}-\d{9}\.jsonl$/.test(path) ? 'part' : place;
  }

  it.each(['1', '8'])('is a formula, with --concurrency %s', async (concurrency) => {
    expect((await run('apply', '--yes', '--concurrency', concurrency)).code).toBe(0);
    const { 'PUT part': parts = 0, ...first } = await countAsked();
    expect(parts).toBeGreaterThan(0);
    expect(parts).toBeLessThanOrEqual(2 * names.length + 1);
    const always = {
      ...{ 'PUT locks': 1, 'GET list of locks': 1, 'DELETE locks': 1 },
      ...{ 'GET list of runs': 1, 'PUT runs': 1 },
    };
    expect(first).toEqual({ ...always, 'DELETE part': parts });
    workspace.write(filesOf('two'));
    loseMachine();
    expect((await run('apply', '--yes', '--concurrency', concurrency)).code).toBe(0);
    const { 'PUT part': more, ...second } = await countAsked();
    // No journal to read, a list of the backups, and two for each that is kept.
    const kept = { 'GET list of backups': 1, 'PUT backups': 2 * names.length };
    expect(second).toEqual({ ...always, ...kept, 'DELETE part': more });
    expect((await run('apply', '--yes')).code).toBe(0);
    const { 'PUT runs': _, ...without } = always;
    expect(await countAsked()).toEqual(without);
  });

  it('reads all journals for those that go when enough of them go', async () => {
    workspace.write(configWith({ store: running.address, backup: { keep: 2 } }));
    const reads: (number | undefined)[] = [];
    for (let round = 0; round < 5; round += 1) {
      workspace.write(filesOf(`round ${round}`));
      loseMachine();
      await countAsked();
      expect((await run('apply', '--yes')).code).toBe(0);
      reads.push((await countAsked())['GET runs']);
    }
    expect(reads).toEqual([undefined, undefined, 2, 2, 2]);
    const kept = (await store.list('runs/')).objects.map(({ name }) => name);
    expect(kept).toHaveLength(2);
  });

  it('is not waited for in turn: the journals are listed while the tenant is, and lines are put while the first create is looked at', async () => {
    let isListed = false;
    const lines: string[][] = [];
    const watching = await openTurnstile(tenant.sandbox, async ({ when, method }) => {
      if (when === 'before' && method === 'GET' && !isListed) {
        isListed = true;
        await control(running, 'DELETE', 'faults');
      }
      if (when !== 'before' || method !== 'POST' || lines.length > 0) return;
      lines.push([]);
      const found = async (): Promise<readonly string[]> => {
        const parts = (await store.list('runs/')).objects.map(({ name }) => store.get(name));
        const text = Buffer.concat((await Promise.all(parts)).flatMap((part) => part ?? [])).toString();
        return names.filter((name) => text.includes(`"name":"acme-${name}","action":"create","request"`));
      };
      await expect.poll(found, { timeout: 60_000 }).toEqual(names);
    });
    onTestFinished(() => watching.close());
    await control(running, 'POST', 'faults', [
      { method: 'GET', path: '*', kind: 'stall', skip: 1, when: 'before', times: 1, stallMs: 600_000 },
    ]);
    const env = { ...tenant.env, ...watching.env, ...envOf(running), HOME: workspace.home };
    const applied = await runInProcess(['apply', '--yes'], { cwd: workspace.folder, env });
    expect(applied.code, applied.stderr).toBe(0);
    expect([isListed, lines]).toEqual([true, [[]]]);
  });

  it('makes no more requests to the tenant at once than --concurrency says', async () => {
    let [inFlight, most, creates] = [0, 0, 0];
    let fill: () => void = () => undefined;
    const full = new Promise<void>((resolve) => {
      fill = resolve;
    });
    const counting = await openTurnstile(tenant.sandbox, async ({ when, method }) => {
      inFlight += when === 'before' ? 1 : -1;
      most = Math.max(most, inFlight);
      if (most >= 3) fill();
      if (when === 'before' && method === 'POST') creates += 1;
      // The first create is alone.
      await (when === 'before' && creates > 1 ? full : sleep(3));
    });
    onTestFinished(() => counting.close());
    const many = Array.from({ length: 16 }, (_, index) => `many-${index}`);
    const write = (code: string): void => {
      for (const name of many) workspace.write(extensionFiles(name, { code }));
    };
    const own = { HOME: workspace.home, QLIK_SYNC_CONCURRENCY: '3' };
    const env = { ...tenant.env, ...counting.env, ...envOf(running), ...own };
    await control(running, 'POST', 'faults', [
      { method: 'PUT', kind: 'stall', when: 'after', times: 10_000, stallMs: 20 },
    ]);
    for (const code of ['one', 'two']) {
      write(code);
      const applied = await runInProcess(['apply', '--yes'], { cwd: workspace.folder, env });
      expect(applied.code, applied.stderr).toBe(0);
    }
    expect(most).toBe(3);
  });
});

it('a replace that was finished elsewhere is not finished again where it began', async () => {
  const identity = turnstile.env['QLIK_TENANT_URL'] ?? '';
  const of = { tenant: identity, project: 'acme' };
  const sent = { tags: [] };
  const [begun, later] = [start(1, of), start(2, of)];
  const half = [requested(1, 'acme-b', { action: 'replace', request: 'delete', sent }), answered(1)];
  const gone = [requested(1, 'acme-b', { action: 'delete', request: 'delete' }), answered(1)];
  const end = { kind: 'end', at: later.startedAt, exitCode: 0, counts: noCounts };
  workspace.write({
    [`.qlik-sync/runs/${tenantKey(identity)}/${begun.id}.jsonl`]: journalText([begun, ...half]),
  });
  const lines = journalText([later, ...gone, end as RunLine]);
  const prefix = `runs/${tenantKey(identity)}/acme/`;
  await store.put(wholeName(prefix, later.id, { themes: 'none' }), Buffer.from(lines));
  const applied = await run('apply', 'acme-a', '--yes');
  expect(applied.code, applied.stderr).toBe(0);
  expect(await tenant.takeWrites()).toEqual(['POST']);
});

describe('history', () => {
  const key = (): string => tenantKey(turnstile.env['QLIK_TENANT_URL'] ?? '');
  const prefix = (): string => `runs/${key()}/acme/`;
  const jsonl = (...lines: readonly object[]): Buffer =>
    Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  async function requests(): Promise<Readonly<Record<string, number>>> {
    const all = (await control(running, 'GET', 'requests')) as readonly { readonly path: string }[];
    await control(running, 'DELETE', 'requests');
    const lists = all.filter(({ path }) => path.includes('list-type=2')).length;
    return { lists, others: all.length - lists };
  }

  it('calls a run elsewhere that has no end running as long as its ticket lives, and then dead', async () => {
    const identity = turnstile.env['QLIK_TENANT_URL'] ?? '';
    const who = { user: 'ci', host: `not-${hostname()}`, pid: 4711, started: 'boot:1' };
    const begun = start(1, { tenant: identity, project: 'acme', who });
    const lines = jsonl(begun, requested(1, 'acme-a'));
    await store.put(partName(prefix(), begun.id, { from: 0, to: lines.length }), lines);
    const ticket = `locks/${key()}/acme/0123456789abcdef.json`;
    const facts = { ...who, command: 'apply', startedAt: new Date().toISOString() };
    await store.put(ticket, jsonl({ ...facts, started: 'boot:2' }));
    const resultOf = async (): Promise<string> =>
      JSON.parse((await run('history', '--json')).stdout).runs[0].result;
    expect(await resultOf()).toBe('died');
    await store.put(ticket, jsonl(facts));
    expect(await resultOf()).toBe('running');
    await control(running, 'PUT', 'switches', { skewMs: 95_000 });
    const late = await run('history', '--json');
    expect([late.code, JSON.parse(late.stdout).runs[0].result]).toEqual([0, 'died']);
    await control(running, 'PUT', 'switches', {});
    await store.remove(ticket);
    expect(await resultOf()).toBe('died');
  });

  it('over 1,000 runs takes one list and a get for each run that is new here', async () => {
    const identity = turnstile.env['QLIK_TENANT_URL'] ?? '';
    const putRun = async (minute: number): Promise<void> => {
      const begun = start(minute, { tenant: identity, project: 'acme' });
      const end = {
        kind: 'end',
        at: begun.startedAt,
        exitCode: 0,
        counts: { created: 1, updated: 0, replaced: 0, deleted: 0, failed: 0, notAttempted: 0 },
      };
      await store.put(wholeName(prefix(), begun.id), jsonl(begun, requested(1, 'acme-a'), answered(1), end));
    };
    for (let minute = 0; minute < 1000; minute += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => putRun(minute + index)));
    }
    await requests();
    const shown = JSON.parse((await run('history', '--json')).stdout).runs as readonly unknown[];
    expect([shown.length, await requests()]).toEqual([1000, { lists: 1, others: 1000 }]);
    await putRun(1000);
    await requests();
    await run('history');
    expect(await requests()).toEqual({ lists: 2, others: 1 });
  });
});
