/** What the tests of writing share: runs of apply, folders that change, and somebody who comes in between. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunLine } from '../../../src/reconcile/run-record.js';
import { type InProcessOptions, runInProcess } from './in-process.js';
import { type Scene, useScene } from './scene.js';
import type { LoggedRequest } from './tenant.js';
import { extensionFiles, type Result } from './workspace.js';

export interface WritingScene {
  readonly scene: Scene;
  readonly run: (args: readonly string[], options?: Partial<InProcessOptions>) => Promise<Result>;
  readonly apply: (...args: readonly string[]) => Promise<Result>;
  readonly write: (...names: readonly string[]) => void;
  /** Other content, version 2.0.0. */
  readonly change: (...names: readonly string[]) => void;
  /** Holds up the next request like this, and does something meanwhile, as a person at the same time. */
  readonly meanwhile: <T>(
    request: { readonly method: string; readonly path: string },
    running: () => Promise<T>,
    edit: () => unknown,
  ) => Promise<T>;
  /** The newest journal's lines. */
  readonly journalOfLast: () => Promise<readonly RunLine[]>;
}

/** Tells requests like one whose path may hold `*`. */
export function isLike(request: Pick<LoggedRequest, 'method' | 'path'>): (other: LoggedRequest) => boolean {
  const isPath = new RegExp(`^${request.path.replaceAll('*', '.+')}$`);
  return ({ method, path }) => method === request.method && isPath.test(path);
}

/** A request for one record alone. */
export const readingOne = { method: 'GET', path: '/api/v1/extensions/*' };

/** To be called once at the top of a file. */
export function useWritingScene(): WritingScene {
  const scene = useScene();
  const run: WritingScene['run'] = (args, options = {}) =>
    runInProcess(['apply', '--yes', ...args], {
      cwd: scene.workspace.folder,
      env: scene.tenant.env,
      ...options,
    });
  return {
    scene,
    run,
    apply: (...args) => run(args),
    write: (...names) => {
      for (const name of names) scene.workspace.write(extensionFiles(name));
    },
    change: (...names) => {
      for (const name of names)
        scene.workspace.write(extensionFiles(name, { code: 'changed', version: '2.0.0' }));
    },
    meanwhile: async (request, running, edit) => {
      await scene.tenant.addFaults([{ when: 'before', kind: 'stall', stallMs: 60_000, ...request }]);
      await scene.tenant.takeRequests();
      const result = running();
      const isThere = async (): Promise<boolean> => (await scene.tenant.seeRequests()).some(isLike(request));
      await expect.poll(isThere, { interval: 10 }).toBe(true);
      await edit();
      await scene.tenant.clearFaults();
      return result;
    },
    journalOfLast: async () => readNewestJournal(scene.workspace.folder),
  };
}

function readNewestJournal(root: string): readonly RunLine[] {
  const runs = join(root, '.qlik-sync/runs');
  const [folder = ''] = readdirSync(runs);
  const journals = readdirSync(join(runs, folder)).map((name) => {
    const text = readFileSync(join(runs, folder, name), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunLine);
  });
  const startOf = ([first]: readonly RunLine[]): string => (first?.kind === 'run' ? first.startedAt : '');
  return [...journals].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1)).at(-1) ?? [];
}
