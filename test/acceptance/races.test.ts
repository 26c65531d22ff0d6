/**
 * An apply and a person, and two applies, at every point where one can come between the other: no lost update without a
 * word, no foreign object touched.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { kindOf } from '../../src/core/kind.js';
import { readRuns } from '../../src/reconcile/journal/runs.js';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { createRandom } from '../fuzz/random.js';
import { replayCommand, seedOf } from '../replay.js';
import { inLanes } from './support/lanes.js';
import {
  createColleague,
  handMade,
  md5Of,
  prepareRaces,
  type RaceResult,
  type RaceScene,
  stranger,
} from './support/race-scene.js';
import type { Held } from './support/tenant.js';
import type { AtPassage, Passage } from './support/turnstile.js';

const nobody: AtPassage = async () => undefined;

const races = await prepareRaces();
afterAll(races.dispose);

const points = await undisturbed();

/**
 * The points of an undisturbed apply: the same in every run at concurrency 1. To the tenant, right after one request is
 * right before the next. Whoever comes before the list is in the plan, and no race.
 */
async function undisturbed(): Promise<readonly Passage[]> {
  const scene = await races.open();
  try {
    const { passed, code, stdout, stderr } = await scene.apply(nobody);
    expect(code, stdout + stderr).toBe(0);
    return passed.filter(({ when }) => when === 'after');
  } finally {
    await scene.close();
  }
}

async function sideBySide(
  points: readonly Passage[],
  check: (point: Passage) => Promise<void>,
): Promise<void> {
  const nothing = async (): Promise<undefined> => undefined;
  await inLanes(points, nothing, check, { lanes: 4, close: nothing });
}

function isAt({ index, when }: Passage, point: Passage): boolean {
  return index === point.index && when === point.when;
}

/** A scene in which `intrude` happens once, at this point of the apply. */
async function intrudeAt(
  point: Passage,
  intrude: (scene: RaceScene) => Promise<void>,
  check: (scene: RaceScene, result: RaceResult) => Promise<void>,
): Promise<void> {
  const scene = await races.open();
  let done = false;
  try {
    const result = await scene.apply(async (passage) => {
      if (done || !isAt(passage, point)) return;
      done = true;
      await intrude(scene);
    });
    const said = result.stdout + result.stderr;
    expect(said).not.toMatch(/This is a bug/);
    expect([0, 5, 6, 7], said).toContain(result.code);
    await check(scene, result);
    await checkStranger(scene);
  } finally {
    await scene.close();
  }
}

async function checkStranger({ find }: RaceScene): Promise<void> {
  const md5 = md5Of(await handMade(stranger));
  expect(await find(stranger)).toMatchObject({ tags: ['theirs'], file: { md5 } });
}

// ── A person ────────────────────────────────────────────────────────────────────────────────────────────

interface Person {
  readonly name: string;
  /** `nothing`: it was gone already. */
  readonly does: (scene: RaceScene) => Promise<unknown>;
  /** Whether what the person did still stands. */
  readonly stands: (record: ExtensionRecord | undefined) => Promise<boolean>;
}

const upload = (name: string): Person => ({
  name,
  does: async ({ edit }) => edit(name, { file: await handMade(name) }),
  stands: async (record) => record?.file?.md5 === md5Of(await handMade(name)),
});

const retag = (name: string, tags: readonly string[]): Person => ({
  name,
  does: ({ edit }) => edit(name, { tags }),
  stands: async (record) => tags.every((tag) => record?.tags?.includes(tag) === true),
});

const remove = (name: string): Person => ({
  name,
  does: async ({ tenant, find }) => {
    const record = await find(name);
    return record === undefined ? 'nothing' : tenant.clients[kindOf(name)].remove(record.id);
  },
  stands: async (record) => record === undefined,
});

