/** Every write × {before, after its effect} × every way to fail: the exit code is right, and the next run converges. */

import { beforeAll, describe, it } from 'vitest';
import { runCases } from './support/fault-case.js';
import { faultsOf, writes } from './support/fault-reference.js';
import { type Prototype, preparePrototype } from './support/fault-world.js';

let prototype: Prototype;

beforeAll(async () => {
  prototype = await preparePrototype();
});

describe('one fault in a run', () => {
  it.each(writes)(
    '%s',
    async (write) => {
      const cases = faultsOf(write).map((fault) => [fault]);
      const codes = await runCases(cases, prototype);
      process.stdout.write(
        `${write}: ${cases.length} faults, by exit code ${JSON.stringify([...codes].sort())}\n`,
      );
    },
    1_800_000,
  );
});
