/** Where a config file may be: its names, and the folders from the working directory up to the repository's root. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';

const rcEndings = ['', '.json', '.yaml', '.yml', '.js', '.mjs', '.cjs', '.ts'];

const configEndings = ['.json', '.yaml', '.yml', '.js', '.mjs', '.cjs', '.ts', '.mts'];

const configNames = configEndings.map((ending) => `qlik-sync.config${ending}`);

export const fileNames: readonly string[] = [
  'package.json',
  ...rcEndings.map((ending) => `.qlik-syncrc${ending}`),
  ...configNames,
];

/** In `.config/` without the leading dot, as with cosmiconfig. */
const dotConfigNames: readonly string[] = [
  ...rcEndings.map((ending) => `qlik-syncrc${ending}`),
  ...configNames,
];

export const searchPlaces: readonly string[] = [
  ...fileNames,
  ...dotConfigNames.map((name) => join('.config', name)),
];

/** The working directory and the folders above it, up to the one that contains `.git`; without one, only the directory. */
export function foldersToSearch(cwd: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, '.git'))) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}

/** The search places that exist in a folder: one listing is much cheaper than trying every name. */
export function findPlaces(folder: string): readonly string[] {
  const here = listNames(folder);
  const inDotConfig = here.has('.config') ? listNames(join(folder, '.config')) : new Set<string>();
  return searchPlaces
    .filter((place) => (dirname(place) === '.config' ? inDotConfig.has(basename(place)) : here.has(place)))
    .map((place) => join(folder, place));
}

/** Without folders. A folder that cannot be listed has no config that could be read. */
function listNames(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return new Set(
      entries.filter((entry) => !entry.isDirectory() || entry.name === '.config').map((entry) => entry.name),
    );
  } catch {
    return new Set();
  }
}

export const codeEndings: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

/** Whether the config is a program, so that its content may depend on any other file. */
export function isCode(file: string): boolean {
  return codeEndings.includes(extname(file));
}

export function isPackageJson(file: string): boolean {
  return basename(file) === 'package.json';
}

/** A path as messages show it: relative to the working directory, with `/`. */
export function display(cwd: string, file: string): string {
  const path = relative(cwd, file).split(sep).join('/');
  return path === '' ? '.' : path;
}
