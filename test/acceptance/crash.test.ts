/** Law 2: whenever the built command is killed, the next run says what was done and makes the tenant what it should be. */

import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import { judgeRecovery } from './support/crash-judge.js';
import {
  applyArgs,
  type CrashScene,
  openCrashScene,
  type Prepared,
  prepareUploads,
} from './support/crash-scene.js';
import type { Cut } from './support/crash-wire.js';

type Moment = Omit<Cut, 'kill'>;

let uploads: readonly Prepared[];
beforeAll(async () => {
  uploads = await prepareUploads();
});

async function withScene<T>(use: (scene: CrashScene) => Promise<T>): Promise<T> {
  const scene = await openCrashScene(uploads);
  try {
    return await use(scene);
  } finally {
    await scene.close();
  }
}

/** Before every request of an undisturbed run, and after the effect of every write. */
async function listMoments(args: readonly string[]): Promise<readonly Moment[]> {
  return withScene(async ({ run, wire }) => {
    const { code, stderr } = await run(args);
    expect(code, stderr).toBe(0);
    return wire.arrived().flatMap((method, index): readonly Moment[] => {
      const before = { at: index + 1, when: 'before' } as const;
      return method === 'GET' ? [before] : [before, { at: index + 1, when: 'after' }];
    });
  });
}

async function killAt(moment: Moment, args: readonly string[]): Promise<readonly string[]> {
  const problems = await withScene(async (scene) => {
    await scene.runAndKill(args, moment);
    return judgeRecovery(scene);
  });
  return problems.map((problem) => `killed ${moment.when} request ${moment.at}: ${problem}`);
}

describe('killed with SIGKILL at every request', () => {
  it.each([1, 8])('at concurrency %i', async (concurrency) => {
    const args = [...applyArgs, '--concurrency', String(concurrency)];
    const moments = await listMoments(args);
    const limit = pLimit(3);
    const problems = await Promise.all(moments.map((moment) => limit(killAt, moment, args)));
    expect(problems.flat()).toEqual([]);
    expect(moments.length).toBeGreaterThan(25);
  });
});

describe('a replace that was killed between its delete and its create', () => {
  it('is finished by a run that selects something else', async () => {
    await withScene(async ({ runAndKill, run, wire, tenant }) => {
      const args = ['apply', 'rep1', '--yes', '--allow-replace', 'rep1'];
      await runAndKill(args, { at: 5, when: 'after' });
      const names = async () => (await tenant.client.list()).map(({ qextFilename }) => qextFilename);
      expect(await names()).not.toContain('rep1');
      const { code, stderr } = await run(['apply', 'extension:new', '--yes']);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('  unknown: replace rep1\n');
      expect(await names()).toEqual(expect.arrayContaining(['rep1', 'new']));
      expect(wire.arrived().filter((method) => method !== 'GET')).toEqual(['POST', 'POST']);
    });
  });
});
