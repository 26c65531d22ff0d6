/** Reads the tenants of a fleet from the file or the program that the config names. */

import { readFileSync, statSync } from 'node:fs';
import { extname, relative, resolve, sep } from 'node:path';
import { ConfigError, UserError } from '../../core/errors.js';
import { assertExecutionAllowed, type Execution } from '../execution.js';
import { expand, explainUnset, malformedReference, namesOf, type Variables } from '../expand.js';
import { formatKeyPath, type KeyPath, type LoadedConfig, type TenantRow } from '../file/raw.js';
import { runProgram } from '../run-program.js';
import { hideValues, redact } from '../secrets.js';
import { checkRows, readCsvRows, readJsonRows, readYamlRows, type WrittenRow } from './rows.js';

/** In bytes. */
const largestInventory = 2 ** 26;

/**
 * @param written as the config has it
 * @throws UserError, ConfigError if it cannot be read, or a row is wrong
 */
export async function readInventoryFile(
  written: string,
  loaded: LoadedConfig,
  env: Variables,
): Promise<readonly TenantRow[]> {
  const file = resolve(loaded.root, expandText(written, ['fleet', 'tenants', 'file'], loaded, env));
  const displayFile = relative(loaded.root, file).replaceAll(sep, '/');
  const content = readText(file, displayFile);
  return checkRows(displayFile, await parseRows(displayFile, extname(file).toLowerCase(), content));
}

function readText(file: string, displayFile: string): string {
  const place = `fleet.tenants.file: ${displayFile}`;
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UserError(`${place} does not exist.`, {
      hint: 'It is looked for beside the config. Make it, or correct the path.',
    });
  }
  if (!stats.isFile()) throw new UserError(`${place} is not a file.`);
  if (stats.size > largestInventory) throw new UserError(`${place} is larger than 64 MiB.`);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new UserError(`${place} cannot be read (${code}).`, { cause });
  }
}

function parseRows(
  displayFile: string,
  ending: string,
  content: string,
): readonly WrittenRow[] | Promise<readonly WrittenRow[]> {
  if (content.includes('\0')) {
    throw new ConfigError(displayFile, [
      { path: '', message: 'is not UTF-8 text', hint: 'save it as UTF-8' },
    ]);
  }
  switch (ending) {
    case '.csv':
      return readCsvRows(displayFile, content);
    case '.json':
      return readJsonRows(displayFile, content);
    case '.yaml':
    case '.yml':
      return readYamlRows(displayFile, content);
    default:
      throw new UserError(`fleet.tenants.file: ${displayFile} must end in .csv, .json, .yaml or .yml.`);
  }
}

interface CommandRun {
  readonly loaded: LoadedConfig;
  readonly env: Variables;
  readonly execution: Execution;
  readonly signal: AbortSignal;
}

const longestMs = 300_000;

/** @throws UserError, ConfigError if it is forbidden, fails, or prints something else */
export async function runInventoryCommand(
  command: readonly string[],
  { loaded, env, execution, signal }: CommandRun,
): Promise<readonly TenantRow[]> {
  const path = ['fleet', 'tenants', 'command'];
  const words = command.map((word) => expandText(word, path, loaded, env));
  const key = `${loaded.displayFile}: fleet.tenants.command`;
  assertExecutionAllowed(execution, `${key} runs ${command[0]}`);
  const ended = await runProgram({
    ...{ command: words, cwd: loaded.root, env, signal },
    ...{ timeoutMs: longestMs, mostBytes: largestInventory, tooMuch: 'ends' },
  });
  const { stdout, stderr, exitCode } = ended;
  const failed = exitCode === 0 ? undefined : `failed with exit code ${exitCode}`;
  const problem = stdout.isWhole ? (ended.problem ?? failed) : 'printed more than 64 MiB';
  if (problem !== undefined) {
    const said = redact(hideValues(stderr.text, command.flatMap(namesOf), env))
      .trim()
      .slice(-2000);
    const hint = said === '' ? 'Run it by hand to see why.' : `It said: ${said}`;
    throw new UserError(`${key}: ${command[0]} ${problem}.`, { hint });
  }
  const text = stdout.text.replace(/^\uFEFF/, '').trim();
  const displayFile = `what ${command[0]} printed`;
  const ending = text.startsWith('[') || text.startsWith('{') ? '.json' : '.csv';
  return checkRows(displayFile, await parseRows(displayFile, ending, text));
}

/** A setting of the inventory with its variables expanded. @throws ConfigError */
function expandText(
  text: string,
  path: KeyPath,
  { displayFile, locate }: LoadedConfig,
  env: Variables,
): string {
  const { text: expanded, unset, malformed } = expand(text, env);
  const problems = [
    ...unset.map((name) => explainUnset(name, 'setting')),
    ...(malformed ? [malformedReference] : []),
  ];
  if (problems.length === 0) return expanded;
  const at = { path: formatKeyPath(path), ...locate(path) };
  throw new ConfigError(
    displayFile,
    problems.map((problem) => ({ ...at, ...problem })),
  );
}
