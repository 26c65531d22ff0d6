/** Reads qlik-cli's contexts as tenants with their credentials. Its file is never written. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type ConfigProblem, UserError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { readVariable, type Variables } from '../expand.js';
import { type KeyPath, type ParsedConfig, readKey } from '../file/raw.js';
import { didYouMean } from '../suggest.js';
import { explainUnexpanded } from '../unexpanded.js';
import { type CredentialChoice, problemOf } from './credential.js';
import { parseTenantUrl } from './url.js';

/** The tenant and credential of one context. */
export interface Context {
  readonly name: string;
  readonly url: string;
  readonly credential: CredentialChoice;
  /** The file, for messages. */
  readonly file: string;
}

/** @throws UserError if there is no such context, or it is not for a cloud tenant with credentials */
export async function readContext(name: string, env: Variables): Promise<Context> {
  const file = await readContextsFile(env);
  if (file === undefined) {
    throw new UserError(`--context: there are no qlik-cli contexts in ${describeContextsPlace(env)}`, {
      hint: 'qlik context init creates one; QLIK_CLI_USER_HOME_DIR names the file if it is elsewhere',
    });
  }
  const contexts = readKey(file.value, 'contexts');
  if (isObject(readKey(contexts, name))) return toContext(file, name);
  const known = isObject(contexts) ? Object.keys(contexts) : [];
  throw new UserError(`--context: ${file.displayFile} has no context "${name}"`, {
    hint: didYouMean(name, known),
  });
}

/** Their names; none if there is no file. @throws UserError, ConfigError if it cannot be read */
export async function listContexts(env: Variables): Promise<readonly string[]> {
  const contexts = readKey((await readContextsFile(env))?.value, 'contexts');
  return isObject(contexts) ? Object.keys(contexts) : [];
}

/** The context that qlik-cli would use, or why it cannot be used here; `undefined` if there is none. */
export async function readCurrentContext(
  env: Variables,
): Promise<Context | { readonly skipped: string } | undefined> {
  const file = await readContextsFile(env);
  const name = readKey(file?.value, 'current-context');
  if (file === undefined || typeof name !== 'string' || name === '') return undefined;
  const context = readKey(readKey(file.value, 'contexts'), name);
  if (!isObject(context)) return { skipped: `qlik-cli's current context "${name}" does not exist` };
  const type = serverType(context);
  if (type !== 'cloud')
    return { skipped: `qlik-cli's current context "${name}" is for a server of type ${type}` };
  return toContext(file, name);
}

/** A file without types is older than the other types. */
function serverType(context: unknown): string {
  const type = readKey(context, 'server-type');
  return typeof type === 'string' && type !== '' ? type.toLowerCase() : 'cloud';
}

/** @throws UserError; ConfigError with the place in the file */
function toContext(file: ContextsFile, name: string): Context {
  const context = readKey(readKey(file.value, 'contexts'), name);
  const type = serverType(context);
  if (type !== 'cloud') {
    throw new UserError(
      `the qlik-cli context "${name}" is for a server of type ${type}, not for a cloud tenant`,
      {
        hint: 'name a context of a Qlik Cloud tenant',
      },
    );
  }
  const fail = failing(file, name);
  const server = readKey(context, 'server');
  const address = typeof server === 'string' ? parseTenantUrl(server) : undefined;
  if (address === undefined) return fail('server', { message: 'is missing' });
  if (!address.ok) return fail('server', address);
  const credential = readCredential(context, file.displayFile, fail);
  return { name, url: address.origin, credential, file: file.displayFile };
}

type Fail = (key: string, problem: Pick<ConfigProblem, 'message' | 'hint'>) => never;

function failing(file: ContextsFile, name: string): Fail {
  return (key, { message, hint }) => {
    const path: KeyPath = ['contexts', name, key];
    const problem = {
      path: path.join('.'),
      message,
      ...(hint !== undefined && { hint }),
      ...file.locate(path),
    };
    throw new ConfigError(file.displayFile, [problem]);
  };
}

/** The OAuth client takes precedence: the header beside it is a token that qlik-cli got for it, and expires. */
function readCredential(context: unknown, from: string, fail: Fail): CredentialChoice {
  const clientId = readKey(context, 'oauth-client-id');
  const clientSecret = readKey(context, 'oauth-client-secret');
  if (clientId !== undefined || clientSecret !== undefined) {
    return {
      kind: 'oauth',
      clientId: readToken(clientId, 'oauth-client-id', fail),
      clientSecret: { kind: 'known', value: readToken(clientSecret, 'oauth-client-secret', fail), from },
    };
  }
  const headers = readKey(context, 'headers');
  const names = isObject(headers) ? Object.keys(headers) : [];
  const header = readKey(headers, names.find((each) => each.toLowerCase() === 'authorization') ?? '');
  if (header === undefined) return fail('headers', { message: 'has no Authorization to sign in with' });
  const [, key] = typeof header === 'string' ? (/^Bearer\s+(\S+)\s*$/i.exec(header) ?? []) : [];
  if (key === undefined || problemOf(key, 'api-key') !== undefined) {
    return fail('headers', explainUnexpanded(key ?? '') ?? notBearer);
  }
  return { kind: 'api-key', key: { kind: 'known', value: key, from } };
}

const notBearer = { message: 'has an Authorization that is not "Bearer" and a key' } as const;

function readToken(value: unknown, key: string, fail: Fail): string {
  if (typeof value !== 'string' || value === '') return fail(key, { message: 'is missing' });
  const problem = problemOf(value, 'oauth');
  return problem === undefined ? value : fail(key, problem);
}

interface ContextsFile extends ParsedConfig {
  /** For messages. */
  readonly displayFile: string;
}

const mostBytes = 2 ** 20;

/**
 * `undefined` if there is none.
 *
 * @throws UserError if it exists but cannot be read; no message quotes its content
 */
async function readContextsFile(env: Variables): Promise<ContextsFile | undefined> {
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

/** Where `readContextsFile` looks, for messages. */
function describeContextsPlace(env: Variables): string {
  return placesOf(env)[0]?.display ?? '~/.qlik/contexts.yml';
}

interface Place {
  readonly file: string;
  readonly display: string;
}

/** The variable may name the file or its folder: Qlik's documents and its name disagree. Windows has `%USERPROFILE%`. */
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

/** `undefined` for anything but a file. */
async function sizeOf({ file }: Place): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

/** The parser's message may quote the file, which contains secrets: only the position is kept. */
async function parse(displayFile: string, text: string): Promise<ParsedConfig> {
  const { parseYamlConfig } = await import('../file/parse-yaml.js');
  try {
    return parseYamlConfig(displayFile, text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [problem] = error.problems;
    const place = problem?.line === undefined ? {} : { line: problem.line, column: problem.column ?? 1 };
    throw new ConfigError(displayFile, [{ path: '', message: 'not valid YAML', ...place }]);
  }
}
