/** The settings of a run: its flags, and the config as it applies to one environment. */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  environmentNames,
  labelledEnvironments,
  selectEnvironments,
  selectsSeveral,
} from '../config/choose-environment.js';
import type { SecretCommand, SourceText } from '../config/config.js';
import type { Execution } from '../config/execution.js';
import { expand } from '../config/expand.js';
import { findImports } from '../config/file/find-imports.js';
import { loadConfig } from '../config/file/load.js';
import { type LoadedConfig, readKey } from '../config/file/raw.js';
import { findPlaces as findConfigs, isPackageJson } from '../config/file/search-places.js';
import { everyEnvironment } from '../config/known-keys.js';
import { assertUsable, type Config, resolveConfig } from '../config/resolve.js';
import { usualConcurrency } from '../core/budget.js';
import { UserError } from '../core/errors.js';
import { severalCommands } from '../core/fleet.js';
import { listNames } from '../core/format.js';
import { isObject, tryParseJson } from '../core/json.js';
import { isLabelSelector, type LabelledEnvironment } from '../core/labels.js';
import { configurableRuleIds } from '../core/rules.js';
import { identifyOwnFiles, type OwnFiles } from '../source/own-files.js';
import type { Approvals, SharedFlags, WaveFlags } from './flags.js';
import type { Io } from './io.js';
import { findPlace, findPlaces } from './location.js';

export interface Settings {
  readonly flags: SharedFlags;
  /** Absolute: what paths of the command line are relative to. */
  readonly cwd: string;
  readonly config: Config;
  /** Whether programs that come with the config may be run (`--no-exec`). */
  readonly execution: Execution;
  /** `qlik-sync/<version>`. */
  readonly tool: string;
  /** What this run reads and writes itself, which is never content. */
  readonly own: OwnFiles;
  /**
   * In a run on several environments: what they have read of the folders, by what determines it, so that each folder is read
   * once for all of them and all get the same content.
   */
  readonly reads?: Map<string, Promise<unknown>>;
}

/** The config file, read once for any number of its environments. */
export interface SettingsSource {
  readonly flags: SharedFlags;
  readonly cwd: string;
  readonly loaded: LoadedConfig;
  /** Every environment of the file, in its order. */
  readonly environments: readonly string[];
  /** The same with their labels. */
  readonly labelled: () => readonly LabelledEnvironment[];
  /** What `--env` selects, each once, with `all` and labels expanded; empty without `--env`. */
  readonly asked: readonly string[];
  /** Whether it selects with `all` or labels: the report is then one of several environments, even if there is only one. */
  readonly asksForSeveral: boolean;
  /**
   * @param environment absent: the default one
   * @throws ConfigError for what is wrong with the file when this environment is used
   */
  readonly settingsFor: (environment: string | undefined) => Settings;
}

/** @param of what the result depends on: environments for which it is the same share the result */
export function readOnce<T>(
  { reads }: Pick<Settings, 'reads'>,
  of: unknown,
  read: () => Promise<T>,
): Promise<T> {
  if (reads === undefined) return read();
  const key = JSON.stringify(of);
  const known = (reads.get(key) as Promise<T> | undefined) ?? read();
  reads.set(key, known);
  return known;
}

/** The settings of a run on one environment. @throws ConfigError, UserError */
export async function readSettings(flags: SharedFlags & FileFlags, io: Io): Promise<Settings> {
  const source = await loadSettings(flags, io);
  return source.settingsFor(oneEnvironment(source.asked));
}

/**
 * @param others environments that are meant besides those of `--env`
 * @throws ConfigError, UserError
 */
export async function loadSettings(
  flags: SharedFlags & FileFlags & WaveFlags & Pick<Approvals, 'confirm'>,
  io: Io,
  others: readonly string[] = [],
): Promise<SettingsSource> {
  const { waves, resume } = flags;
  const cwd = workingFolder(flags, io);
  const execution = executionOf(flags);
  const written = await loadConfig({ cwd, config: flags.config, execution });
  const loaded = needsInventory(written, others, flags, io)
    ? await (await import('./inventory.js')).readInventory(written, { flags, execution, io })
    : written;
  const environments = environmentNames(loaded.value);
  const asked = selectEnvironments(flags.env ?? [], loaded);
  // A typo is found before anything is read.
  selectEnvironments((flags.confirm ?? []).filter(isLabelSelector), loaded, '--confirm');
  const isForSeveral = asked.length > 1 || waves !== undefined || resume !== undefined;
  const ownOf = createOwnFiles(loaded, flags, cwd, io);
  if (asked.length > 1) io.locate?.(findPlaces(asked, { flags, loaded }, io));
  if (isForSeveral) assertUsable(loaded, { env: io.env, ruleIds: configurableRuleIds });
  return {
    flags,
    cwd,
    loaded,
    environments,
    labelled: () => labelledEnvironments(loaded.value),
    asked,
    asksForSeveral: flags.env?.some(selectsSeveral) === true,
    settingsFor(environment) {
      io.locate?.(findPlace(environment, { flags, loaded }, io));
      const config = resolveConfig(loaded, { env: io.env, environment, ruleIds: configurableRuleIds });
      const { own, reads } = ownOf(config);
      return { flags, cwd, config, execution, tool: io.tool, own, ...(isForSeveral && { reads }) };
    },
  };
}

