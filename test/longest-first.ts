/** The order of the test files: the long ones begin first, so that no core waits for one of them at the end. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take more than about ten seconds, the longest first (measured: test/bench/README.md). */
const longest = [
  'acceptance/worlds.test.ts',
  'acceptance/fault-pairs.test.ts',
  'acceptance/crash.test.ts',
  'acceptance/ci-pipelines.test.ts',
  'fuzz/fuzz.test.ts',
  'acceptance/proxies.test.ts',
  'acceptance/storm.test.ts',
  'acceptance/faults.test.ts',
  'acceptance/races.test.ts',
  'fuzz/hostile-tenant.test.ts',
  'acceptance/ci-github.test.ts',
  'acceptance/watch-soak.test.ts',
  'acceptance/keys.test.ts',
  'acceptance/impact.test.ts',
  'core/worlds.test.ts',
  'acceptance/hostile.test.ts',
  'acceptance/completion.test.ts',
] as const;

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((file) => moduleId.endsWith(`/test/${file}`));
  return rank < 0 ? longest.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
