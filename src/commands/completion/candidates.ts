/** The values that an option or an argument can take here, from the config, the folders and the history. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Option } from 'commander';
import { environmentNames, labelledEnvironments } from '../../config/choose-environment.js';
import { readEnvironmentOptions } from '../../config/environment-variables.js';
import { loadConfig } from '../../config/file/load.js';
import { type LoadedConfig, readKey, readPath } from '../../config/file/raw.js';
import { findPlaces, foldersToSearch } from '../../config/file/search-places.js';
import { everyEnvironment } from '../../config/known-keys.js';
import { reportKinds } from '../../config/report-option.js';
import { listContexts } from '../../config/tenant/contexts.js';
import { severalCommands } from '../../core/fleet.js';
import { labelKeys, labelValues, nameLabel } from '../../core/labels.js';
import { namedApprovals } from '../../core/names.js';
import { listTopics } from '../../core/topics.js';
import type { Io } from '../../run/io.js';

export interface Candidate {
  readonly value: string;
  readonly about?: string;
}

export interface Candidates {
  readonly list: readonly Candidate[];
  /** What the shell offers if the list is empty; `nothing-yet`: a chosen candidate is not the whole word. */
  readonly otherwise: 'nothing' | 'nothing-yet' | 'files' | 'folders';
}

export interface Asked {
  readonly command: string;
  readonly what: Option | Argument | undefined;
  /** The words before it. */
  readonly operands: readonly string[];
  /** By attribute name, the values that the line gives to options. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The beginning of the word to complete. */
  readonly start: string;
}

export async function listCandidates(asked: Asked, io: Io): Promise<Candidates> {
  const { what, operands } = asked;
  if (what === undefined) return { list: [], otherwise: 'nothing' };
  const choices = what.argChoices?.map((value) => ({ value }));
  if (choices !== undefined) return { list: choices, otherwise: 'nothing' };
  const place = what instanceof Option ? placeOf(what) : undefined;
  if (place !== undefined) return { list: [], otherwise: place };
  const { list, otherwise } = await listValues(asked, io);
  const taken = what instanceof Argument ? new Set(operands) : new Set<string>();
  return { list: list.filter(({ value }) => !taken.has(value)), otherwise };
}

/** `--config <file>`, `--cwd <dir>`. */
function placeOf({ flags }: Option): 'files' | 'folders' | undefined {
  if (/<dir>/.test(flags)) return 'folders';
  return /<file>/.test(flags) ? 'files' : undefined;
}

/** By option or by argument, as the command names it. */
async function listValues(asked: Asked, io: Io): Promise<Candidates> {
  const what = asked.what instanceof Option ? asked.what.long : asked.what?.name();
  if (Object.values(namedApprovals).some((option) => option === what))
    return offer(await listNames(asked, io));
  switch (what) {
    case '--env':
    case '--confirm':
    case 'from':
      return offer(await listEnvironments(asked, io));
    case '--context':
      return offer(await listContexts(io.env));
    case '--report':
      return offerReports(asked.start);
    case 'name':
      return offer(await listNames(asked, io));
    case 'plan.json | name':
      return { ...offer(await listNames(asked, io)), otherwise: 'files' };
    case 'run|name':
      return offer([...(await listRuns(asked, io)), ...(await listNames(asked, io))]);
    case 'to|name':
      return offer([
        ...(asked.operands.length === 1 ? await listEnvironments(asked, io) : []),
        ...(await listNames(asked, io)),
      ]);
    case 'file':
      return { list: [], otherwise: 'files' };
    case 'dir':
      return { list: [], otherwise: 'folders' };
    case 'word':
      return offer(listTopics().map(({ name }) => name));
    default:
      return { list: [], otherwise: 'nothing' };
  }
}

function offer(values: readonly string[]): Candidates {
  return { list: [...new Set(values)].map((value) => ({ value })), otherwise: 'nothing' };
}

