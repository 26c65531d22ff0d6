/**
 * A thousand edits of every kind while the tenant fails at random. STORM_SEED=<n> repeats a storm: the same edits and
 * failures in the same order, if not at the same moments.
 */

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { armFault, disarmFaults } from './storm-faults.js';
import { createDice, planStorm } from './storm-plan.js';
import type { SceneReport } from './storm-scene.js';
import { openStorm, type Storm } from './storm-thread.js';
import { type Holding, readArchive, readFolder, readUpload } from './storm-uploads.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { type Recorder, startRecorder, startWatching, type Watching } from './watching.js';
import { createWorkspace, simpleConfig, type Workspace } from './workspace.js';

const seed = Number(process.env['STORM_SEED'] ?? randomInt(2 ** 31));
const edits = 1_000;
const extensions = Array.from({ length: 20 }, (_, index) => `ext-${index + 1}`);
/** Edits pause for at most 15 ms within themselves. */
const quietMs = 40;
/** Timers and the clock of files are not exact. */
const restMs = quietMs - 10;

let workspace: Workspace;
let tenant: TestTenant;
let recorder: Recorder;
let storm: Storm;
let watching: Watching | undefined;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write(simpleConfig);
  tenant = await openTestTenant();
  recorder = await startRecorder(tenant.sandbox.url);
  const gusts = planStorm(seed, extensions, edits);
  storm = await openStorm({ folder: workspace.folder, extensions, gusts, restMs });
});
afterEach(async () => {
  await storm.close();
  await watching?.interrupt();
  watching = undefined;
  await recorder.close();
  await tenant.close();
  workspace.dispose();
});

const folderOf = (name: string): string => join(workspace.folder, 'extensions', name);

async function isEqual(name: string): Promise<boolean> {
  const archive = await readArchive(await tenant.client.downloadArchive(name));
  return archive.state === readFolder(folderOf(name)).state;
}

/** Of the names, those whose archive is not yet the folder. */
async function findDifferent(names: readonly string[]): Promise<readonly string[]> {
  const equal = await Promise.all(names.map(isEqual));
  return names.filter((_, index) => equal[index] === false);
}

async function untilEqual(): Promise<void> {
  let different: readonly string[] = extensions;
  const look = async (): Promise<readonly string[]> => {
    different = await findDifferent(different);
    return different;
  };
  await expect.poll(look, { interval: 250, timeout: 90_000 }).toEqual([]);
}

async function readUploads(): Promise<readonly Holding[]> {
  const read = await Promise.all(recorder.uploads.map(readUpload));
  return read.filter((holding) => holding !== undefined);
}

function countRequests(start: string): number {
  return recorder.requests.filter((request) => request.startsWith(start)).length;
}

describe(`a storm (STORM_SEED=${seed})`, () => {
  it('leaves the tenant equal to the folders, without one half-written upload', async () => {
    console.info(`STORM_SEED=${seed}`);
    const env = { ...tenant.env, QLIK_TENANT_URL: recorder.url };
    expect((await runInProcess(['apply', '--yes'], { cwd: workspace.folder, env })).code).toBe(0);
    const before = recorder.requests.length;
    watching = await startWatching(workspace, env, ['--quiet-period', String(quietMs)]);

    const dice = createDice(seed);
    const began = performance.now();
    const reports = await storm.blow(() => armFault(tenant, dice));
    const overAt = performance.now();
    await disarmFaults(tenant);
    await untilEqual();
    const equalAt = performance.now();
    const result = await watching.interrupt();
    const { events } = watching;
    watching = undefined;

    const log = await tenant.takeRequests();
    const failed = log.filter(({ status }) => status === 0 || status >= 400);
    const uploads = await readUploads();
    const rests = [...reports.values()].reduce((sum, each) => sum + each.rests, 0);
    const standing = uploads.map(({ name, state }) => reports.get(name)?.states.get(state));
    const lists = countRequests('GET /api/v1/extensions');
    const writes = recorder.requests.slice(before).filter((r) => !r.startsWith('GET')).length;
    const tally = (items: readonly unknown[]) =>
      Object.entries(
        items.reduce<Record<string, number>>(
          (all, item) => ({ ...all, [String(item)]: (all[String(item)] ?? 0) + 1 }),
          {},
        ),
      )
        .map((e) => e.join(':'))
        .join(' ');
    console.info(
      `storm ${Math.round(overAt - began)} ms, equal after ${Math.round(equalAt - overAt)} ms; rests ${rests}, lists ${lists}, writes ${writes}, failed ${tally(failed.map(({ method, status }) => `${method}${status}`))}; uploads ${tally(standing)}; halves ${uploads.filter(({ halves }) => halves.length > 0).length}; events ${tally(events.map(({ event }) => event))}`,
    );
    console.info(tally(events.filter(({ event }) => event === 'refused').map(({ message }) => message)));
    console.info(
      [...new Set(events.filter(({ event }) => event === 'waiting').map(({ message }) => message))]
        .slice(0, 8)
        .join('\n'),
    );
    expect(result.code).toBe(130);
    expect(await findDifferent(extensions)).toEqual([]);
    expect((await tenant.client.list()).map(({ qextFilename }) => qextFilename).sort()).toEqual(
      [...extensions].sort(),
    );
    expect(
      uploads
        .filter((_, i) => standing[i] !== 'whole')
        .map(({ name, halves, files }) => ({
          name,
          halves,
          files: [...files].map(([p, b]) => `${p} ${b.length}`),
        })),
    ).toEqual([]);
    void (null as unknown as SceneReport);
  }, 180_000);
});
