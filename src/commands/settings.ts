/** What a command was told, from all sides: flags first, then `QLIK_SYNC_*`, then the config file. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readEnvironmentOptions } from '../config/environment-variables.js';
import { loadConfig } from '../config/load.js';
import { type Config, resolveConfig } from '../config/resolve.js';
import { UserError } from '../core/errors.js';
import { configurableRuleIds } from '../core/rules.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options.js';

export interface Settings {
  readonly flags: SharedFlags;
  /** Absolute; where paths of the command line start. */
  readonly cwd: string;
  readonly config: Config;
  /** `qlik-sync/<version>`. */
  readonly tool: string;
}

/** @throws ConfigError, UserError */
export async function readSettings(given: SharedFlags, io: Io): Promise<Settings> {
  const flags = mergeFlags(given, io);
  const cwd = workingFolder(flags, io);
  const environment = oneEnvironment(flags.env);
  const loaded = await loadConfig({ cwd, config: flags.config });
  const config = resolveConfig(loaded, { env: io.env, environment, ruleIds: configurableRuleIds });
  return { flags, cwd, config, tool: `qlik-sync/${io.version}` };
}

/** Absolute. @throws UserError where `--cwd` names no folder */
export function workingFolder({ cwd }: Pick<SharedFlags, 'cwd'>, io: Io): string {
  const folder = resolve(io.cwd, cwd ?? '.');
  if (cwd === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new UserError(`--cwd: there is no folder ${cwd}.`);
}

/** What the command line says wins over what the environment says; a target named there replaces the one named here. */
export function mergeFlags(given: SharedFlags, io: Io): SharedFlags {
  const { cache, sandbox, sandboxDir, tenant, ...rest } = readEnvironmentOptions(io.env);
  const namesTarget = [given.sandbox, given.sandboxDir, given.tenant, given.env].some(
    (value) => value !== undefined,
  );
  const target = namesTarget
    ? {}
    : { ...(sandbox && { sandbox }), ...(sandboxDir && { sandboxDir }), ...(tenant && { tenant }) };
  return {
    ...rest,
    ...target,
    ...given,
    cache: given.cache !== false && cache !== false,
  };
}

export function oneEnvironment(names: readonly string[] | undefined): string | undefined {
  if (names !== undefined && names.length > 1) {
    throw new UserError(`--env was given ${names.length} times: ${names.join(', ')}.`, {
      hint: 'One run works on one environment.',
    });
  }
  return names?.[0];
}
