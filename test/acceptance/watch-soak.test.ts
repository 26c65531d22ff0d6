/**
 * Two hundred random builds, branch switches, stashes, rebases and conflicts under `watch --prune`. Time passes only where
 * the test says so: while a build is cut off, while git waits for somebody, and on the final commit. WATCH_SOAK_SEED=<n>
 * repeats a soak.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedOf } from '../replay.js';
import { requireTool } from '../require-tool.js';
import {
  createSoakRepository,
  finalNames,
  folderOf,
  type SoakRepository,
} from './support/soak-repository.js';
import { createDice } from './support/storm-plan.js';
import { readArchive, readFolder } from './support/storm-uploads.js';
import { useWatchScene } from './support/watch-scene.js';
import type { Watching } from './support/watching.js';
import { extensionFiles } from './support/workspace.js';

const seed = seedOf('WATCH_SOAK');
const actCount = 200;

const scene = useWatchScene();
const hasGit = requireTool('git');

/** The waits of deletes, which end when the test says so. */
function holdTime() {
  const waiting = new Set<() => void>();
  let begun = 0;
  return {
    rest: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        begun += 1;
        waiting.add(resolve);
        signal.addEventListener('abort', () => {
          waiting.delete(resolve);
          reject(signal.reason);
        });
      }),
    /** How many waits have begun so far. */
    begun: (): number => begun,
    waiting: (): number => waiting.size,
    pass: (): void => {
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
  };
}

type Time = ReturnType<typeof holdTime>;

/** Everything was looked at after all that happened before: only such a look finds a new extension. */
function createLook({ next }: Watching): () => Promise<void> {
  let looks = 0;
  return async () => {
    looks += 1;
    const name = `look-${looks}`;
    scene.workspace.write(extensionFiles(name, { folder: `packages/${name}/dist` }));
    await next({ event: 'synced', action: 'create', name });
  };
}

/** Of the extensions that the folders hold now, with those that only the looks are for. */
function folderNames(): readonly string[] {
  const { folder } = scene.workspace;
  const built = readdirSync(join(folder, 'packages'));
  const plain = readdirSync(join(folder, 'extensions'));
  return [...built, ...plain]
    .filter((name) => existsSync(join(folder, placeOf(name), `${name}.qext`)))
    .sort();
}

const placeOf = (name: string): string =>
  name.startsWith('look') ? `packages/${name}/dist` : folderOf(name);

/** Until exactly what the folders hold is there. */
async function untilClean(time: Time): Promise<void> {
  const look = async (): Promise<unknown> => {
    time.pass();
    return scene.tenant.names();
  };
  await expect.poll(look, { interval: 20, timeout: 600_000 }).toEqual(folderNames());
}

interface Rests {
  readonly time: Time;
  readonly look: () => Promise<void>;
  readonly repository: SoakRepository;
}

/** What a build has not written yet is not even about to be deleted. */
async function restHalfBuilt({ time, look, repository }: Rests): Promise<void> {
  const finish = repository.halfBuild();
  await look();
  expect(time.waiting()).toBe(0);
  finish();
}

function isInConflict(): boolean {
  const signs = ['rebase-merge', 'MERGE_HEAD', 'CHERRY_PICK_HEAD'];
  return signs.some((name) => existsSync(join(scene.workspace.folder, '.git', name)));
}

/** However much time passes while git is in the middle of something, it only begins to wait once more. */
async function restInConflict({ time, look, repository }: Rests): Promise<void> {
  const end = await repository.conflict();
  expect(isInConflict()).toBe(true);
  await look();
  for (let round = 0; round < 2 && time.waiting() > 0; round++) {
    const before = time.begun();
    time.pass();
    await expect.poll(time.begun, { interval: 5 }).toBeGreaterThan(before);
  }
  await end();
}

async function restAtHome({ time, look, repository }: Rests): Promise<void> {
  await repository.goHome();
  await look();
  await untilClean(time);
}

const rests = [restHalfBuilt, restInConflict, restAtHome];

it.runIf(hasGit)(
  `deletes nothing that the final commit holds (WATCH_SOAK_SEED=${seed})`,
  async () => {
    process.stdout.write(`WATCH_SOAK_SEED=${seed}\n`);
    const { workspace, tenant } = scene;
    const dice = createDice(seed);
    const time = holdTime();
    for (const name of ['kpi', 'map']) workspace.remove(`extensions/${name}`);
    scene.configure({
      ...{ extensions: ['extensions/*', 'packages/*/dist'], prune: true },
      ...{ maxDeletes: 100_000, maxDeletePercent: 100 },
    });
    const repository = await createSoakRepository(workspace.folder, dice);
    const watching = await scene.watchWith({ patience: { rest: time.rest } }, '--prune');
    const look = createLook(watching);
    await look();
    const before = new Map((await tenant.client.list()).map(({ qextFilename, id }) => [qextFilename, id]));
    const counts = { acts: 0, rests: 0 };
    for (; counts.acts < actCount; counts.acts++) {
      if (dice.below(6) > 0) await repository.act();
      else {
        counts.rests += 1;
        await dice.pick(rests)({ time, look, repository });
      }
    }
    await repository.commitFinal();
    await look();
    await untilClean(time);

    const deleted = watching.events.flatMap(({ action, name }) => (action === 'delete' ? [name] : []));
    process.stdout.write(`${JSON.stringify({ ...counts, deletes: deleted.length })}\n`);
    expect(deleted.length).toBeGreaterThan(0);
    for (const name of finalNames) expect(deleted).not.toContain(name);
    for (const name of finalNames) {
      expect((await tenant.find(name))?.id).toBe(before.get(name));
      const held = async (): Promise<unknown> =>
        (await readArchive(await tenant.client.downloadArchive(name))).files;
      const { files } = readFolder(join(workspace.folder, folderOf(name)));
      await expect.poll(held, { interval: 50 }).toEqual(files);
    }
  },
  600_000,
);