const people: Readonly<Record<string, Person>> = {
  'uploads what is to be updated': upload('kpi'),
  'uploads what is to be created': upload('theme:new'),
  'uploads what is to be deleted': upload('theme:old'),
  'uploads what is to be replaced': upload('nova'),
  'uploads what is in sync': upload('same'),
  'tags what is to be updated': retag('kpi', ['qlik-sync:acme', 'by hand']),
  'tags what is to be deleted': retag('theme:old', ['qlik-sync:acme', 'by hand']),
  'gives what is to be updated to another project': retag('kpi', ['qlik-sync:others']),
  'gives what is to be replaced to another project': retag('nova', ['qlik-sync:others']),
  'gives what is to be deleted to another project': retag('theme:old', ['qlik-sync:others']),
  'takes our tag off': retag('kpi', ['nobody']),
  'deletes what is to be updated': remove('kpi'),
  'deletes what is to be replaced': remove('nova'),
  'deletes what is in sync': remove('same'),
};

/**
 * The API has no If-Match and a deleted record tells nothing afterwards: an edit between the last look at a record and
 * its DELETE cannot be seen by anybody. The backup holds what stood there at that look.
 */
function isBeyondSight(point: Passage, id: string | undefined, { passed }: RaceResult): boolean {
  const ofRecord = passed.filter(({ path }) => id !== undefined && path.includes(id));
  const deletion = ofRecord.find(({ method }) => method === 'DELETE');
  const look = ofRecord.find(({ method, when }) => method === 'GET' && when === 'after');
  if (deletion === undefined || look === undefined) return false;
  const order = (passage: Passage): number => passed.findIndex((each) => isAt(each, passage));
  return order(point) >= order(look) && order(point) <= order(deletion);
}

/** Themes are listed after the extensions. */
function pointsAfterListOf(name: string): readonly Passage[] {
  if (kindOf(name) === 'extension') return points;
  return points.slice(points.findIndex(({ path }) => path.startsWith('/api/v1/themes')));
}

describe('an apply and a person', () => {
  it('meet at every point of a run that creates, updates, replaces and deletes', () => {
    const methods = new Set(points.map(({ method }) => method));
    expect([...methods].sort()).toEqual(['DELETE', 'GET', 'PATCH', 'POST']);
  });

  it.each(Object.entries(people))('%s', async (_title, { name, does, stands }) => {
    for (const point of pointsAfterListOf(name)) {
      let id: string | undefined;
      let didNothing = false;
      const intrude = async (scene: RaceScene): Promise<void> => {
        id = (await scene.find(name))?.id;
        didNothing = (await does(scene)) === 'nothing';
      };
      await intrudeAt(point, intrude, async (scene, result) => {
        const records = (await scene.list()).filter((held) => held.name === name);
        if (didNothing) return;
        expect(records.length, 'one record of a name').toBeLessThanOrEqual(1);
        if (await stands(records[0]?.record)) return;
        if (isBeyondSight(point, id, result)) return;
        const where = `${point.when} ${point.method} ${point.path}\n${result.stdout}${result.stderr}`;
        expect(result.code, where).toBe(7);
        expect(result.stdout + result.stderr, where).toContain(name);
      });
    }
  });
});

// ── git clean ───────────────────────────────────────────────────────────────────────────────────────────

// Windows lets nobody remove the folder of an open file.
describe.skipIf(process.platform === 'win32')(
  'an apply and a git clean -xdf, which takes .qlik-sync away',
  () => {
    it('at every point: all is done, and the journal has all of it', async () => {
      await sideBySide(points, async (point) => {
        const clean = async ({ workspace }: RaceScene): Promise<void> => workspace.remove('.qlik-sync');
        await intrudeAt(point, clean, async (scene, result) => {
          const where = `${point.when} ${point.method} ${point.path}\n${result.stdout}${result.stderr}`;
          expect(result.code, where).toBe(0);
          const [run] = await readRuns({ root: scene.workspace.folder });
          expect([run?.start.command, run?.end?.exitCode, run?.damaged], where).toEqual([
            'apply',
            0,
            undefined,
          ]);
          const done = run?.steps.filter(({ after }) => after?.result === 'done') ?? [];
          expect(done.map(({ before: { name, request } }) => `${request} ${name}`).sort(), where).toEqual([
            'create nova',
            'create theme:new',
            'delete nova',
            'delete theme:old',
            'patch kpi',
          ]);
          expect(result.stderr.split('Something removed .qlik-sync').length - 1, where).toBeLessThanOrEqual(
            1,
          );
        });
      });
    });
  },
);

// ── Two applies ─────────────────────────────────────────────────────────────────────────────────────────