/** Environments that waves may name besides those of `--env`; a run that is resumed may name any. */
export function meantByWaves({ waves = '', resume }: WaveFlags): readonly string[] {
  return resume === undefined ? waves.split(/[/,]/).filter((part) => part !== '') : [everyEnvironment];
}

/** Whether tenants of the config's fleet are among those that are meant. Otherwise the inventory is not read. */
function needsInventory(
  { value }: LoadedConfig,
  others: readonly string[],
  flags: SharedFlags,
  { env }: Io,
): boolean {
  if (readKey(value, 'fleet') === undefined) return false;
  const { tenant, context, sandbox, sandboxDir } = flags;
  const asked = [...(flags.env ?? []), ...others];
  const written = environmentNames(value);
  if (asked.length > 0) return asked.some((name) => !written.includes(name));
  if ((tenant ?? context ?? sandbox ?? sandboxDir) !== undefined) return false;
  const usual = readKey(value, 'defaultEnvironment');
  return typeof usual === 'string' && !written.includes(expand(usual, env).text);
}

function executionOf({ exec }: Pick<SharedFlags, 'exec'>): Execution {
  return exec === false ? 'refused' : 'allowed';
}

/** Absolute. @throws UserError if `--cwd` names no folder */
export function workingFolder({ cwd }: Pick<SharedFlags, 'cwd'>, io: Io): string {
  const folder = resolve(io.cwd, cwd ?? '.');
  if (cwd === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new UserError(`--cwd: there is no folder ${cwd}.`);
}

/** How many requests may be in flight at once. */
export function concurrencyOf({ flags }: Pick<Settings, 'flags'>, usual = usualConcurrency): number {
  return flags.concurrency ?? usual;
}

export function oneEnvironment(names: readonly string[] | undefined): string | undefined {
  if (names !== undefined && names.length > 1) {
    throw new UserError(`--env names ${names.length} environments: ${listNames(names, 10)}.`, {
      hint: `These take several: ${severalCommands.join(', ')}, and promote with --waves. Every other command works on one.`,
    });
  }
  return names?.[0];
}

/** Options of single commands that name a file to write or to read. */
interface FileFlags {
  readonly out?: string;
  readonly baseline?: string;
}

type ReadsOf = Required<Pick<Settings, 'own' | 'reads'>>;

/** Environments that name the same files have the same own files, and may share what they read. */
function createOwnFiles(
  loaded: LoadedConfig,
  flags: SharedFlags & FileFlags,
  cwd: string,
  io: Io,
): (config: Config) => ReadsOf {
  let ofConfig: readonly string[] | undefined;
  const known = new Map<string, ReadsOf>();
  return (config) => {
    ofConfig ??= withImports(configFilesOf(loaded));
    const paths = [...ofConfig, ...ownPathsOf(flags, config, cwd, io)];
    const key = paths.join('\0');
    const found = known.get(key) ?? {
      own: identifyOwnFiles({ paths, streams: io.streams ?? {} }),
      reads: new Map<string, Promise<unknown>>(),
    };
    known.set(key, found);
    return found;
  };
}

function withImports(programs: readonly string[]): readonly string[] {
  return [...programs, ...programs.flatMap(findImports)];
}

/**
 * Files that a run itself reads and writes besides its config, as config and options name them: absolute, and not all
 * exist.
 */
function ownPathsOf(
  { report = [], outputFile, out, baseline }: SharedFlags & FileFlags,
  config: Config,
  cwd: string,
  { env }: Pick<Io, 'env'>,
): readonly string[] {
  const named = [...report.map(({ file }) => file), outputFile, out, baseline];
  const ofRunner = [env['GITHUB_OUTPUT'], env['GITHUB_STEP_SUMMARY']];
  return [
    ...[...named, ...ofRunner].flatMap((file) => (file ? [resolve(cwd, file)] : [])),
    ...withImports(programFilesOf(config)),
    ...inventoryFilesOf(config),
  ];
}

/** Every config that a run without `--config` could read: a repository may have several, and all of them belong to us. */
function configFilesOf({ file, root }: LoadedConfig): readonly string[] {
  return [file, ...findConfigs(root).filter((path) => !isPackageJson(path) || holdsOurKey(path))];
}

function holdsOurKey(path: string): boolean {
  try {
    const manifest = tryParseJson(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
    return isObject(manifest) && 'qlik-sync' in manifest;
  } catch {
    return false;
  }
}

/** The files that the programs for the policy and for secrets run or read. */
function programFilesOf({
  root,
  policyCommand = [],
  storeCommand = [],
  environment,
}: Config): readonly string[] {
  const { apiKey, clientSecret } = environment?.auth ?? {};
  const words = [policyCommand, storeCommand, commandOf(apiKey), commandOf(clientSecret)].flat();
  return words.map((word) => resolve(root, word)).filter(isFile);
}

/** What lists the tenants of a fleet. */
function inventoryFilesOf({ root, fleet }: Config): readonly string[] {
  if (fleet?.kind === 'file') return [fleet.file];
  return fleet?.kind === 'command' ? fleet.command.map((word) => resolve(root, word)).filter(isFile) : [];
}

function commandOf(secret: SourceText | SecretCommand | undefined): readonly string[] {
  return secret !== undefined && 'command' in secret ? secret.command : [];
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}
