/**
 * Generated cases that can be had again: a failure prints its seed, how to replay it, and a test to keep. The gate asks
 * for the same cases every time, so that red means a change; `SEED=random npm test` goes looking for others.
 */

import fc from 'fast-check';

const gateSeed = 20_261_123;

export interface Generated<T> {
  /** `WORLDS` makes `WORLDS_SEED` and `WORLDS_PATH` the variables that replay a case. */
  readonly name: string;
  /** The test file, for the command line that replays. */
  readonly file: string;
  readonly runs: number;
  /** Source text of a test that holds this case alone. */
  readonly toTest: (value: T) => string;
}

/** By `<name>_SEED` or `SEED`, a number or `random`; else the gate's. */
export function seedOf(name: string): number {
  const asked = process.env[`${name}_SEED`] ?? process.env['SEED'];
  if (asked === 'random') return Math.trunc(Math.random() * 2 ** 31);
  return asked === undefined ? gateSeed : Number(asked);
}

fc.configureGlobal({ seed: seedOf('FAST_CHECK') });

/** Its own assertions print the seed too: `FAST_CHECK_SEED` replays them. */
export { fc };

export function replayCommand(name: string, file: string, seed: number, path?: string | null): string {
  const step = path === undefined || path === null ? '' : ` ${name}_PATH=${path}`;
  return `${name}_SEED=${seed}${step} npx vitest run --config test/vitest.config.ts ${file}`;
}

/** fast-check with a report that can be pasted. The smallest failing case is shown. */
export function assertGenerated<T>(
  cases: fc.Arbitrary<T>,
  check: (value: T) => void,
  { name, file, runs, toTest }: Generated<T>,
): void {
  const path = process.env[`${name}_PATH`];
  const result = fc.check(fc.property(cases, check), {
    numRuns: runs,
    seed: seedOf(name),
    ...(path !== undefined && { path }),
  });
  if (!result.failed) return;
  const [counterexample] = result.counterexample ?? [];
  const cause = result.errorInstance;
  const parts = [
    `${cause instanceof Error ? cause.message : String(cause)}`,
    `Replay: ${replayCommand(name, file, result.seed, result.counterexamplePath)}`,
    `A ready test:\n\n${counterexample === undefined ? '' : toTest(counterexample)}`,
  ];
  throw new Error(parts.join('\n\n'), { cause });
}
