/** What a preview needs and this program does not bring: a browser of the machine, and two packages of the project. */

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserType } from 'playwright-core';
import { UserError } from '../core/errors.js';
import { isObject, tryParseJson } from '../core/json.js';

export type Variables = Readonly<Record<string, string | undefined>>;

interface Places {
  /** Absolute; packages are looked for from each of them in turn, as Node does. */
  readonly folders: readonly string[];
  readonly env: Variables;
}

export interface Tools {
  readonly chromium: BrowserType;
  /** Absolute. */
  readonly browser: string;
}

/** The part of `@nebula.js/stardust` that a page loads. */
export interface Stardust {
  readonly version: string;
  readonly script: Buffer;
}

/** @throws UserError (exit 3) that says what to install */
export async function findTools(places: Places): Promise<Tools> {
  const main = findPackage(places, ['playwright-core', 'playwright']);
  if (main === undefined) throw missing('preview draws with playwright-core, which is not installed here');
  const browser = findBrowser(places.env);
  const loaded: unknown = await import(pathToFileURL(main).href);
  return { chromium: chromiumOf(loaded), browser };
}

function chromiumOf(loaded: unknown): BrowserType {
  const module =
    isObject(loaded) && isObject(loaded['default']) ? { ...loaded['default'], ...loaded } : loaded;
  if (!isObject(module) || module['chromium'] === undefined)
    throw missing('the playwright-core that is installed here has no chromium');
  return module['chromium'] as BrowserType;
}

/** @throws UserError (exit 3) that says what to install */
export function readStardust(places: Places): Stardust {
  const main = findPackage(places, ['@nebula.js/stardust']);
  if (main === undefined)
    throw missing('preview draws with @nebula.js/stardust, which is not installed here');
  try {
    const folder = dirname(main);
    const manifest = tryParseJson(readFileSync(join(folder, 'package.json'), 'utf8'));
    const version = isObject(manifest) ? String(manifest['version']) : 'unknown';
    return { version, script: readFileSync(join(folder, 'dist', 'stardust.js')) };
  } catch (cause) {
    throw missing('the @nebula.js/stardust that is installed here has no dist/stardust.js', cause);
  }
}

function missing(what: string, cause?: unknown): UserError {
  return new UserError(`${what}: npm install --save-dev playwright-core @nebula.js/stardust`, { cause });
}

function findPackage({ folders }: Places, names: readonly string[]): string | undefined {
  for (const folder of folders) {
    const { resolve } = createRequire(join(folder, 'package.json'));
    for (const name of names) {
      try {
        return resolve(name);
      } catch {
        // It is not here: the next place may have it.
      }
    }
  }
  return undefined;
}

/** @throws UserError (exit 3) where there is none */
function findBrowser(env: Variables): string {
  const named = env['CHROME_PATH'];
  if (named) {
    if (isProgram(named)) return named;
    throw new UserError(
      `CHROME_PATH names ${named}, which is no program: name that of Chrome, Chromium or Edge, or unset the variable`,
    );
  }
  const found = candidates(env).find(isProgram);
  if (found !== undefined) return found;
  throw new UserError(
    'preview draws with Chrome, Chromium or Edge, and none is found here: install one, or name its program in CHROME_PATH',
  );
}

/** In the order they are tried. @param os as Node names it */
export function candidates(env: Variables, os: string = platform()): readonly string[] {
  if (os === 'darwin') {
    const programs = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    const roots = ['/Applications', join(env['HOME'] ?? '', 'Applications')];
    return roots.flatMap((root) => programs.map((name) => `${root}/${name}.app/Contents/MacOS/${name}`));
  }
  if (os === 'win32') {
    const programs = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    const roots = [env['LOCALAPPDATA'], env['PROGRAMFILES'], env['PROGRAMFILES(X86)']].filter((root) => root);
    return programs.flatMap((program) => roots.map((root) => `${root}\\${program}`));
  }
  const names = [
    'google-chrome',
    'google-chrome-stable',
    'chromium',
    'chromium-browser',
    'microsoft-edge',
    'microsoft-edge-stable',
  ];
  const folders = [
    ...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    '/usr/bin',
    '/snap/bin',
    '/opt/google/chrome',
  ];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** A folder may be entered, which asks for the same permission. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
