/** The order of the test files: the long ones begin first, so that no core waits for one of them at the end. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take more than about forty seconds, the longest first. */
const longest = [
  'acceptance/ci-github.test.ts',
  'preview/preview.test.ts',
  'acceptance/ci-ways-back.test.ts',
  'acceptance/fault-pairs.test.ts',
  'acceptance/worlds.test.ts',
  'reconcile/lock/lease.test.ts',
  'acceptance/preview.test.ts',
  'acceptance/partial-checkout.test.ts',
  'acceptance/ci-pipelines.test.ts',
  'acceptance/proxies.test.ts',
  'acceptance/watch-soak.test.ts',
  'acceptance/changed-since.test.ts',
  'report/html-page.test.ts',
  'acceptance/crash.test.ts',
  'acceptance/crash-store.test.ts',
  'store/judges.test.ts',
  'acceptance/store-faults.test.ts',
  'acceptance/fleet-story.test.ts',
  'acceptance/terminal.test.ts',
  'acceptance/ci-kubernetes.test.ts',
  'acceptance/own-files.test.ts',
  'acceptance/storm.test.ts',
  'acceptance/faults.test.ts',
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
