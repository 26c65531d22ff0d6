/** One command on the environment it was asked for, or on each of several. */

import type { ExitCode } from '../core/errors.js';
import type { OnEnvironments } from './environments/wanted.js';
import { oneEnvironment, openSettings } from './settings.js';

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
