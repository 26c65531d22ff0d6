/**
 * A thousand edits of every kind while the tenant fails at random. STORM_SEED=<n> repeats a storm: the same edits and
 * failures in the same order, if not at the same moments.
 */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedOf } from '../replay.js';
import { runInProcess } from './support/in-process.js';
import { armFault, disarmFaults } from './support/storm-faults.js';
import { createDice, planStorm } from './support/storm-plan.js';
import { openStorm, type Storm } from './support/storm-thread.js';
import type { StormTreeReport } from './support/storm-tree.js';
import { type Holding, readArchive, readFolder, readUpload } from './support/storm-uploads.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import { type Recorder, startRecorder, startWatching, type Watching } from './support/watching.js';
import { createWorkspace, simpleConfig, type Workspace } from './support/workspace.js';

const seed = seedOf('STORM');
const editCount = 1_000;
const extensions = Array.from({ length: 20 }, (_, index) => `ext-${index + 1}`).sort();
/** Edits pause for at most 15 ms within themselves, and are 4 ms apart. */
const quietMs = 60;
/** Watch may take a little less for quiet, since timers and the clock of files are not exact. */
const restMs = quietMs - 10;
/** No burst of the storm lasts as long on any machine: in the middle of one, files may be half-written. */
const maxWaitMs = 600_000;

let workspace: Workspace;
let tenant: TestTenant;
let recorder: Recorder;
let storm: Storm;
let watching: Watching;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write(simpleConfig);
  tenant = await openTestTenant();
  recorder = await startRecorder(tenant.sandbox.url);
  const gusts = planStorm(seed, extensions, editCount);
  storm = await openStorm({ folder: workspace.folder, extensions, gusts, restMs });
  const env = { ...tenant.env, QLIK_TENANT_URL: recorder.url };
  // Before watch begins, so that its writes are the storm's alone; it holds Qlik's 100 a minute.
  await runInProcess(['apply', '--yes'], { cwd: workspace.folder, env: tenant.env });
  const times = ['--quiet-period', `${quietMs}`, '--max-wait', `${maxWaitMs}`];
  watching = await startWatching(workspace, env, times);
  await tenant.takeRequests();
});
afterEach(async () => {
  await storm.close();
  await watching.interrupt();
  await recorder.close();
  await tenant.close();
  workspace.dispose();
});

async function readTenant(name: string): Promise<Holding> {
  return readArchive(await tenant.client.downloadArchive(name));
}

function readLocal(name: string): Holding {
  return readFolder(join(workspace.folder, 'extensions', name));
}

async function findDifferent(names: readonly string[]): Promise<readonly string[]> {
  const held = await Promise.all(names.map(readTenant));
  return names.filter((name, index) => held[index]?.state !== readLocal(name).state);
}

async function untilEqual(): Promise<void> {
  let different: readonly string[] = extensions;
  const look = async (): Promise<readonly string[]> => {
    different = await findDifferent(different);
    return different;
  };
  await expect.poll(look, { interval: 250, timeout: 600_000 }).toEqual([]);
}

async function readUploads(): Promise<readonly Holding[]> {
  const read = await Promise.all(recorder.uploads.map(readUpload));
  return read.filter((holding) => holding !== undefined);
}

type Reports = ReadonlyMap<string, StormTreeReport>;

/** Each upload must be a state in which the folder was between two edits; not its fault are those the machine held up. */
function findWrong(uploads: readonly Holding[], reports: Reports): readonly object[] {
  return uploads
    .filter(({ name, state, halves }) => {
      const standing = reports.get(name)?.states.get(state);
      return standing === undefined || (standing === 'whole' && halves.length > 0);
    })
    .map(({ name, files, halves }) => ({ name, halves, files: [...files.keys()] }));
}

interface Counts {
  /** Times that a folder was left alone for the quiet period, after changes. */
  readonly rests: number;
  readonly lists: number;
  readonly writes: number;
  readonly failedLists: number;
  readonly failedWrites: number;
}

/** The sandbox's log ends before anybody else asks it. */
async function countRequests(reports: Reports): Promise<Counts> {
  const failed = (await tenant.takeRequests()).filter(({ status }) => status === 0 || status >= 400);
  const lists = recorder.requests.filter((request) => request === 'GET /api/v1/extensions');
  const reads = recorder.requests.filter((request) => request.startsWith('GET '));
  const failedLists = failed.filter(({ method }) => method === 'GET');
  return {
    rests: [...reports.values()].reduce((sum, report) => sum + report.rests, 0),
    lists: lists.length,
    writes: recorder.requests.length - reads.length,
    failedLists: failedLists.length,
    failedWrites: failed.length - failedLists.length,
  };
}

describe('a storm', () => {
  it(`leaves the tenant equal to the folders (STORM_SEED=${seed})`, async () => {
    process.stdout.write(`STORM_SEED=${seed}\n`);
    const dice = createDice(seed);
    const reports = await storm.blow(() => armFault(tenant, dice));
    await disarmFaults(tenant);
    await untilEqual();
    const { code } = await watching.interrupt();
    const counts = await countRequests(reports);
    process.stdout.write(`${JSON.stringify(counts)}\n`);

    expect(code).toBe(130);
    for (const name of extensions) expect((await readTenant(name)).files).toEqual(readLocal(name).files);
    const records = await tenant.client.list();
    expect(records.map(({ qextFilename }) => qextFilename).sort()).toEqual(extensions);
    const uploads = await readUploads();
    expect(findWrong(uploads, reports)).toEqual([]);

    const { rests, lists, writes, failedLists, failedWrites } = counts;
    expect(failedLists + failedWrites).toBeGreaterThan(5);
    // A folder that came to rest is written once, and once more for every write that failed.
    expect(uploads.length).toBe(writes);
    expect(writes).toBeLessThanOrEqual(rests + failedWrites);
    // It is looked at once when it came to rest, and once more where it was being written again in that moment.
    // A list that failed is asked for again, and so it is after a write that failed.
    expect(lists).toBeLessThanOrEqual(2 * rests + failedLists + failedWrites + 1);
  }, 1_800_000);
});
