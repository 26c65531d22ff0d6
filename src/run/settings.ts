/** What a command was told, from all sides: flags first, then `QLIK_SYNC_*`, then the config file. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { environmentNames } from '../config/choose-environment.js';
import { readEnvironmentOptions } from '../config/environment-variables.js';
import type { Execution } from '../config/execution.js';
import { loadConfig } from '../config/file/load.js';
import type { LoadedConfig } from '../config/file/raw.js';
import { everyEnvironment } from '../config/known-keys.js';
import { type Config, resolveConfig } from '../config/resolve.js';
import { usualConcurrency } from '../core/budget.js';
import { UserError } from '../core/errors.js';
import { configurableRuleIds } from '../core/rules.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';
import { findPlace, findPlaces } from './location.js';

export interface Settings {
  readonly flags: SharedFlags;
  /** Absolute; where paths of the command line start. */
  readonly cwd: string;
  readonly config: Config;
  /** Whether programs that come with the config may be run (`--no-exec`). */
  readonly execution: Execution;
  /** `qlik-sync/<version>`. */
  readonly tool: string;
}

/** The config file, read once for any number of its environments. */
export interface SettingsSource {
  readonly flags: SharedFlags;
  readonly cwd: string;
  readonly loaded: LoadedConfig;
  /** Every environment of the file, in its order. */
  readonly environments: readonly string[];
  /** What `--env` asks for, each once and `all` written out; empty where nothing is asked for. */
  readonly asked: readonly string[];
  /** Whether `--env all` is among it, so that the result is that of several however many there are. */
  readonly asksForAll: boolean;
  /** @throws ConfigError for what is wrong with the file when this environment is used; none: the default one */
  readonly settingsFor: (environment: string | undefined) => Settings;
}

/** The settings of a run on one environment. @throws ConfigError, UserError */
export async function readSettings(given: SharedFlags, io: Io): Promise<Settings> {
  const source = await openSettings(given, io);
  return source.settingsFor(oneEnvironment(source.asked));
}

/** @throws ConfigError, UserError */
export async function openSettings(given: SharedFlags, io: Io): Promise<SettingsSource> {
  const flags = mergeFlags(given, io);
  const cwd = workingFolder(flags, io);
  const execution = executionOf(flags);
  const loaded = await loadConfig({ cwd, config: flags.config, execution });
  const environments = environmentNames(loaded.value);
  const asked = writeOut(flags.env ?? [], environments, loaded.displayFile);
  if (asked.length > 1) io.locate?.(findPlaces(asked, { flags, loaded }, io));
  return {
    flags,
    cwd,
    loaded,
    environments,
    asked,
    asksForAll: flags.env?.includes(everyEnvironment) === true,
    settingsFor(environment) {
      io.locate?.(findPlace(environment, { flags, loaded }, io));
      const config = resolveConfig(loaded, { env: io.env, environment, ruleIds: configurableRuleIds });
      return { flags, cwd, config, execution, tool: io.tool };
    },
  };
}

function executionOf({ exec }: Pick<SharedFlags, 'exec'>): Execution {
  return exec === false ? 'refused' : 'allowed';
}

function writeOut(
  asked: readonly string[],
  known: readonly string[],
  displayFile: string,
): readonly string[] {
  if (asked.includes(everyEnvironment) && known.length === 0) {
    throw new UserError(`--env all: ${displayFile} has no environments`);
  }
  return [...new Set(asked.flatMap((name) => (name === everyEnvironment ? known : [name])))];
}

/** Absolute. @throws UserError where `--cwd` names no folder */
export function workingFolder({ cwd }: Pick<SharedFlags, 'cwd'>, io: Io): string {
  const folder = resolve(io.cwd, cwd ?? '.');
  if (cwd === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new UserError(`--cwd: there is no folder ${cwd}.`);
}

/** What the command line says wins over what the environment says; a target named there replaces the one named here. */
export function mergeFlags(given: SharedFlags, io: Io): SharedFlags {
  const { cache, exec, sandbox, sandboxDir, tenant, context, ...rest } = readEnvironmentOptions(io.env);
  const namesTarget = [given.sandbox, given.sandboxDir, given.tenant, given.context, given.env].some(
    (value) => value !== undefined,
  );
  const target = {
    ...(sandbox && { sandbox }),
    ...(sandboxDir && { sandboxDir }),
    ...(tenant && { tenant }),
    ...(context && { context }),
  };
  return {
    ...rest,
    ...(!namesTarget && target),
    ...given,
    cache: given.cache !== false && cache !== false,
    exec: given.exec !== false && exec !== false,
  };
}

/** Requests at once. */
export function concurrencyOf({ flags }: Pick<Settings, 'flags'>): number {
  return flags.concurrency ?? usualConcurrency;
}

export function oneEnvironment(names: readonly string[] | undefined): string | undefined {
  if (names !== undefined && names.length > 1) {
    throw new UserError(`--env names ${names.length} environments: ${names.join(', ')}.`, {
      hint: 'plan, apply and drift take several; every other command works on one.',
    });
  }
  return names?.[0];
}
