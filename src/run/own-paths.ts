/** The paths of what a run itself reads and writes, as its config and its options name them. */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, SecretCommand, SourceText } from '../config/config.js';
import { findPlaces, isPackageJson } from '../config/file/search-places.js';
import { isObject, tryParseJson } from '../core/json.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';

/** Options of single commands that name a file to write or to read. */
export interface FileFlags {
  readonly out?: string;
  readonly baseline?: string;
}

/** Absolute; they need not exist. */
export function ownPathsOf(
  { report = [], outputFile, out, baseline }: SharedFlags & FileFlags,
  config: Config,
  cwd: string,
  { env }: Pick<Io, 'env'>,
): readonly string[] {
  const named = [...report.map(({ file }) => file), outputFile, out, baseline];
  const ofRunner = [env['GITHUB_OUTPUT'], env['GITHUB_STEP_SUMMARY']];
  return [
    ...[...named, ...ofRunner].flatMap((file) => (file ? [resolve(cwd, file)] : [])),
    ...configFilesOf(config),
    ...programFilesOf(config),
  ];
}

/** Each that a run without `--config` could read: a repository may have several, and all of them belong to us. */
function configFilesOf({ file, root }: Config): readonly string[] {
  return [file, ...findPlaces(root)].filter((path) => !isPackageJson(path) || holdsOnlyOurs(path));
}

/** Any other package.json is read by others, and stays what it was before it got our key. */
function holdsOnlyOurs(path: string): boolean {
  try {
    const manifest = tryParseJson(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
    return isObject(manifest) && Object.keys(manifest).every((key) => key === 'qlik-sync');
  } catch {
    return false;
  }
}

/** The files that the policy and the programs for secrets are told to run or to read. */
function programFilesOf({ root, policyCommand = [], environment }: Config): readonly string[] {
  const { apiKey, clientSecret } = environment?.auth ?? {};
  const words = [policyCommand, commandOf(apiKey), commandOf(clientSecret)].flat();
  return words.map((word) => resolve(root, word)).filter(isFile);
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
