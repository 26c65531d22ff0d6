/** 100,000 mutated manifests, configs, archives, journals, plan files and answers: no crash, no hang, no stack trace. */

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { replayCommand, seedOf } from '../replay.js';
import { targets } from './targets.js';
import type { Finding, FuzzData, FuzzReport } from './work.js';

const file = 'test/fuzz/fuzz.test.ts';
/** No input is read for longer, or it never ends. */
const hangMs = 20_000;

/** Node 20 runs no TypeScript in threads. */
function bundle(): string {
  const built = buildSync({
    entryPoints: [join(import.meta.dirname, 'work.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false, mainFields: ['module', 'main'] },
  });
  return built.outputFiles[0]?.text ?? '';
}

async function fuzz(data: Omit<FuzzData, 'progress'>): Promise<FuzzReport> {
  const progress = new SharedArrayBuffer(8);
  const worker = new Worker(bundle(), { eval: true, workerData: { ...data, progress } });
  const [result, hung] = [once(worker, 'message'), watch(new Int32Array(progress))];
  try {
    return await Promise.race([result.then(([report]) => report as FuzzReport), hung.promise]);
  } finally {
    hung.stop();
    await worker.terminate();
  }
}

function watch(place: Int32Array): { readonly promise: Promise<FuzzReport>; readonly stop: () => void } {
  let last = '';
  let stop = (): void => undefined;
  const promise = new Promise<FuzzReport>((resolve) => {
    const timer = setInterval(() => {
      const now = place.join();
      const [target = 0, input = 0] = place;
      const finding = { target: targets[target]?.name ?? '', input, what: `ran for ${hangMs} ms`, bytes: '' };
      if (now === last) resolve({ counts: {}, findings: [finding] });
      last = now;
    }, hangMs);
    stop = () => clearInterval(timer);
  });
  return { promise, stop };
}

function describeFinding({ target, input, what, bytes }: Finding, seed: number): string {
  const replay = `FUZZ_TARGET='${target}' FUZZ_INPUT=${input} ${replayCommand('FUZZ', file, seed)}`;
  const shown = bytes.length > 2_000 ? `${bytes.slice(0, 2_000)}…` : bytes;
  return `${target}: ${what}\nReplay: ${replay}\nA ready test: reading Buffer.from('${shown}', 'base64') as ${target}`;
}

describe('fuzz', () => {
  it('ends with a value or an error for people, soon', async () => {
    const seed = seedOf('FUZZ');
    const { FUZZ_TARGET: target, FUZZ_INPUT: input } = process.env;
    const only =
      target === undefined ? {} : { only: { target, ...(input !== undefined && { input: Number(input) }) } };
    const { counts, findings } = await fuzz({ seed, ...only });
    expect(findings.map((finding) => describeFinding(finding, seed)).join('\n\n')).toBe('');
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (target === undefined) expect(total).toBeGreaterThanOrEqual(100_000);
  }, 1_800_000);
});
