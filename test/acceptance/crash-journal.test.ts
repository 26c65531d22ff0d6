/** Killed between the journal's own steps: whatever of it is on the disk, the next run makes the tenant what it should be. */

import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Crash, judgeRecovery } from './support/crash-judge.js';
import {
  applyArgs,
  type CrashScene,
  copyCrashScene,
  effectsAfter,
  openCrashScene,
  prepareUploads,
} from './support/crash-scene.js';

/** At concurrency 1: a list, two creates, then for each replace its record, archive, delete and create. */
const secondDelete = { method: 'DELETE', number: 2 };

let dir: string;
let crashed: CrashScene;
/** What it had not done when it was killed. */
let left: Readonly<Record<string, number>>;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'qlik-sync-crash-'));
  crashed = await openCrashScene(await prepareUploads(), dir);
  const args = [...applyArgs, '--concurrency', '1'];
  await crashed.runAndKill(args, { at: await findRequest(args), when: 'after' });
  left = effectsAfter(await crashed.tenant.takeRequests());
});

afterAll(async () => {
  await crashed.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The number of a request in an undisturbed run, which leaves no trace. */
async function findRequest(args: readonly string[]): Promise<number> {
  const scene = await openCrashScene(await prepareUploads());
  try {
    expect(await scene.run(args)).toMatchObject({ code: 0 });
    const matching = scene.wire
      .arrived()
      .flatMap((method, index) => (method === secondDelete.method ? [index + 1] : []));
    return matching[secondDelete.number - 1] ?? 0;
  } finally {
    await scene.close();
  }
}

/** The journal that the killed run left. */
function journalIn({ workspace: { folder } }: CrashScene): string {
  const runs = join(folder, '.qlik-sync/runs');
  const [file] = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  );
  return join(runs, file ?? '');
}

async function recover(
  disturb: (scene: CrashScene) => void,
  journal: Crash['journal'],
): Promise<readonly string[]> {
  const scene = await copyCrashScene(crashed, dir);
  try {
    disturb(scene);
    return await judgeRecovery(scene, { effects: left, journal });
  } finally {
    await scene.close();
  }
}

describe('a run that was killed after it deleted for a replace', () => {
  it('left a tenant that lacks what it deleted, and a journal that says so', async () => {
    const names = (await crashed.tenant.client.list()).map(({ qextFilename }) => qextFilename);
    expect(names.filter((name) => name?.startsWith('rep'))).toHaveLength(1);
    expect(left).toEqual({ POST: 1, PATCH: expect.any(Number), DELETE: 2 });
    expect(await recover(() => undefined, 'whole')).toEqual([]);
  });

  it('wherever its journal is cut, nothing is lost or done twice', async () => {
    const lines = readFileSync(journalIn(crashed), 'utf8').split(/(?<=\n)/);
    expect(lines.length).toBeGreaterThan(8);
    let end = 0;
    for (const line of lines) {
      for (const bytes of [end, end + Math.floor(line.length / 2)]) {
        const problems = await recover((scene) => truncateSync(journalIn(scene), bytes), 'cut');
        expect(problems, `cut after ${bytes} bytes`).toEqual([]);
      }
      end += line.length;
    }
  });

  const answer = '{"kind":"after","at":"2026-11-23T00:00:00.000Z","step":9,"result":"done"}\n';
  const disturbances: readonly (readonly [string, (scene: CrashScene) => void])[] = [
    ['the next line was begun', (scene) => appendFileSync(journalIn(scene), answer.slice(0, 30))],
    [
      'all of the next line but its end is there',
      (scene) => appendFileSync(journalIn(scene), answer.slice(0, -1)),
    ],
    ['the last block of the disk is zeros', (scene) => appendFileSync(journalIn(scene), Buffer.alloc(512))],
    [
      'a backup was half written',
      (scene) => writeFileSync(join(backups(scene), `${'a'.repeat(32)}.zip.0123456789ab`), 'half'),
    ],
    [
      'a lock is half written',
      (scene) => writeFileSync(join(locks(scene), 'acme.0123456789abcdef.json.0123456789ab'), '{'),
    ],
  ];
  it.each(disturbances)('%s', async (_what, disturb) => {
    expect(await recover(disturb, 'whole')).toEqual([]);
  });
});

function backups(scene: CrashScene): string {
  return onlyFolder(join(scene.workspace.folder, '.qlik-sync/backups'));
}

function locks(scene: CrashScene): string {
  return onlyFolder(join(scene.workspace.folder, '.qlik-sync/locks'));
}

function onlyFolder(path: string): string {
  return join(path, readdirSync(path)[0] ?? '');
}