/** First the kind, then its file. */
function offerReports(start: string): Candidates {
  if (start.includes('=')) return { list: [], otherwise: 'files' };
  const list = Object.entries(reportKinds).map(([kind, goes]) => ({
    value: goes === 'file' ? `${kind}=` : kind,
  }));
  return { list, otherwise: 'nothing-yet' };
}

async function listEnvironments(asked: Asked, io: Io): Promise<readonly string[]> {
  const config = await readConfig(asked, io);
  const names = environmentNames(config?.loaded.value);
  const takesAll =
    asked.what instanceof Option && (severalCommands as readonly string[]).includes(asked.command);
  if (!takesAll || names.length === 0) return names;
  return [...names, everyEnvironment, ...listLabels(config?.loaded.value, asked.start)];
}

/** `region=eu`, after the parts of an expression that are already there. */
function listLabels(value: unknown, start: string): readonly string[] {
  const environments = labelledEnvironments(value);
  const before = start.slice(0, start.lastIndexOf(',') + 1);
  const keys = labelKeys(environments).filter((key) => key !== nameLabel);
  return keys.flatMap((key) => labelValues(environments, key).map((text) => `${before}${key}=${text}`));
}

async function listNames(asked: Asked, io: Io): Promise<readonly string[]> {
  const config = await readConfig(asked, io);
  if (config === undefined) return [];
  const { value, root } = config.loaded;
  const environment = readKey(
    readKey(value, 'environments'),
    asked.values.get('env')?.at(-1) ?? readOptions(io).env?.at(-1) ?? '',
  );
  const patterns = readKey(environment, 'extensions') ?? readKey(value, 'extensions');
  if (!Array.isArray(patterns) || !patterns.every((each) => typeof each === 'string')) return [];
  const { discover } = await import('../../source/discover/discover.js');
  const { candidates, unclear } = await discover(root, config.cwd, patterns);
  return [...candidates.map(({ name }) => name), ...unclear].sort();
}

/** Newest first. */
async function listRuns(asked: Asked, io: Io): Promise<readonly string[]> {
  const config = await readConfig(asked, io);
  if (config === undefined) return [];
  const { listRunFiles } = await import('../../reconcile/journal/run-files.js');
  const { isRunId } = await import('../../reconcile/journal/run-id.js');
  const files = await listRunFiles(config.loaded.root, undefined).catch(() => []);
  return files
    .map(({ id }) => id)
    .filter(isRunId)
    .sort()
    .reverse();
}

interface FoundConfig {
  readonly loaded: LoadedConfig;
  /** Absolute. */
  readonly cwd: string;
}

/** Found as by any command; `undefined` if there is none that can be read without running it. */
async function readConfig({ values }: Asked, io: Io): Promise<FoundConfig | undefined> {
  const options = readOptions(io);
  const cwd = resolve(io.cwd, values.get('cwd')?.at(-1) ?? options.cwd ?? '.');
  const config = values.get('config')?.at(-1) ?? options.config;
  const files = config === undefined ? foldersToSearch(cwd).flatMap(findPlaces) : [resolve(cwd, config)];
  if (!files.every(isReadable)) return undefined;
  try {
    const loaded = await loadConfig({ cwd, config, execution: 'refused' });
    return { loaded: await addInventory(loaded, io), cwd };
  } catch {
    return undefined;
  }
}

/** The tenants of a fleet, if they are in a file: no program is run, and the organization is not asked. */
async function addInventory(loaded: LoadedConfig, { env }: Io): Promise<LoadedConfig> {
  const file = readPath(loaded.value, ['fleet', 'tenants', 'file']);
  if (typeof file !== 'string') return loaded;
  const { readInventoryFile } = await import('../../config/fleet/inventory.js');
  const { addTenants } = await import('../../config/fleet/template.js');
  const rows = await readInventoryFile(file, loaded, env).catch(() => []);
  return addTenants(loaded, rows);
}

function readOptions({ env }: Io): ReturnType<typeof readEnvironmentOptions> {
  try {
    return readEnvironmentOptions(env);
  } catch {
    return {};
  }
}

/** Reading a pipe or a device may never end. */
function isReadable(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= largestConfig;
}

const largestConfig = 2 ** 22;
