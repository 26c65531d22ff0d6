/** The storm's thread as a test sees it. */

import { on } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { StormTreeReport } from './storm-tree.js';
import type { StormData, StormMessage } from './storm-worker.js';

export interface Storm {
  /** Does it all; told of every gust before it begins. */
  readonly blow: (onGust: () => Promise<void>) => Promise<ReadonlyMap<string, StormTreeReport>>;
  readonly close: () => Promise<void>;
}

/** Resolves when the folders are built. */
export async function openStorm(data: StormData): Promise<Storm> {
  const worker = new Worker(bundle('storm-worker.ts'), { eval: true, workerData: data });
  const messages = on(worker, 'message') as AsyncIterableIterator<[StormMessage]>;
  await messages.next();
  return {
    blow: async (onGust) => {
      worker.postMessage('go');
      for await (const [message] of messages) {
        if (message.kind === 'gust') await onGust();
        if (message.kind === 'over') return message.reports;
      }
      throw new Error('the storm ended early');
    },
    close: async () => void (await worker.terminate()),
  };
}

/** Node 20 runs no TypeScript in threads. */
function bundle(file: string): string {
  const entryPoints = [join(import.meta.dirname, file)];
  const built = buildSync({ entryPoints, bundle: true, platform: 'node', format: 'cjs', write: false });
  return built.outputFiles[0]?.text ?? '';
}