async function checkTwo(scene: RaceScene, mine: RaceResult, theirs: RaceResult | undefined): Promise<void> {
  const records = await scene.list();
  const names = records.map(({ name }) => name).sort();
  expect(new Set(names).size, 'one record of a name').toBe(names.length);
  if (theirs?.code !== 0 || mine.code !== 0) return;
  // Both say that they succeeded: then all that is here is the work of the one that wrote last, and nothing is missing.
  expect(names).toEqual(['kpi', 'nova', 'same', stranger, 'theme:new']);
}

describe('two applies of one project', () => {
  it('one whole run at every point of the other: whoever is overtaken says so', async () => {
    await sideBySide(points, async (point) => {
      const colleague = createColleague('three');
      let theirs: RaceResult | undefined;
      let left: readonly Held[] = [];
      const intrude = async (scene: RaceScene): Promise<void> => {
        theirs = await scene.apply(nobody, colleague);
        left = await scene.list();
      };
      await intrudeAt(point, intrude, async (scene, mine) => {
        await checkTwo(scene, mine, theirs);
        const where = `${point.when} ${point.method} ${point.path}\n${mine.stdout}${mine.stderr}`;
        const after = new Map((await scene.list()).map(({ name, record }) => [name, record.file?.md5]));
        const lost = left.filter(({ name, record }) => after.get(name) !== record.file?.md5);
        if (lost.length > 0 && lost.some(({ name }) => wasWritten(theirs, name)))
          expect(mine.code, where).toBe(7);
      }).finally(colleague.dispose);
    });
  });

  it('with the same folders: the same end, and no word of failure where all is done', async () => {
    await sideBySide(points, async (point) => {
      const colleague = createColleague('two');
      const intrude = async (scene: RaceScene): Promise<void> => {
        await scene.apply(nobody, colleague);
      };
      await intrudeAt(point, intrude, async (scene, mine) => {
        await checkTwo(scene, mine, undefined);
        const again = await scene.apply(nobody);
        expect([mine.code, again.code, again.stdout]).toEqual([
          mine.code,
          0,
          expect.stringContaining('Nothing to do'),
        ]);
      }).finally(colleague.dispose);
    });
  });

  it('at random, request by request: one record a name, and a later run converges (12)', async () => {
    const seed = seedOf('RACES');
    for (let round = 0; round < 12; round += 1) {
      const replay = replayCommand('RACES', 'test/acceptance/races.test.ts', seed);
      await interleave(createRandom(seed, round)).catch((cause: unknown) => {
        throw new Error(
          `${cause instanceof Error ? cause.message : cause}\nRound ${round}; replay: ${replay}`,
          { cause },
        );
      });
    }
  });
});

/** Whether the colleague's run wrote this name: what it found in sync was not its own to lose. */
function wasWritten(theirs: RaceResult | undefined, name: string): boolean {
  return theirs !== undefined && new RegExp(`✓ ${name} `).test(theirs.stderr);
}

/** Lets one waiting request through at a time, of whichever run the dice say. */
function createDice(
  random: ReturnType<typeof createRandom>,
  runs: number,
): { at: AtPassage; ended: () => void } {
  const waiting: (() => void)[] = [];
  let running = runs;
  const roll = (): void => {
    if (waiting.length === 0 || waiting.length < running) return;
    const [next] = waiting.splice(random.upTo(waiting.length - 1), 1);
    next?.();
  };
  return {
    at: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        roll();
      }),
    ended: () => {
      running -= 1;
      roll();
    },
  };
}

async function interleave(random: ReturnType<typeof createRandom>): Promise<void> {
  const scene = await races.open();
  const colleague = createColleague('three');
  const dice = createDice(random, 2);
  try {
    const [mine, theirs] = await Promise.all([
      scene.apply(dice.at).finally(dice.ended),
      scene.apply(dice.at, colleague).finally(dice.ended),
    ]);
    for (const { code, stdout, stderr } of [mine, theirs]) {
      expect([0, 5, 6, 7], stdout + stderr).toContain(code);
      expect(stderr).not.toMatch(/This is a bug/);
    }
    await checkTwo(scene, mine, theirs);
    await scene.apply(nobody);
    const last = await scene.apply(nobody);
    expect(last.stdout).toContain('Nothing to do');
    await checkStranger(scene);
  } finally {
    colleague.dispose();
    await scene.close();
  }
}
