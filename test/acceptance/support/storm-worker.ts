/** The storm's own thread: it must be able to write a file in the very moment in which watch reads it. */

import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { doEdit, writeFirstState } from './storm-edits.js';
import type { Edit, Gust } from './storm-plan.js';
import { createStormTree, type StormTree, type StormTreeReport } from './storm-tree.js';

export interface StormData {
  readonly folder: string;
  readonly extensions: readonly string[];
  readonly gusts: readonly Gust[];
  readonly restMs: number;
}

export type StormMessage =
  | { readonly kind: 'built' }
  | { readonly kind: 'gust' }
  | { readonly kind: 'over'; readonly reports: ReadonlyMap<string, StormTreeReport> };

/** Milliseconds between two edits of a run. */
const stepMs = 4;

const { folder, extensions, gusts, restMs } = workerData as StormData;

function tell(message: StormMessage): void {
  parentPort?.postMessage(message);
}

function openStormTrees(): ReadonlyMap<string, StormTree> {
  const parking = `${folder}/parking`;
  mkdirSync(parking, { recursive: true });
  return new Map(
    extensions.map((name) => {
      const tree = createStormTree({ name, folder: `${folder}/extensions/${name}`, parking, restMs });
      writeFirstState(tree);
      return [name, tree];
    }),
  );
}

async function blow(trees: ReadonlyMap<string, StormTree>): Promise<void> {
  for (const gust of gusts) {
    tell({ kind: 'gust' });
    await Promise.all(gust.runs.map((run) => doRun(trees, run)));
    await sleep(gust.calmMs);
  }
  tell({ kind: 'over', reports: new Map([...trees].map(([name, tree]) => [name, tree.report()])) });
}

async function doRun(trees: ReadonlyMap<string, StormTree>, run: readonly Edit[]): Promise<void> {
  for (const edit of run) {
    const tree = trees.get(edit.extension);
    if (tree === undefined) throw new Error(`${edit.extension} is not among the trees`);
    await doEdit(tree, edit);
    await sleep(stepMs);
  }
}

const trees = openStormTrees();
parentPort?.once('message', () => void blow(trees));
tell({ kind: 'built' });
