/** Programs that a config may run: its own code, commands that print secrets, the policy. `--no-exec` forbids them all. */

import { UserError } from '../core/errors.js';

export type Execution = 'allowed' | 'refused';

/**
 * To be called before the program is run.
 *
 * @param what the program and its place in the config, as the beginning of a sentence
 * @throws UserError (exit 3)
 */
export function assertExecutionAllowed(execution: Execution, what: string): void {
  if (execution === 'allowed') return;
  throw new UserError(`${what}, and --no-exec forbids that`, {
    hint: 'Leave out --no-exec (QLIK_SYNC_NO_EXEC) only if you trust its author; otherwise use a config in JSON or YAML, and secrets from environment variables.',
  });
}
