import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    // Only ends what hangs: a busy machine takes many times as long as a quiet one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 240_000 } },
    pool: 'forks',
    // Much of a test is waiting, so that two get along on one core; left alone vitest takes one worker of two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
