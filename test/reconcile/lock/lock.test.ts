import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { type LockOptions, takeLock, takeSharedLock } from '../../../src/reconcile/lock/lock.js';
import { describeProcess, type Self } from '../../../src/reconcile/lock/process-facts.js';
import { createPlace, type Place, tenant, tenantFolder } from '../place.js';

let place: Place;
let notices: string[];
beforeEach(() => {
  place = createPlace();
  notices = [];
});
afterEach(() => place.remove());

const self: Self = { pid: process.pid, isAlive };
const folder = `locks/${tenantFolder}`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function options(more: Partial<LockOptions> = {}): LockOptions {
  const onWait = (notice: string): void => void notices.push(notice);
  return { root: place.root, tenant, project: 'acme', command: 'apply', self, onWait, ...more };
}

/** The ticket of a process, as a run of it would have left it. */
function leaveTicket(fields: object, name = 'acme.0123456789abcdef.json'): void {
  const ticket = { ...describeProcess(process.pid), command: 'apply', startedAt: new Date().toISOString() };
  place.write(`${folder}/${name}`, JSON.stringify({ ...ticket, ...fields }));
}

async function withProcess(
  use: (child: ChildProcess & { readonly pid: number }) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/lock-holder.mjs`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(child.stdout, 'data');
    await use(child as ChildProcess & { readonly pid: number });
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

describe('the lock', () => {
  it('is one for a tenant and project, and leaves nothing behind', async () => {
    const release = await takeLock(options());
    const others = await Promise.all([
      takeLock(options({ project: 'acme.x' })),
      takeLock(options({ project: 'acm' })),
      takeLock(options({ tenant: 'sandbox' })),
    ]);
    expect(place.list(folder)).toHaveLength(3);
    await Promise.all([release, ...others].map((one) => one()));
    await release();
    expect(place.list(folder)).toEqual([]);
    expect(notices).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner only', async () => {
    const release = await takeLock(options());
    expect(place.list(folder).map((name) => place.mode(`${folder}/${name}`))).toEqual([0o600]);
    await release();
  });

  it('makes the second wait, with one notice', async () => {
    const release = await takeLock(options());
    const second = takeLock(
      options({
        command: 'rollback',
        onWait: (notice) => {
          notices.push(notice);
          void release();
        },
      }),
    );
    await (await second)();
    const notice = new RegExp(`^waiting for apply of pid ${process.pid}, running for \\d+ s$`);
    expect(notices).toEqual([expect.stringMatching(notice)]);
  });

  it('stops the second when the wait is over, and says who holds it', async () => {
    await withProcess(async ({ pid }) => {
      leaveTicket({ ...describeProcess(pid), startedAt: new Date(Date.now() - 12_000).toISOString() });
      const failure = await takeLock(options({ waitMs: 50 })).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UserError);
      expect(failure).toMatchObject({
        exitCode: 7,
        message: expect.stringMatching(
          `^Another run is writing to ${tenant} for project acme: apply of pid ${pid}, running for \\d\\d s\\.$`,
        ),
        hint: expect.stringContaining(`process ${pid} on ${hostname()}`),
      });
    });
  });

  it('in a store is waited for longer if its run sends no heartbeat, as after kill -9', async () => {
    const found = (silentMs: number) => ({
      ...{ path: 'x', isLive: true, where: 'a pod', touchedMs: Date.now() - silentMs },
      ticket: { pid: 4711, host: 'a', command: 'apply', startedAt: new Date().toISOString() },
    });
    const release = async () => undefined;
    const ends = [found(30_000), found(30_000), found(30_000), release];
    let tries = 0;
    const take = async () => ends[tries++] ?? release;
    expect(await takeSharedLock(take, options({ waitMs: 1 }))).toBe(release);
    expect(notices).toEqual([
      expect.stringMatching(
        /^waiting until the lock expires of apply of pid 4711 on a pod, .*last sign of life 3\d s ago$/,
      ),
    ]);
    const beating = takeSharedLock(async () => found(5_000), options({ waitMs: 1 }));
    await expect(beating).rejects.toMatchObject({ exitCode: 7 });
  });

  it('is given up by an interrupt while waiting', async () => {
    const release = await takeLock(options());
    const interrupt = new AbortController();
    const onWait = (): void => interrupt.abort(new Error('interrupted'));
    await expect(takeLock(options({ onWait, signal: interrupt.signal }))).rejects.toThrow('interrupted');
    expect(place.list(folder)).toHaveLength(1);
    await release();
  });

  it("is not waited for when the run's time is over, and the message says so", async () => {
    const release = await takeLock(options());
    const waiting = takeLock(options({ signal: AbortSignal.timeout(100) }));
    await expect(waiting).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringMatching(
        `^Out of time while waiting to write to ${tenant}: apply of pid ${process.pid}, running for \\d+ s\\.$`,
      ),
    });
    await release();
    await (await takeLock(options({ signal: AbortSignal.abort(new DOMException('', 'TimeoutError')) })))();
  });

  it('is never held by two, however many come at once', async () => {
    let holders = 0;
    let turns = 0;
    const work = async (): Promise<void> => {
      const release = await takeLock(options({ waitMs: 20_000 }));
      holders += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
      holders -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(turns).toBe(12);
  });

  it('says where it cannot be written', async () => {
    place.write('locks', 'a file');
    await expect(takeLock(options())).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('cannot be written'),
    });
  });
});

describe('the locks of the machine', () => {
  const machine = () => ({ root: place.root, folder: join(place.root, 'state/locks') });
  let other: Place;
  beforeEach(() => {
    other = createPlace();
  });
  afterEach(() => other.remove());
  const tickets = () => readdirSync(machine().folder);

  it('keep two folders apart, and nothing is left behind', async () => {
    const release = await takeLock(options({ machine: machine() }));
    expect([place.list(folder).length, tickets().length]).toEqual([1, 1]);
    const elsewhere = { root: other.root, machine: machine() };
    await expect(takeLock(options({ ...elsewhere, waitMs: 0 }))).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining(`apply of pid ${process.pid}`),
    });
    expect(other.list(folder)).toEqual([]);
    await release();
    await (await takeLock(options({ ...elsewhere, waitMs: 0 })))();
    expect([other.list(folder), tickets()]).toEqual([[], []]);
  });

  it('are never held by two, whatever folder they come from', async () => {
    let holders = 0;
    const work = async (root: string): Promise<void> => {
      const release = await takeLock(options({ root, machine: machine(), waitMs: 20_000 }));
      holders += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await release();
    };
    await Promise.all([place.root, other.root, place.root, other.root, other.root].map(work));
  });

  const useless: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    ['that cannot be made', (path) => writeFileSync(path, ''), /cannot be written/],
    ['that are a link', (path) => symlinkSync(other.root, path, 'junction'), /is a link to another place/],
  ];
  it.each(useless)('%s leave the lock of the folder, with a notice', async (_what, spoil, reason) => {
    spoil(join(place.root, 'state'));
    const reasons: string[] = [];
    const alone = { machine: machine(), onAlone: (reason: string) => void reasons.push(reason) };
    const release = await takeLock(options(alone));
    expect(reasons).toEqual([expect.stringMatching(reason)]);
    await expect(takeLock(options({ ...alone, waitMs: 0 }))).rejects.toMatchObject({ exitCode: 7 });
    await release();
    expect(readdirSync(other.root)).toEqual([]);
  });
});

describe('a stale lock heals itself', () => {
  it('after kill -9, at once', async () => {
    await withProcess(async (child) => {
      leaveTicket(describeProcess(child.pid));
      await expect(takeLock(options({ waitMs: 0 }))).rejects.toThrow('Another run');
      child.kill('SIGKILL');
      await once(child, 'exit');
      await (await takeLock(options({ waitMs: 0 })))();
      expect(place.list(folder)).toEqual([]);
    });
  });

  it('if two find it stale at once, only one at a time gets it', async () => {
    leaveTicket({ pid: 2 ** 22 + 1 });
    let holders = 0;
    const work = async (): Promise<void> => {
      const release = await takeLock(options({ waitMs: 20_000 }));
      holders += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await release();
    };
    await Promise.all([work(), work(), work()]);
    expect(place.list(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('if its number belongs to another process by now', async () => {
    leaveTicket({ started: 'another-boot:1' });
    await (await takeLock(options({ waitMs: 0 })))();
  });

  const elsewhere = { host: 'another-machine', namespace: 'pid:[1]' };
  const silences: readonly (readonly [string, object | string, number, 'taken' | 'waits'])[] = [
    ['of another machine that still touches it', elsewhere, 10, 'waits'],
    ['of another machine that fell silent', elsewhere, 61, 'taken'],
    ['of a container that may have started again, and touches it', { started: undefined }, 10, 'waits'],
    ['of a container that may have started again, and fell silent', { started: undefined }, 61, 'taken'],
    ['that is no ticket, and new', 'half a li', 1, 'waits'],
    ['that is no ticket, and old', 'half a li', 61, 'taken'],
    ['of no process', { pid: -1 }, 61, 'taken'],
  ];
  it.each(silences)('a ticket %s', async (_what, content, age, outcome) => {
    const name = 'acme.0123456789abcdef.json';
    if (typeof content === 'string') place.write(`${folder}/${name}`, content);
    else leaveTicket(content);
    const touched = new Date(Date.now() - age * 1000);
    utimesSync(place.path(`${folder}/${name}`), touched, touched);
    const taking = takeLock(options({ waitMs: 0 }));
    if (outcome === 'waits') await expect(taking).rejects.toMatchObject({ exitCode: 7 });
    else await (await taking)();
  });

  it.each([
    ['of another machine', elsewhere],
    ['of a number that may be another process by now', { started: undefined }],
  ])('a ticket %s says when it was touched last, and until when it counts', async (_what, content) => {
    leaveTicket({ pid: process.pid, ...content });
    const touched = new Date(Date.now() - 12_000);
    utimesSync(place.path(`${folder}/acme.0123456789abcdef.json`), touched, touched);
    await expect(takeLock(options({ waitMs: 0 }))).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringMatching(/apply of pid \d+, running for \d+ s, last sign of life 1\d s ago\.$/),
      hint: expect.stringContaining('expires after a minute'),
    });
  });

  it('an incomplete ticket is removed when it can no longer be in use', async () => {
    const names = ['old', 'new'].map(
      (age) => `acme.${age === 'old' ? '0' : '1'}123456789abcdef.json.0123456789ab`,
    );
    for (const name of names) place.write(`${folder}/${name}`, '');
    utimesSync(place.path(`${folder}/${names[0]}`), 1_600_000_000, 1_600_000_000);
    await (await takeLock(options({ waitMs: 0 })))();
    expect(place.list(folder)).toEqual([names[1]]);
  });

  const noFiles: readonly (readonly [string, (path: string) => void])[] = [
    ['a folder', (path) => mkdirSync(path, { recursive: true })],
    ['a link', (path) => symlinkSync('nowhere', path)],
    ['a pipe without a writer', (path) => void execFileSync('mkfifo', [path])],
  ];
  it.skipIf(process.platform === 'win32').each(noFiles)('%s is no ticket', async (_what, make) => {
    mkdirSync(place.path(folder), { recursive: true });
    make(place.path(`${folder}/acme.0123456789abcdef.json`));
    await (await takeLock(options({ waitMs: 0 })))();
    expect(place.list(folder)).toEqual(['acme.0123456789abcdef.json']);
  });

  it.each([
    ['a sequence in its command', { command: '\u001b[2Japply' }],
    ['a line in its host', { host: 'here\nerror: forged' }],
    ['no time', { startedAt: 'some day' }],
    ['an absurd length', { command: 'x'.repeat(100_000) }],
  ])('a ticket with %s is waited for, and nothing of it is shown', async (_what, fields) => {
    leaveTicket(fields);
    await expect(takeLock(options({ waitMs: 0 }))).rejects.toMatchObject({
      exitCode: 7,
      message: `Another run is writing to ${tenant} for project acme: a run whose lock cannot be read.`,
      hint: expect.stringContaining('expires after a minute'),
    });
    const enough = new AbortController();
    const onWait = (notice: string): void => {
      notices.push(notice);
      enough.abort(new Error('enough'));
    };
    await expect(takeLock(options({ onWait, signal: enough.signal }))).rejects.toThrow('enough');
    expect(notices).toEqual(['waiting for a run whose lock cannot be read']);
  });

  it('what only looks like one is left alone', async () => {
    place.write(`${folder}/acme.json`, 'x');
    place.write(`${folder}/acme.0123456789abcdef.json.0123456789ab`, 'x');
    await (await takeLock(options({ waitMs: 0 })))();
    expect(place.list(folder)).toHaveLength(2);
    expect(readFileSync(place.path(`${folder}/acme.json`), 'utf8')).toBe('x');
  });
});
