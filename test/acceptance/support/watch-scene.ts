/** `watch` on two extensions, or one and a theme, and a tenant of its own, new for each test of a file; ended by itself. */

import { afterEach, beforeEach, expect } from 'vitest';
import type { InProcessOptions } from './in-process.js';
import { type Scene, useScene } from './scene.js';
import { startWatching, type Watching } from './watching.js';
import { extensionFiles } from './workspace.js';

export interface WatchScene extends Scene {
  readonly watch: (...args: readonly string[]) => Promise<Watching>;
  readonly watchWith: (
    means: Pick<InProcessOptions, 'patience'>,
    ...args: readonly string[]
  ) => Promise<Watching>;
  /** Writes an extension with this code. */
  readonly save: (name: string, code: string) => void;
  /** What the tenant holds of its code. */
  readonly stored: (name: string) => Promise<string>;
  /** Resolves when an upload is on its way, answered or not. */
  readonly untilUploading: () => Promise<void>;
}

export const kpiSynced = { event: 'synced', name: 'kpi' } as const;
export const mapSynced = { event: 'synced', name: 'map' } as const;

/** To be called once at the top of a file. @param second beside the extension `kpi` */
export function useWatchScene(second = 'map'): WatchScene {
  const scene = useScene();
  let watching: Watching | undefined;
  beforeEach(() => scene.workspace.write({ ...extensionFiles('kpi'), ...extensionFiles(second) }));
  afterEach(async () => {
    await watching?.interrupt();
    watching = undefined;
  });

  async function start(
    args: readonly string[],
    means?: Pick<InProcessOptions, 'patience'>,
  ): Promise<Watching> {
    const { workspace, tenant } = scene;
    watching = await startWatching(workspace, tenant.env, ['--quiet-period', '50', ...args], means);
    return watching;
  }

  return Object.assign(scene, {
    watch: (...args: readonly string[]) => start(args),
    watchWith: (means: Pick<InProcessOptions, 'patience'>, ...args: readonly string[]) => start(args, means),
    save: (name: string, code: string) => scene.workspace.write(extensionFiles(name, { code })),
    stored: async (name: string) =>
      (await scene.tenant.client.downloadFile(name, `${name}.js`)).bytes.toString(),
    untilUploading: async () => {
      const isUploading = async (): Promise<boolean> =>
        (await scene.tenant.seeRequests()).some(({ method }) => method === 'PATCH');
      await expect.poll(isUploading, { interval: 5 }).toBe(true);
    },
  });
}
