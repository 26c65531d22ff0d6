/** qlik-cli's file of contexts, read and never written. Where it lies, and what it holds. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, UserError } from '../core/errors.js';
import { readVariable, type Variables } from './expand.js';
import type { ParsedConfig } from './raw.js';

export interface ContextsFile extends ParsedConfig {
  /** For messages. */
  readonly displayFile: string;
}

const mostBytes = 2 ** 20;

/**
 * `undefined` where there is none.
 *
 * @throws UserError where it is there and cannot be read; its content is in no message
 */
export async function readContextsFile(env: Variables): Promise<ContextsFile | undefined> {
  for (const place of placesOf(env)) {
    const size = await sizeOf(place);
    if (size === undefined) continue;
    if (size > mostBytes) throw new UserError(`${place.display} is larger than a file of qlik-cli contexts`);
    const text = await readFile(place.file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new UserError(`${place.display} cannot be read (${cause.code})`, { cause });
    });
    return { displayFile: place.display, ...(await parse(place.display, text)) };
  }
  return undefined;
}

/** What `readContextsFile` looks for, for messages. */
export function describeContextsPlace(env: Variables): string {
  return placesOf(env)[0]?.display ?? '~/.qlik/contexts.yml';
}

interface Place {
  readonly file: string;
  readonly display: string;
}

/** The variable names the file or its folder; documents and its name disagree. `%USERPROFILE%` is the home on Windows. */
function placesOf(env: Variables): readonly Place[] {
  const moved = readVariable(env, 'QLIK_CLI_USER_HOME_DIR');
  if (moved !== undefined) {
    const files = [moved, join(moved, '.qlik', 'contexts.yml'), join(moved, 'contexts.yml')];
    return files.map((file) => ({ file, display: file }));
  }
  const homes = ['HOME', 'USERPROFILE'].flatMap((name) => readVariable(env, name) ?? []);
  return homes.map((home) => ({
    file: join(home, '.qlik', 'contexts.yml'),
    display: '~/.qlik/contexts.yml',
  }));
}

/** `undefined` for what is no file. */
async function sizeOf({ file }: Place): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

/** The parser's own words may quote the file, which holds secrets: only the place is told. */
async function parse(displayFile: string, text: string): Promise<ParsedConfig> {
  const { parseYamlConfig } = await import('./parse-yaml.js');
  try {
    return parseYamlConfig(displayFile, text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [problem] = error.problems;
    const place = problem?.line === undefined ? {} : { line: problem.line, column: problem.column ?? 1 };
    throw new ConfigError(displayFile, [{ path: '', message: 'not valid YAML', ...place }]);
  }
}
