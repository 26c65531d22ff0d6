/** The order of the test files: the long ones begin first, so that no core waits for one of them at the end. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take more than about forty seconds on a busy machine, the longest first. */
const longest = [
  'acceptance/worlds.test.ts',
  'acceptance/fault-pairs.test.ts',
  'acceptance/ci-github.test.ts',
  'acceptance/faults.test.ts',
  'acceptance/own-files.test.ts',
  'reconcile/lock/lease.test.ts',
  'acceptance/proxies.test.ts',
  'acceptance/docs.test.ts',
  'acceptance/races.test.ts',
  'acceptance/waves.test.ts',
  'fuzz/fuzz.test.ts',
  'preview/preview.test.ts',
  'acceptance/watch-soak.test.ts',
  'acceptance/ci-ways-back.test.ts',
  'store/judges.test.ts',
  'fuzz/hostile-tenant.test.ts',
  'acceptance/store-faults.test.ts',
  'acceptance/preview-endings.test.ts',
  'acceptance/preview.test.ts',
  'acceptance/promote.test.ts',
  'acceptance/ci-pipelines.test.ts',
  'acceptance/crash-store.test.ts',
  'acceptance/crash.test.ts',
  'acceptance/storm.test.ts',
  'acceptance/hostile.test.ts',
  'acceptance/secrets.test.ts',
  'acceptance/impact.test.ts',
  'acceptance/keys.test.ts',
  'acceptance/completion.test.ts',
  'acceptance/ci-kubernetes.test.ts',
  'tenant/governor.test.ts',
  'acceptance/rollback.test.ts',
  'acceptance/changed-since.test.ts',
  'acceptance/archives.test.ts',
  'acceptance/origins.test.ts',
  'tenant/odd-answers.test.ts',
  'acceptance/store-runs.test.ts',
  'acceptance/drift.test.ts',
  'core/worlds.test.ts',
  'config/resolve.test.ts',
  'acceptance/line-endings.test.ts',
  'acceptance/unanswered.test.ts',
  'acceptance/impact-gate.test.ts',
  'acceptance/package.test.ts',
  'acceptance/ci-fleet.test.ts',
  'acceptance/ci-store.test.ts',
  'acceptance/unfinished.test.ts',
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
