/** One command on the environment it was asked for, or on each of several. */

import type { ExitCode } from '../core/errors.js';
import type { Io } from './io.js';
import type { ShardedFlags } from './options/shard.js';
import { oneEnvironment, openSettings } from './settings.js';
import type { Site } from './site.js';

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

/** @throws UserError, ConfigError; with several environments only for what concerns all of them */
export async function onEnvironments(input: OnEnvironments): Promise<ExitCode> {
  const { given, io, work } = input;
  const source = await openSettings(given, io);
  const { asked, asksForAll } = source;
  if (asked.length < 2 && !asksForAll && given.shard === undefined) {
    return work({ settings: source.settingsFor(oneEnvironment(asked)), io });
  }
  const { runSeveral } = await import('./environments/run-several.js');
  return runSeveral(input, source);
}
