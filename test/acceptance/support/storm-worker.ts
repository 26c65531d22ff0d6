/** The storm's own thread: it must be able to write a file in the very moment in which watch reads it. */

import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { buildScene, doEdit } from './storm-edits.js';
import type { Edit, Gust } from './storm-plan.js';
import { createScene, type Scene, type SceneReport } from './storm-scene.js';

export interface StormData {
  readonly folder: string;
  readonly extensions: readonly string[];
  readonly gusts: readonly Gust[];
  readonly restMs: number;
}

export type StormMessage =
  | { readonly kind: 'built' }
  | { readonly kind: 'gust' }
  | { readonly kind: 'over'; readonly reports: ReadonlyMap<string, SceneReport> };

/** Milliseconds between two edits of a run. */
const stepMs = 4;

const { folder, extensions, gusts, restMs } = workerData as StormData;

function tell(message: StormMessage): void {
  parentPort?.postMessage(message);
}

function openScenes(): ReadonlyMap<string, Scene> {
  const parking = `${folder}/parking`;
  mkdirSync(parking, { recursive: true });
  return new Map(
    extensions.map((name) => {
      const scene = createScene({ name, folder: `${folder}/extensions/${name}`, parking, restMs });
      buildScene(scene);
      return [name, scene];
    }),
  );
}

async function blow(scenes: ReadonlyMap<string, Scene>): Promise<void> {
  for (const gust of gusts) {
    tell({ kind: 'gust' });
    await Promise.all(gust.runs.map((run) => doRun(scenes, run)));
    await sleep(gust.calmMs);
  }
  tell({ kind: 'over', reports: new Map([...scenes].map(([name, scene]) => [name, scene.report()])) });
}

async function doRun(scenes: ReadonlyMap<string, Scene>, run: readonly Edit[]): Promise<void> {
  for (const edit of run) {
    const scene = scenes.get(edit.extension);
    if (scene === undefined) throw new Error(`${edit.extension} is in no scene`);
    await doEdit(scene, edit);
    await sleep(stepMs);
  }
}

const scenes = openScenes();
parentPort?.once('message', () => void blow(scenes));
tell({ kind: 'built' });
