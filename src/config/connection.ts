/** The address and the credential that one source gives. No message quotes either, but for an origin. */

import { ConfigError, type ConfigProblem, UserError } from '../core/errors.js';
import type { Environment, SourceText } from './config.js';
import { expand, explainUnset, malformedReference, readVariable, type Variables } from './expand.js';
import { parseTenantUrl } from './tenant-url.js';

export interface TenantVariable {
  readonly variable: string;
  readonly origin: string;
}

/**
 * `QLIK_TENANT_URL`, `QLIK_TENANT` or `QLIK_HOST`.
 *
 * @throws UserError where one is no address, or two name different tenants
 */
export function readTenantVariable(env: Variables): TenantVariable | undefined {
  const named = ['QLIK_TENANT_URL', 'QLIK_TENANT', 'QLIK_HOST'].flatMap((variable) =>
    readOrigin(env, variable),
  );
  const [first, ...others] = named;
  const other = others.find(({ origin }) => origin !== first?.origin);
  if (first !== undefined && other !== undefined) {
    throw new UserError(`${first.variable} and ${other.variable} name different tenants`, {
      hint: 'unset one of them',
    });
  }
  return first;
}

function readOrigin(env: Variables, variable: string): readonly TenantVariable[] {
  const text = readVariable(env, variable);
  if (text === undefined) return [];
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`${variable}: ${tenant.message}`, { hint: tenant.hint });
  return [{ variable, origin: tenant.origin }];
}

/** @throws UserError where `QLIK_API_KEY` is missing or cannot be a key */
export function readKeyVariable(env: Variables, source: string): string {
  const text = readVariable(env, 'QLIK_API_KEY')?.trim();
  if (text === undefined || text === '') {
    const oauth = readVariable(env, 'QLIK_CLIENT_ID') !== undefined;
    throw new UserError(`the tenant comes from ${source}, but QLIK_API_KEY is not set`, {
      hint: oauth
        ? 'this version signs in with an API key only, not with QLIK_CLIENT_ID'
        : 'set QLIK_API_KEY to an API key of that tenant',
    });
  }
  if (!isHeaderSafe(text)) throw new UserError(`QLIK_API_KEY: ${notAKey.message}`, { hint: notAKey.hint });
  return text;
}

/**
 * What the environment of the config gives, its variables expanded.
 *
 * @throws ConfigError with every problem of the pair
 */
export function readConnection(
  displayFile: string,
  environment: Environment,
  tenant: SourceText,
  env: Variables,
): { readonly url: string; readonly apiKey: string } {
  const url = readAddress(tenant, env);
  const apiKey = readKey(environment, env);
  if (typeof url === 'string' && typeof apiKey === 'string') return { url, apiKey };
  throw new ConfigError(
    displayFile,
    [url, apiKey].flatMap((part) => (typeof part === 'string' ? [] : part)),
  );
}

function readAddress(source: SourceText, env: Variables): string | readonly ConfigProblem[] {
  const text = expandSource(source, env);
  if (typeof text !== 'string') return text;
  const parsed = parseTenantUrl(text);
  return parsed.ok ? parsed.origin : [problemAt(source, parsed)];
}

function readKey({ name, apiKey }: Environment, env: Variables): string | readonly ConfigProblem[] {
  if (apiKey === undefined) {
    const path = `environments.${name}.auth.apiKey`;
    return [
      {
        path,
        message: 'is missing, and credentials are taken from nowhere else',
        hint: 'e.g. "${QLIK_API_KEY}"',
      },
    ];
  }
  const text = expandSource(apiKey, env);
  if (typeof text !== 'string') return text;
  return isHeaderSafe(text.trim()) ? text.trim() : [problemAt(apiKey, notAKey)];
}

function expandSource(source: SourceText, env: Variables): string | readonly ConfigProblem[] {
  const { text, unset, malformed } = expand(source.text, env);
  const problems = [...unset.map(explainUnset), ...(malformed ? [malformedReference] : [])];
  return problems.length === 0 ? text : problems.map((problem) => problemAt(source, problem));
}

function problemAt(
  source: SourceText,
  problem: { readonly message: string; readonly hint: string },
): ConfigProblem {
  const { text: _, ...place } = source;
  return { ...place, message: problem.message, hint: problem.hint };
}

/** What an Authorization header can carry as one token. */
function isHeaderSafe(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

const notAKey = {
  message: 'holds no API key: it is empty, or has white space or other characters that no key has',
  hint: 'give the key alone, without "Bearer"',
} as const;
