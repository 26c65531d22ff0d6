/** Reads the tenant's address and credential from environment variables. No message quotes either, except for an origin. */

import { UserError } from '../../core/errors.js';
import { readVariable, type Variables } from '../expand.js';
import { type CredentialChoice, type CredentialKind, problemOf } from './credential.js';
import { parseTenantUrl } from './url.js';

interface TenantVariable {
  readonly variable: string;
  readonly origin: string;
}

/**
 * `QLIK_TENANT_URL`, `QLIK_TENANT` or `QLIK_HOST`.
 *
 * @throws UserError where one is not an address, or two name different tenants
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

/**
 * `QLIK_API_KEY`, or `QLIK_CLIENT_ID` with `QLIK_CLIENT_SECRET`; never guesses between the two.
 *
 * @param source what named the tenant
 * @throws UserError where neither is complete, both are set, or one cannot be sent
 */
export function readCredentialVariables(env: Variables, source: string): CredentialChoice {
  const isGiven = (variable: string): boolean => (readVariable(env, variable)?.trim() ?? '') !== '';
  const oauth = ['QLIK_CLIENT_ID', 'QLIK_CLIENT_SECRET'];
  const [given] = oauth.filter(isGiven);
  if (given === undefined) {
    if (isGiven('QLIK_API_KEY')) return { kind: 'api-key', key: readSecret(env, 'QLIK_API_KEY', 'api-key') };
    throw new UserError(`the tenant comes from ${source}, but QLIK_API_KEY is not set`, {
      hint: 'set QLIK_API_KEY to an API key of that tenant, or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET of an OAuth client',
    });
  }
  if (isGiven('QLIK_API_KEY')) {
    throw new UserError(`QLIK_API_KEY and ${given} are both set, and each is a way to sign in`, {
      hint: 'unset one of them',
    });
  }
  const missing = oauth.find((variable) => !isGiven(variable));
  if (missing !== undefined) {
    throw new UserError(`the tenant comes from ${source}, and ${given} is set, but ${missing} is not`, {
      hint: `set ${missing} too`,
    });
  }
  const clientId = readSecret(env, 'QLIK_CLIENT_ID', 'oauth').value;
  return { kind: 'oauth', clientId, clientSecret: readSecret(env, 'QLIK_CLIENT_SECRET', 'oauth') };
}

function readSecret(
  env: Variables,
  variable: string,
  kind: CredentialKind,
): { readonly kind: 'known'; readonly value: string; readonly from: string } {
  const value = (readVariable(env, variable) ?? '').trim();
  const problem = problemOf(value, kind);
  if (problem !== undefined) throw new UserError(`${variable}: ${problem.message}`, { hint: problem.hint });
  return { kind: 'known', value, from: variable };
}
