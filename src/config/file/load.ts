/** Finds and parses the config file. */

import { readFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { ConfigError, UserError } from '../../core/errors.js';
import type { Execution } from '../execution.js';
import { didYouMean } from '../suggest.js';
import { parseJsonConfig } from './parse-json.js';
import { type LoadedConfig, type ParsedConfig, readKey } from './raw.js';
import {
  codeEndings,
  display,
  fileNames,
  findPlaces,
  foldersToSearch,
  isPackageJson,
} from './search-places.js';

interface LoadOptions {
  /** Absolute. */
  readonly cwd: string;
  /** `--config`: relative to `cwd`, or absolute. */
  readonly config?: string | undefined;
  /** Whether a config that is a program may be run; default: `allowed`. */
  readonly execution?: Execution | undefined;
}

/**
 * @throws UserError when there is no config file, or more than one in a folder
 * @throws ConfigError when it cannot be read, with line and column where the format has them
 */
export async function loadConfig({ cwd, config, execution }: LoadOptions): Promise<LoadedConfig> {
  const load = createLoader(cwd, execution);
  return config === undefined ? await searchConfig(cwd, load) : await loadNamed(resolve(cwd, config), load);
}

/** The config files in a folder, relative to it; package.json only if it has a `qlik-sync` key. */
export async function listConfigs(folder: string): Promise<readonly string[]> {
  const load = createLoader(folder);
  const places = findPlaces(folder);
  const [manifest] = places.filter(isPackageJson);
  const hasKey = manifest !== undefined && (await load(manifest)) !== undefined;
  return places.filter((place) => hasKey || !isPackageJson(place)).map((place) => display(folder, place));
}

type Load = (file: string) => Promise<LoadedConfig | undefined>;

async function searchConfig(cwd: string, load: Load): Promise<LoadedConfig> {
  const folders = foldersToSearch(cwd);
  for (const folder of folders) {
    const found = await loadFromFolder(cwd, folder, load);
    if (found !== undefined) return found;
  }
  throw new UserError(`no config file in ${describeFolders(cwd, folders)}`, {
    hint: 'qlik-sync init writes qlik-sync.config.json; --config names a file elsewhere',
  });
}

async function loadFromFolder(cwd: string, folder: string, load: Load): Promise<LoadedConfig | undefined> {
  const places = findPlaces(folder);
  const [manifest] = places.filter(isPackageJson);
  const fromManifest = manifest === undefined ? undefined : await load(manifest);
  const files = places.filter((place) => fromManifest?.file === place || !isPackageJson(place));
  const [first] = files;
  if (first === undefined) return undefined;
  if (files.length > 1) {
    throw new UserError(`several config files: ${files.map((file) => display(cwd, file)).join(', ')}`, {
      hint: 'keep one of them, or name one with --config',
    });
  }
  return fromManifest ?? (await load(first));
}

async function loadNamed(file: string, load: Load): Promise<LoadedConfig> {
  const loaded = await load(file);
  if (loaded !== undefined) return loaded;
  throw new UserError(`--config: ${basename(file)} has no "qlik-sync" key`, {
    hint: 'add the key, or name another file',
  });
}

/** Loads `undefined` for a package.json without a `qlik-sync` key. */
function createLoader(cwd: string, execution: Execution = 'allowed'): Load {
  return async (file) => {
    const displayFile = display(cwd, file);
    requireKnownFormat(file, displayFile);
    const source: Source = { file, displayFile, content: read(file, displayFile) };
    const isManifest = isPackageJson(file);
    if (source.content.trim() === '' && !isManifest) {
      throw new ConfigError(displayFile, [{ path: '', message: 'is empty' }]);
    }
    const parsed = isManifest ? parsePackageJson(source) : await parse(source, execution);
    return parsed && { file, displayFile, root: rootOf(file), ...parsed };
  };
}

function read(file: string, displayFile: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return explainReadError(displayFile, error);
  }
}

function requireKnownFormat(file: string, displayFile: string): void {
  const ending = extname(file);
  if (knownEndings.includes(ending)) return;
  throw new UserError(`${displayFile}: a config file cannot be ${ending}`, {
    hint: `${didYouMean(basename(file), fileNames)}; formats: ${knownEndings.filter(Boolean).join(' ')}`,
  });
}

function explainReadError(displayFile: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof UserError || typeof code !== 'string') throw error;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    ENOTDIR: 'does not exist',
    EISDIR: 'is a folder, not a file',
    EACCES: 'cannot be read: permission denied',
    EPERM: 'cannot be read: permission denied',
  };
  const message = reasons[code] ?? `cannot be read (${code})`;
  throw new ConfigError(displayFile, [{ path: '', message }], { cause: error });
}

function rootOf(file: string): string {
  const folder = dirname(file);
  return basename(folder) === '.config' ? dirname(folder) : folder;
}

function describeFolders(cwd: string, folders: readonly string[]): string {
  const top = folders.at(-1) ?? cwd;
  if (folders.length > 1)
    return `the working directory or above it, up to the repository's root ${display(cwd, top)}`;
  return 'the working directory (folders above it are searched inside a git repository only)';
}

const knownEndings: readonly string[] = ['', '.json', '.yaml', '.yml', ...codeEndings];

interface Source {
  readonly file: string;
  readonly displayFile: string;
  readonly content: string;
}

async function parse({ file, displayFile, content }: Source, execution: Execution): Promise<ParsedConfig> {
  const ending = extname(file);
  if (ending === '.json' || (ending === '' && looksLikeJson(content))) {
    return parseJsonConfig(displayFile, content);
  }
  const { loadOtherFormat } = await import('./other-formats.js');
  return loadOtherFormat(file, { displayFile, execution });
}

/** A broken manifest counts only if it has a config of qlik-sync. */
function parsePackageJson({ displayFile, content }: Source): ParsedConfig | undefined {
  if (!/"qlik-sync"\s*:/.test(content)) return undefined;
  try {
    const parsed = parseJsonConfig(displayFile, content);
    const value = readKey(parsed.value, 'qlik-sync');
    if (value === undefined) return undefined;
    return { value, locate: (path) => parsed.locate(['qlik-sync', ...path]) };
  } catch (error) {
    if (/"qlik-sync"\s*:\s*\{/.test(content)) throw error;
    return undefined;
  }
}

/** A file without an ending is JSON if it begins like an object or a comment in JSON, otherwise YAML. */
function looksLikeJson(content: string): boolean {
  return /^\uFEFF?\s*(\{|\/\/|\/\*)/.test(content);
}
