/** Folders on disk and configs in memory for the tests of `src/config`. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { parseJsonConfig } from '../../src/config/file/parse-json.js';
import type { LoadedConfig } from '../../src/config/file/raw.js';
import { UserError } from '../../src/core/errors.js';

const made: string[] = [];

export async function removeFolders(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

afterEach(removeFolders);

/** A new folder with these files; a name that ends in `/` makes an empty folder. */
export async function makeFolder(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'qlik-sync-config-')));
  made.push(root);
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, content);
  }
  return root;
}

export function loadedFrom(value: unknown): LoadedConfig {
  return loadedText(JSON.stringify(value, undefined, 2));
}

export function loadedText(text: string): LoadedConfig {
  const file = '/project/qlik-sync.config.json';
  return {
    file,
    displayFile: 'qlik-sync.config.json',
    root: '/project',
    ...parseJsonConfig('qlik-sync.config.json', text),
  };
}

/** The error that this throws; anything else fails the test. */
export async function catchUserError(run: () => unknown): Promise<UserError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What a person would see. */
export function shown(error: UserError): string {
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}
