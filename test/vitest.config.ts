import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A second is not much where two cores have other work too.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Much of a test is waiting, so that two get along on one core; left alone vitest takes one worker of two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
