import type { ExitCode } from '../../core/errors.js';
import type { Io } from '../io.js';
import type { ShardedFlags } from '../options/shard.js';
import type { Site } from '../site.js';

/** What a command does on environments, one or several. */
export interface OnEnvironments {
  readonly command: 'plan' | 'apply' | 'drift';
  readonly given: ShardedFlags;
  /** What was given that only one tenant can have, as a plan file; each of them `undefined` where it was not. */
  readonly lone: readonly (string | undefined)[];
  /** `--confirm`, each. */
  readonly confirm?: readonly string[] | undefined;
  readonly io: Io;
  readonly work: (site: Site) => Promise<ExitCode>;
}
