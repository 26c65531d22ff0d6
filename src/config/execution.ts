/** Programs that come with the config: its own code, commands that print secrets, hooks. `--no-exec` runs none of them. */

import { UserError } from '../core/errors.js';

export type Execution = 'allowed' | 'refused';

/**
 * To be called before anything of it is run.
 *
 * @param what the thing and where it stands, as the beginning of a sentence
 * @throws UserError (exit 3)
 */
export function assertExecutionAllowed(execution: Execution, what: string): void {
  if (execution === 'allowed') return;
  throw new UserError(`${what}, and --no-exec forbids that`, {
    hint: 'Leave out --no-exec (QLIK_SYNC_NO_EXEC) only where you trust whoever wrote it; else use a config of data, and secrets from environment variables.',
  });
}
