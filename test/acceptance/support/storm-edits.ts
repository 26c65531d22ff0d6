/** What people, editors and build tools do to the files of an extension. */

import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './storm-content.js';
import { createDice, type Dice, type Edit } from './storm-plan.js';
import type { Scene } from './storm-scene.js';

/** Milliseconds within an edit; well below the quiet period. */
const longestPauseMs = 15;
const sizes = [200, 2_000, 20_000] as const;

interface Desk {
  readonly scene: Scene;
  readonly dice: Dice;
  readonly generation: number;
}

export function buildScene(scene: Scene): void {
  for (const path of pathsOf(scene.name)) write(scene, path, contentOf(scene.name, path, 0, 500));
  scene.settle();
}

function pathsOf(name: string): readonly string[] {
  return [`${name}.qext`, `${name}.js`, 'style.css', 'lib/chart.js', 'lib/deep/data.js'];
}

export async function doEdit(scene: Scene, { kind, seed }: Edit): Promise<void> {
  await edits[kind]({ scene, dice: createDice(seed), generation: seed });
  scene.settle();
}

const edits: Readonly<Record<Edit['kind'], (desk: Desk) => Promise<void>>> = {
  write: async (desk) => {
    const path = pickPath(desk);
    write(desk.scene, path, newContent(desk, path));
  },
  'write-slowly': (desk) => writeSlowly(desk, pickPath(desk)),
  'save-atomically': async (desk) => {
    const path = pickPath(desk);
    await writeSlowly(desk, `${path}.tmp`, newContent(desk, path));
    await pause(desk);
    desk.scene.rename(`${path}.tmp`, path);
  },
  'save-like-vim': async (desk) => {
    const path = pickPath(desk);
    desk.scene.rename(path, `${path}~`);
    await writeSlowly(desk, path);
    desk.scene.remove(`${path}~`);
  },
  recreate: async (desk) => {
    const path = pickPath(desk);
    desk.scene.remove(path);
    await pause(desk);
    write(desk.scene, path, newContent(desk, path));
  },
  'move-folder': async (desk) => {
    const moveBack = desk.scene.moveAway();
    await pause(desk);
    moveBack();
  },
  'move-subfolder': async (desk) => {
    const moveBack = desk.scene.moveAway('lib');
    await pause(desk);
    moveBack();
  },
  rebuild: async (desk) => {
    for (const path of [...desk.scene.files.keys()]) desk.scene.remove(path);
    desk.scene.removeFolder();
    await buildAnew(desk);
  },
  burst: async (desk) => {
    const old = [...desk.scene.files.keys()].filter((path) => path.startsWith('chunk-'));
    await buildAnew(desk);
    for (const path of old) desk.scene.remove(path);
  },
};

/** All files in any order, some slowly, and chunks whose names are new. */
async function buildAnew(desk: Desk): Promise<void> {
  const { scene, dice, generation } = desk;
  const chunks = Array.from({ length: dice.below(4) }, (_, index) => `chunk-${generation}-${index}.js`);
  for (const path of shuffle(dice, [...pathsOf(scene.name), ...chunks])) {
    if (dice.below(3) === 0) await writeSlowly(desk, path);
    else write(scene, path, newContent(desk, path));
    if (dice.below(2) === 0) await pause(desk);
  }
}

/** In two steps, as the system does it: the second may be late. */
function write(scene: Scene, path: string, content: string): void {
  scene.empty(path);
  scene.append(path, content);
}

async function writeSlowly(desk: Desk, path: string, content = newContent(desk, path)): Promise<void> {
  const half = Math.floor(content.length / 2);
  desk.scene.empty(path);
  await pause(desk);
  desk.scene.append(path, content.slice(0, half));
  await pause(desk);
  desk.scene.append(path, content.slice(half));
}

function newContent({ scene, dice, generation }: Desk, path: string): string {
  return contentOf(scene.name, path, generation, dice.pick(sizes));
}

function pickPath({ scene, dice }: Desk): string {
  return dice.pick([...scene.files.keys()].sort());
}

async function pause({ dice }: Desk): Promise<void> {
  await sleep(dice.below(longestPauseMs));
}

function shuffle<T>(dice: Dice, items: readonly T[]): readonly T[] {
  const keyed = items.map((item) => ({ item, key: dice.below(2 ** 31) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
