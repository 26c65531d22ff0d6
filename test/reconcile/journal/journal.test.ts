import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { exitCodes } from '../../../src/core/exit-codes.js';
import { fetchRuns } from '../../../src/reconcile/journal/fetch-runs.js';
import { openRun, type RunJournal, type RunOptions } from '../../../src/reconcile/journal/journal.js';
import { readLastRun, readRuns } from '../../../src/reconcile/journal/runs.js';
import { tenantKey } from '../../../src/reconcile/own-place.js';
import type { RunLine, RunStart } from '../../../src/reconcile/run-record.js';
import { prefixOf, wholeName } from '../../../src/reconcile/store-place.js';
import type { Store } from '../../../src/store/store.js';
import { itOverEach } from '../../store/over-stores.js';
import { openStoreOf } from '../../store/running-store.js';
import {
  answered,
  createPlace,
  journalText,
  noCounts,
  type Place,
  requested,
  runOptions,
  start,
  tenant,
  tenantFolder,
} from '../place.js';

let place: Place;
/** With a store a machine that has nothing else, where all is read; without, the same machine. */
let reader: Place;
let store: Store | undefined;
beforeEach(async () => {
  place = createPlace();
  store = await openStoreOf(place.root);
  reader = store === undefined ? place : createPlace();
});
afterEach(async () => {
  place.remove();
  reader.remove();
  await store?.close();
});

const folder = `runs/${tenantFolder}`;

/** What the reader knows of the runs, from the beginning. */
async function fetchAgain(): Promise<string> {
  if (store === undefined) return place.root;
  reader.remove();
  await fetchRuns({ root: reader.root, store, which: 'all' });
  return reader.root;
}

async function readAll(query: Omit<Parameters<typeof readRuns>[0], 'root'> = {}) {
  return readRuns({ root: await fetchAgain(), ...query });
}

function open(more: Partial<RunOptions> = {}): Promise<RunJournal> {
  return openRun(runOptions(place.root, { store, ...more }));
}

async function putText(start: Pick<RunStart, 'id' | 'tenant' | 'project'>, text: string | Buffer) {
  if (store === undefined) place.write(`${folder}/${start.id}.jsonl`, text);
  else await store.put(wholeName(prefixOf('runs', start), start.id), Buffer.from(text));
}

function putRun(lines: readonly [RunStart, ...RunLine[]]): Promise<void> {
  return putText(lines[0], journalText(lines));
}

const textOf = (id: string): string => readFileSync(place.path(`${folder}/${id}.jsonl`), 'utf8');
const patch = { name: 'a', action: 'update', request: 'patch' } as const;

