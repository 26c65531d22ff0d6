import type { Random } from './random.js';

export interface Target {
  readonly name: string;
  /** Mutated inputs in a normal test run. */
  readonly runs: number;
  readonly corpus: readonly Buffer[];
  /** Ends with any value or throws a UserError; everything else is a finding. */
  readonly read: (bytes: Buffer, random: Random) => unknown;
}
