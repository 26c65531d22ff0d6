/** Checks of the config that involve more than one key. */

import { isObject } from '../core/json.js';
import { expand, type Variables } from './expand.js';
import { type KeyPath, readKey } from './file/raw.js';
import type { Problem } from './known-keys.js';
import { looksLikeApiKey } from './secrets.js';
import { parseTenantUrl } from './tenant/url.js';

/** Texts anywhere in the file that look like an API key, except in `auth`, where the schema reports them. */
export function findWrittenSecrets(value: unknown, path: KeyPath = []): readonly Problem[] {
  if (typeof value === 'string')
    return looksLikeApiKey(value) && !isCheckedBySchema(path) ? [{ path, ...writtenSecret }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findWrittenSecrets(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => findWrittenSecrets(item, [...path, key]));
}

function isCheckedBySchema(path: KeyPath): boolean {
  return path.at(-1) === 'apiKey' || path.at(-1) === 'clientSecret';
}

const writtenSecret = {
  message: 'looks like an API key, which must not be written in the file',
  hint: 'keep it in an environment variable and revoke it if the file was shared',
} as const;

/** Tenant and credentials come from one source as a pair, so credentials alone could never be used. */
export function findLoneCredentials(value: unknown): readonly Problem[] {
  const environments = readKey(value, 'environments');
  return Object.entries(isObject(environments) ? environments : {})
    .filter(([, own]) => readKey(own, 'auth') !== undefined && readKey(own, 'tenant') === undefined)
    .map(([name]) => ({
      path: ['environments', name, 'auth'],
      message: 'needs a tenant to sign in to',
      hint: `add environments.${name}.tenant`,
    }));
}

/** An environment must have one complete way to sign in. */
export function findMixedCredentials(value: unknown): readonly Problem[] {
  const environments = readKey(value, 'environments');
  return Object.entries(isObject(environments) ? environments : {}).flatMap(([name, own]): Problem[] => {
    const auth = readKey(own, 'auth');
    const has = (key: string): boolean => readKey(auth, key) !== undefined;
    const path = ['environments', name, 'auth'];
    if (has('apiKey') && (has('clientId') || has('clientSecret'))) {
      const hint = 'keep apiKey, or clientId and clientSecret';
      return [{ path, message: 'has two ways to sign in', hint }];
    }
    if (has('clientId') === has('clientSecret')) return [];
    const missing = has('clientId') ? 'clientSecret' : 'clientId';
    return [{ path: [...path, missing], message: 'is missing: an OAuth client has an id and a secret' }];
  });
}

/** Two environments on one tenant would each see the other's extensions as their own. */
export function findSharedTenants(value: unknown, variables: Variables): readonly Problem[] {
  const environments = readKey(value, 'environments');
  if (!isObject(environments)) return [];
  const owners = new Map<string, string>();
  return Object.entries(environments).flatMap(([name, own]): Problem[] => {
    const identity = identify(own, readKey(value, 'project'), variables);
    const other = identity === undefined ? undefined : owners.get(identity);
    if (identity !== undefined && other === undefined) owners.set(identity, name);
    if (other === undefined) return [];
    return [
      {
        path: ['environments', name, 'tenant'],
        message: `is also the tenant of "${other}", with the same project`,
        hint: 'give one of them a "project" of its own',
      },
    ];
  });
}

function identify(environment: unknown, inheritedProject: unknown, variables: Variables): string | undefined {
  const tenant = readKey(environment, 'tenant');
  const project = readKey(environment, 'project') ?? inheritedProject;
  if (typeof tenant !== 'string' || typeof project !== 'string') return undefined;
  const address = expand(tenant, variables).text;
  const parsed = parseTenantUrl(address);
  return JSON.stringify([parsed.ok ? parsed.origin : address, expand(project, variables).text]);
}
