/** Reads an environment's address and credential from the config. No message quotes either, except for an origin. */

import { ConfigError, type ConfigProblem } from '../../core/errors.js';
import type { Environment, EnvironmentAuth, SecretCommand, SourceText } from '../config.js';
import {
  expand,
  explainUnset,
  malformedReference,
  namesOf,
  type TextUse,
  type Variables,
} from '../expand.js';
import { type CredentialChoice, problemOf, type SecretChoice } from './credential.js';
import { parseTenantUrl } from './url.js';

interface ConfigConnection {
  readonly url: string;
  readonly credential: CredentialChoice;
}

/** A value, or the reasons why there is none. */
type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Expands the variables; runs no command.
 *
 * @throws ConfigError with every problem of the pair
 */
export function readConnection(
  displayFile: string,
  environment: Environment,
  tenant: SourceText,
  env: Variables,
): ConfigConnection {
  const url = readAddress(tenant, env);
  const credential = readCredential(environment, env);
  if (url.ok && credential.ok) return { url: url.value, credential: credential.value };
  throw new ConfigError(
    displayFile,
    [url, credential].flatMap((part) => (part.ok ? [] : part.problems)),
  );
}

/** The credential of an `auth` elsewhere than in an environment. @throws ConfigError */
export function readAuth(displayFile: string, auth: EnvironmentAuth, env: Variables): CredentialChoice {
  const credential = readCredential({ name: '', auth }, env);
  if (credential.ok) return credential.value;
  throw new ConfigError(displayFile, credential.problems);
}

/** The origin of an environment's tenant, without its credential. @throws ConfigError */
export function readTenantAddress(displayFile: string, tenant: SourceText, env: Variables): string {
  const url = readAddress(tenant, env);
  if (url.ok) return url.value;
  throw new ConfigError(displayFile, url.problems);
}

function readAddress(source: SourceText, env: Variables): Read<string> {
  const text = expandSource(source, env, 'setting');
  if (!text.ok) return text;
  const parsed = parseTenantUrl(text.value);
  return parsed.ok ? { ok: true, value: parsed.origin } : failAt(source, parsed);
}

function readCredential(
  { name, auth }: Pick<Environment, 'name' | 'auth'>,
  env: Variables,
): Read<CredentialChoice> {
  if (auth?.apiKey !== undefined) {
    const key = readSecret(auth.apiKey, 'api-key', env);
    return key.ok ? { ok: true, value: { kind: 'api-key', key: key.value } } : key;
  }
  if (auth?.clientId === undefined || auth.clientSecret === undefined) return failWithout(name);
  const clientId = readText(auth.clientId, 'oauth', env);
  const clientSecret = readSecret(auth.clientSecret, 'oauth', env);
  if (clientId.ok && clientSecret.ok) {
    return { ok: true, value: { kind: 'oauth', clientId: clientId.value, clientSecret: clientSecret.value } };
  }
  return { ok: false, problems: [clientId, clientSecret].flatMap((part) => (part.ok ? [] : part.problems)) };
}

function failWithout(name: string): Read<never> {
  const path = `environments.${name}.auth.apiKey`;
  const message = 'is missing, and credentials are taken from nowhere else';
  return { ok: false, problems: [{ path, message, hint: 'e.g. "${QLIK_API_KEY}"' }] };
}

function readSecret(
  source: SourceText | SecretCommand,
  kind: CredentialChoice['kind'],
  env: Variables,
): Read<SecretChoice> {
  if ('command' in source) return readCommand(source, env);
  const value = readText(source, kind, env);
  if (!value.ok) return value;
  return {
    ok: true,
    value: { kind: 'known', value: value.value, from: namesOf(source.text).join(' and ') },
  };
}

function readCommand({ command, ...place }: SecretCommand, env: Variables): Read<SecretChoice> {
  const words = command.map((text) => expandSource({ ...place, text }, env, 'credential'));
  const problems = words.flatMap((word) => (word.ok ? [] : word.problems));
  if (problems.length > 0) return { ok: false, problems };
  const expanded = words.flatMap((word) => (word.ok ? [word.value] : []));
  const variables = command.flatMap(namesOf);
  return { ok: true, value: { kind: 'command', command: expanded, variables, place } };
}

function readText(source: SourceText, kind: CredentialChoice['kind'], env: Variables): Read<string> {
  const text = expandSource(source, env, 'credential');
  if (!text.ok) return text;
  const value = text.value.trim();
  const problem = problemOf(value, kind);
  return problem === undefined ? { ok: true, value } : failAt(source, problem);
}

function expandSource(source: SourceText, env: Variables, use: TextUse): Read<string> {
  const { text, unset, malformed } = expand(source.text, env);
  const problems = [
    ...unset.map((name) => explainUnset(name, use)),
    ...(malformed ? [malformedReference] : []),
  ];
  if (problems.length === 0) return { ok: true, value: text };
  return { ok: false, problems: problems.map((problem) => problemAt(source, problem)) };
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

function failAt(source: SourceText, problem: Explanation): Read<never> {
  return { ok: false, problems: [problemAt(source, problem)] };
}

function problemAt({ text: _, ...place }: SourceText, { message, hint }: Explanation): ConfigProblem {
  return { ...place, message, hint };
}
