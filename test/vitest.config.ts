import { availableParallelism, tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.js';
import { createMemoryDisk } from './memory-disk.js';
import { nativeSource } from './native-source.js';

export default defineConfig({
  plugins: [await nativeSource()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    // Only ends what hangs: a busy machine takes many times as long as a quiet one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 240_000 } },
    pool: 'forks',
    // The files of a worker share modules, which are loaded and compiled once; none keeps a state that a test could meet.
    isolate: false,
    // Much of a test is waiting: on two cores four take 0.90 to 0.95 of the time of three.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // What a run keeps of its times fails another that begins while it is written, as two do side by side in `.ci/run`.
    cache: false,
    setupFiles: ['test/choose-disk.ts', 'test/choose-store.ts'],
    env: { DISK: tmpdir(), MEMORY_DISK: createMemoryDisk() ?? tmpdir() },
  },
});