/** Runs of one machine never begin in the same one, as a process takes longer to start. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise(setImmediate);
}

describe('a journal as it is written', () => {
  itOverEach('comes back as it was written', async () => {
    const run = await open({ environment: 'prod', planned: [{ name: 'a', action: 'update' }] });
    const previous = { id: 'x', md5: 'a'.repeat(32), tags: ['t'], archive: 'stored' } as const;
    const step = await run.before({ ...patch, previous, sent: { tags: ['t'] } });
    await run.after({ step, result: 'done', id: 'x', revision: '2.0.0' });
    await run.end(exitCodes.ok, { ...noCounts, updated: 1 });
    const [read, ...others] = await readAll({ tenant, project: 'acme' });
    expect(others).toEqual([]);
    expect(read?.start).toMatchObject({
      id: run.id,
      environment: 'prod',
      planned: [{ name: 'a', action: 'update' }],
    });
    expect(read?.steps).toMatchObject([
      {
        before: { step: 1, name: 'a', previous, sent: { tags: ['t'] } },
        after: { result: 'done', revision: '2.0.0' },
      },
    ]);
    expect(read?.end).toMatchObject({ exitCode: 0, counts: { updated: 1 } });
  });

  itOverEach('each line is in the file when its promise resolves, however many come at once', async () => {
    const run = await open();
    const steps = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const step = await run.before({ ...patch, name: `n${index}` });
        expect(textOf(run.id)).toContain(`"step":${step},"name":"n${index}"`);
        await run.after({ step, result: 'done' });
        expect(textOf(run.id)).toMatch(
          new RegExp(`"kind":"after","at":"[^"]+","step":${step},"result":"done"`),
        );
        return step;
      }),
    );
    expect(new Set(steps).size).toBe(50);
    await run.end(exitCodes.ok, noCounts);
    expect((await readAll())[0]?.steps.every((step) => step.after !== undefined)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('is for its owner alone', async () => {
    const run = await open();
    await run.end(exitCodes.ok, noCounts);
    expect(place.mode(`${folder}/${run.id}.jsonl`)).toBe(0o600);
    expect([place.mode('runs'), place.mode(folder)]).toEqual([0o700, 0o700]);
    expect(place.list('.')).toContain('.gitignore');
  });

  itOverEach(
    'runs that begin in one second have files of their own, and are listed newest first',
    async () => {
      const ids = [];
      for (let count = 0; count < 5; count += 1) {
        const run = await open();
        await run.end(exitCodes.ok, noCounts);
        ids.push(run.id);
        await nextMillisecond();
      }
      expect((await readAll()).map((run) => run.start.id)).toEqual(ids.reverse());
    },
  );

  itOverEach.each([
    ['ahead of the clock', '20991231T235959Z-0000', '21000101T000000Z'],
    ['past all clocks', '99991231T235959Z-ffff', undefined],
    ['of no time', '20991399T996199Z-0000', '21000413T040240Z'],
  ])('runs keep their order where the newest is %s', async (_what, id, next) => {
    await putRun([start(1, { id })]);
    // As the lock is taken.
    if (store !== undefined) await fetchRuns({ root: place.root, store, which: 'all' });
    const ids = [];
    for (const _ of [1, 2]) {
      const run = await open();
      await run.end(exitCodes.ok, noCounts);
      ids.push(run.id);
      await nextMillisecond();
    }
    if (next !== undefined) expect(ids[0]?.slice(0, next.length)).toBe(next);
    const read = (await readAll()).map((run) => run.start.id);
    const others = read.filter((each) => each !== id);
    expect(others).toEqual(ids.reverse());
    if (next !== undefined) expect(read[0]).toBe(others[0]);
    const last = await readLastRun({ root: await fetchAgain(), tenant, project: 'acme' });
    expect(last?.start.id).toBe(read[0]);
  });

  it('knows whether another run began since', async () => {
    const first = await open();
    expect(await first.isNewest()).toBe(true);
    const second = await open();
    expect([await first.isNewest(), await second.isNewest()]).toEqual([false, true]);
    rmSync(place.path(`${folder}/${second.id}.jsonl`));
    expect([await first.isNewest(), await second.isNewest()]).toEqual([true, false]);
    await Promise.all([first.end(exitCodes.ok, noCounts), second.end(exitCodes.ok, noCounts)]);
  });

  it('if it cannot be written, the message says so, and what to do', async () => {
    place.write('runs', 'a file');
    const failure = await open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/The journal in .* cannot be written: /),
      hint: expect.stringContaining('make the folder writable'),
    });
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'also in a folder that is read only',
    async () => {
      mkdirSync(place.path('runs'), { recursive: true });
      chmodSync(place.path('runs'), 0o500);
      await expect(open()).rejects.toThrow('cannot be written');
      chmodSync(place.path('runs'), 0o700);
    },
  );
});

// Windows lets nobody remove the folder of an open file.
describe.skipIf(process.platform === 'win32')('a journal that somebody removes while it is written', () => {
  const elsewhere = () => `${place.root}/elsewhere`;
  const losses: readonly (readonly [string, (id: string) => void])[] = [
    ['alone', (id) => rmSync(place.path(`${folder}/${id}.jsonl`))],
    ['with its folder', () => rmSync(place.path(folder), { recursive: true })],
    ['with all of .qlik-sync', () => rmSync(place.path('.'), { recursive: true })],
    ['with its folder, which is moved away', () => renameSync(place.path('runs'), elsewhere())],
    [
      'and puts an older copy in its place',
      () => {
        cpSync(elsewhere(), place.path(folder), { recursive: true, force: true });
      },
    ],
  ];

  for (const [how, lose] of losses) {
    itOverEach(`${how}: is whole again with its next line, and its owner is told`, async () => {
      const told: string[] = [];
      const run = await open({ onRemoved: () => told.push('removed') });
      if (how.startsWith('and puts')) cpSync(place.path(folder), elsewhere(), { recursive: true });
      const step = await run.before({ ...patch, name: 'before' });
      expect(told).toEqual([]);
      lose(run.id);
      await run.after({ step, result: 'done' });
      await Promise.all(['a', 'b', 'c'].map((name) => run.before({ ...patch, name })));
      expect(told).toEqual(['removed']);
      expect(place.mode(`${folder}/${run.id}.jsonl`) & 0o077).toBe(0);
      await run.end(exitCodes.ok, noCounts);
      const [read, ...others] = await readAll();
      expect(others).toEqual([]);
      expect(read?.steps.map(({ before }) => before.name)).toEqual(['before', 'a', 'b', 'c']);
      expect(read?.steps[0]?.after?.result).toBe('done');
      expect([read?.end?.exitCode, read?.damaged]).toEqual([0, undefined]);
    });
  }

  itOverEach('is whole again where that happens right before its end, and again and again', async () => {
    const run = await open();
    for (const name of ['a', 'b']) {
      rmSync(place.path('.'), { recursive: true });
      await run.before({ ...patch, name });
    }
    rmSync(place.path('.'), { recursive: true });
    await run.end(exitCodes.ok, noCounts);
    const [read] = await readAll();
    expect(read?.steps.map(({ before }) => before.name)).toEqual(['a', 'b']);
    expect(read?.end?.exitCode).toBe(0);
    expect(place.list(folder)).toEqual([`${run.id}.jsonl`]);
  });

  itOverEach('is not said to be whole where it was cut short in its place', async () => {
    for (const left of [0, 20]) {
      const told: string[] = [];
      const run = await open({ onRemoved: () => told.push('removed') });
      truncateSync(place.path(`${folder}/${run.id}.jsonl`), left);
      await expect(run.before(patch)).rejects.toMatchObject({
        exitCode: 5,
        message: expect.stringMatching(/cannot be written: something cut it short/),
      });
      await expect(run.end(exitCodes.ok, noCounts)).rejects.toThrow('cannot be written');
      expect(told).toEqual([]);
    }
  });

  it('is not written where a link to another place is put', async () => {
    const run = await open();
    rmSync(place.path('runs'), { recursive: true });
    mkdirSync(elsewhere());
    symlinkSync(elsewhere(), place.path('runs'));
    await expect(run.before(patch)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(/cannot be written: .* is a link to another place/),
    });
    expect(readdirSync(elsewhere())).toEqual([]);
    await expect(run.end(exitCodes.ok, noCounts)).rejects.toThrow('cannot be written');
  });
});

describe('a journal as it is read', () => {
  const whole = [start(1), requested(1, 'a'), answered(1), requested(2, 'b'), answered(2)] as const;

  itOverEach('however it was torn, what is whole is read and nothing else', async () => {
    const text = journalText(whole);
    const lines = text.split('\n').slice(0, -1);
    // Over a wire at fewer places, which are not at the same distance from the ends of lines.
    for (let length = text.length; length >= 0; length -= store === undefined ? 1 : 47) {
      await putText(whole[0], text.slice(0, length));
      const kept = text.slice(0, length);
      const complete = lines.filter((line, index) => {
        const end = lines.slice(0, index + 1).join('\n').length;
        return kept.length >= end && line !== '';
      }).length;
      const [run] = await readAll();
      expect(run?.steps.length ?? -1, `${length} bytes`).toBe(
        complete === 0 ? -1 : Math.ceil((complete - 1) / 2),
      );
      expect(run?.steps.filter((step) => step.after !== undefined).length ?? 0).toBe(
        complete === 0 ? 0 : Math.floor((complete - 1) / 2),
      );
      expect(run?.damaged).toBeUndefined();
    }
  });

  itOverEach.each([1, 2, 3])('a line that is missing before the end of it is damage: %i', async (lost) => {
    await putRun([whole[0], ...whole.slice(1).filter((_line, index) => index !== lost - 1)]);
    const [run] = await readAll();
    expect(run?.damaged).toBe(lost === 2 ? undefined : true);
  });

  itOverEach('the last word on a step counts', async () => {
    await putRun([start(1), requested(1, 'a'), answered(1, 'unknown'), answered(1, 'done')]);
    expect((await readAll())[0]?.steps[0]?.after?.result).toBe('done');
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['no JSON', 'hello\n'],
    ['another JSON', '[1,2,3]\n'],
    ['a lone step', journalText([requested(1, 'a')])],
    ['a newer version', JSON.stringify({ ...start(1), version: 2 })],
    ['the id of another file', journalText([start(7)])],
    ['an invalid id', JSON.stringify({ ...start(1), id: '../../etc' })],
    ['an invalid time', JSON.stringify({ ...start(1), startedAt: '\u001b[2J' })],
    ['nothing', ''],
    ['a prototype', '{"__proto__":{"kind":"run"}}\n'],
    ['bytes', '\u0000\u0001\uffff{'],
  ];
  itOverEach.each(hostile)('a file that holds %s is skipped, and named', async (_what, text) => {
    await putRun([start(2)]);
    await putText(start(1), text);
    const skipped: string[] = [];
    const runs = await readAll({ onSkipped: (file) => skipped.push(file) });
    expect(runs.map((run) => run.start.id)).toEqual([start(2).id]);
    expect(skipped).toEqual([reader.path(`${folder}/${start(1).id}.jsonl`)]);
  });

  const lies: readonly object[] = [
    { ...requested(2, 'b'), request: 'format' },
    { ...requested(2, 'b'), step: -1 },
    { ...requested(2, 'b'), previous: { id: 'x', tags: [], archive: 'stored', md5: '../../../etc/passwd' } },
    { ...requested(2, 'b'), previous: { id: 'x', tags: [], archive: 'stored', record: 'x' } },
    { ...requested(2, 'b'), sent: { tags: 'x' } },
    { ...answered(1), result: 'perhaps' },
    { kind: 'end', at: 'x', exitCode: 0, counts: noCounts },
    { kind: 'end', at: start(1).startedAt, exitCode: 77, counts: noCounts },
    { kind: 'end', at: start(1).startedAt, exitCode: 0, counts: { ...noCounts, failed: 1.5 } },
    { kind: 'note' },
  ];
  itOverEach.each(lies)('a line that is not what it says is left out: %j', async (line) => {
    await putText(start(1), `${journalText([start(1), requested(1, 'a')])}${JSON.stringify(line)}\n`);
    const [run] = await readAll();
    expect(run).toEqual({ start: start(1), steps: [{ before: requested(1, 'a') }], damaged: true });
  });

  itOverEach(
    'runs are distinguished by tenant and project, even where two tenants share a folder',
    async () => {
      const http = start(2, { tenant: 'http://acme.eu.qlikcloud.com' });
      const other = start(3, { project: 'other' });
      for (const run of [start(1), http, other]) await putRun([run]);
      const ids = async (query: object) => (await readAll(query)).map((run) => run.start.id);
      expect(await ids({ tenant, project: 'acme' })).toEqual([start(1).id]);
      expect(await ids({ tenant })).toEqual([other.id, start(1).id]);
      expect(await ids({})).toEqual([other.id, http.id, start(1).id]);
      expect(await ids({ tenant: 'sandbox' })).toEqual([]);
    },
  );

  const keys: readonly (readonly [string, string])[] = [
    ['https://acme.eu.qlikcloud.com', 'acme.eu.qlikcloud.com'],
    ['http://127.0.0.1:4711', '127.0.0.1_4711'],
    ['http://[::1]:80', '___1__80'],
    ['sandbox', 'sandbox'],
    ['https://..', '_'],
    ['https://../../x', '_/../x'.replace(/\//g, '_')],
  ];
  it.each(keys)('%s has the folder %s', (identity, key) => {
    expect(tenantKey(identity)).toBe(key);
  });
});
