/** qlik-cli's contexts as tenants with their credentials. */

import { ConfigError, type ConfigProblem, UserError } from '../core/errors.js';
import { isObject } from '../core/json.js';
import { type ContextsFile, describeContextsPlace, readContextsFile } from './contexts-file.js';
import { type CredentialChoice, isHeaderSafe, problemOf } from './credential.js';
import type { Variables } from './expand.js';
import { type KeyPath, readKey } from './raw.js';
import { didYouMean } from './suggest.js';
import { parseTenantUrl } from './tenant-url.js';

/** The pair that one context gives. */
export interface Context {
  readonly name: string;
  readonly url: string;
  readonly credential: CredentialChoice;
  /** The file, for messages. */
  readonly file: string;
}

/** @throws UserError where there is no such context, or it is none of a cloud tenant with credentials */
export async function readContext(name: string, env: Variables): Promise<Context> {
  const file = await readContextsFile(env);
  if (file === undefined) {
    throw new UserError(`--context: there are no qlik-cli contexts in ${describeContextsPlace(env)}`, {
      hint: 'qlik context init makes one; QLIK_CLI_USER_HOME_DIR names the file where it lies elsewhere',
    });
  }
  const contexts = readKey(file.value, 'contexts');
  if (isObject(readKey(contexts, name))) return toContext(file, name);
  const known = isObject(contexts) ? Object.keys(contexts) : [];
  throw new UserError(`--context: ${file.displayFile} has no context "${name}"`, {
    hint: didYouMean(name, known),
  });
}

/** The context that qlik-cli would use, or a word on why it is of no use here; `undefined` where there is none. */
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

/** Where the file does not say, it is older than the other types. */
function serverType(context: unknown): string {
  const type = readKey(context, 'server-type');
  return typeof type === 'string' && type !== '' ? type.toLowerCase() : 'cloud';
}

/** @throws UserError, ConfigError with the place in the file */
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

/** An OAuth client first: where both stand, the header is what qlik-cli got for it, and does not last. */
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
  if (header === undefined) return fail('headers', { message: 'holds no Authorization to sign in with' });
  const [, key] = typeof header === 'string' ? (/^Bearer\s+(\S+)\s*$/i.exec(header) ?? []) : [];
  if (key === undefined || !isHeaderSafe(key)) {
    return fail('headers', { message: 'holds an Authorization that is no "Bearer" and a key' });
  }
  return { kind: 'api-key', key: { kind: 'known', value: key, from } };
}

function readToken(value: unknown, key: string, fail: Fail): string {
  if (typeof value !== 'string' || value === '') return fail(key, { message: 'is missing' });
  return isHeaderSafe(value) ? value : fail(key, problemOf('oauth'));
}
