/** What people, editors and build tools do to the files of an extension. */

import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './storm-content.js';
import { createDice, type Dice, type Edit } from './storm-plan.js';
import type { StormTree } from './storm-tree.js';

/** Milliseconds within an edit; well below the quiet period. */
const longestPauseMs = 15;
const sizes = [200, 2_000, 20_000] as const;

interface Editing {
  readonly tree: StormTree;
  readonly dice: Dice;
  readonly generation: number;
}

export function writeFirstState(tree: StormTree): void {
  for (const path of pathsOf(tree.name)) write(tree, path, contentOf(tree.name, path, 0, 500));
  tree.settle();
}

function pathsOf(name: string): readonly string[] {
  return [`${name}.qext`, `${name}.js`, 'style.css', 'lib/chart.js', 'lib/deep/data.js'];
}

export async function doEdit(tree: StormTree, { kind, seed }: Edit): Promise<void> {
  await edits[kind]({ tree, dice: createDice(seed), generation: seed });
  tree.settle();
}

const edits: Readonly<Record<Edit['kind'], (edit: Editing) => Promise<void>>> = {
  write: async (edit) => {
    const path = pickPath(edit);
    write(edit.tree, path, newContent(edit, path));
  },
  'write-slowly': (edit) => writeSlowly(edit, pickPath(edit)),
  'save-atomically': async (edit) => {
    const path = pickPath(edit);
    await writeSlowly(edit, `${path}.tmp`, newContent(edit, path));
    await pause(edit);
    edit.tree.rename(`${path}.tmp`, path);
  },
  'save-like-vim': async (edit) => {
    const path = pickPath(edit);
    edit.tree.rename(path, `${path}~`);
    await writeSlowly(edit, path);
    edit.tree.remove(`${path}~`);
  },
  recreate: async (edit) => {
    const path = pickPath(edit);
    edit.tree.remove(path);
    await pause(edit);
    write(edit.tree, path, newContent(edit, path));
  },
  'move-folder': async (edit) => {
    const moveBack = edit.tree.moveAway();
    await pause(edit);
    moveBack();
  },
  'move-subfolder': async (edit) => {
    const moveBack = edit.tree.moveAway('lib');
    await pause(edit);
    moveBack();
  },
  rebuild: async (edit) => {
    for (const path of [...edit.tree.files.keys()]) edit.tree.remove(path);
    edit.tree.removeFolder();
    await buildAnew(edit);
  },
  burst: async (edit) => {
    const old = [...edit.tree.files.keys()].filter((path) => path.startsWith('chunk-'));
    await buildAnew(edit);
    for (const path of old) edit.tree.remove(path);
  },
};

/** All files in any order, some slowly, and chunks whose names are new. */
async function buildAnew(edit: Editing): Promise<void> {
  const { tree, dice, generation } = edit;
  const chunks = Array.from({ length: dice.below(4) }, (_, index) => `chunk-${generation}-${index}.js`);
  for (const path of shuffle(dice, [...pathsOf(tree.name), ...chunks])) {
    if (dice.below(3) === 0) await writeSlowly(edit, path);
    else write(tree, path, newContent(edit, path));
    if (dice.below(2) === 0) await pause(edit);
  }
}

/** In two steps, as the system does it: the second may be late. */
function write(tree: StormTree, path: string, content: string): void {
  tree.empty(path);
  tree.append(path, content);
}

async function writeSlowly(edit: Editing, path: string, content = newContent(edit, path)): Promise<void> {
  const half = Math.floor(content.length / 2);
  edit.tree.empty(path);
  await pause(edit);
  edit.tree.append(path, content.slice(0, half));
  await pause(edit);
  edit.tree.append(path, content.slice(half));
}

function newContent({ tree, dice, generation }: Editing, path: string): string {
  return contentOf(tree.name, path, generation, dice.pick(sizes));
}

function pickPath({ tree, dice }: Editing): string {
  return dice.pick([...tree.files.keys()].sort());
}

async function pause({ dice }: Editing): Promise<void> {
  await sleep(dice.below(longestPauseMs));
}

function shuffle<T>(dice: Dice, items: readonly T[]): readonly T[] {
  const keyed = items.map((item) => ({ item, key: dice.below(2 ** 31) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
