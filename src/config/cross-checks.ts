/** Checks of the config that involve more than one key. */

import { isObject } from '../core/json.js';
import { compareTexts } from '../core/order.js';
import { expand, type Variables } from './expand.js';
import { formatKeyPath, type KeyPath, type LoadedConfig, type Problem, readKey } from './file/raw.js';
import { listEnvironments } from './known-keys.js';
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
  return listEnvironments(value)
    .filter(({ value: own }) => readKey(own, 'auth') !== undefined && readKey(own, 'tenant') === undefined)
    .map(({ path }) => ({
      path: [...path, 'auth'],
      message: 'needs a tenant to sign in to',
      hint: `add ${formatKeyPath([...path, 'tenant'])}`,
    }));
}

/** An environment must have one complete way to sign in. */
export function findMixedCredentials(value: unknown): readonly Problem[] {
  return listEnvironments(value).flatMap(({ path: at, value: own }): Problem[] => {
    const auth = readKey(own, 'auth');
    const has = (key: string): boolean => readKey(auth, key) !== undefined;
    const path = [...at, 'auth'];
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
export function findSharedTenants(
  value: unknown,
  variables: Variables,
  same: SameTenants,
): readonly Problem[] {
  const environments = readKey(value, 'environments');
  if (!isObject(environments)) return [];
  const owners = new Map<string, string>();
  return Object.entries(environments).flatMap(([name, own]): Problem[] => {
    const identity = identify(own, readKey(value, 'project'), variables, same);
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

function identify(
  environment: unknown,
  inheritedProject: unknown,
  variables: Variables,
  same: SameTenants,
): string | undefined {
  const tenant = readKey(environment, 'tenant');
  const project = readKey(environment, 'project') ?? inheritedProject;
  if (typeof tenant !== 'string' || typeof project !== 'string') return undefined;
  const origin = originOf(tenant, variables);
  const address = origin === undefined ? expand(tenant, variables).text : (same.get(origin) ?? origin);
  return JSON.stringify([address, expand(project, variables).text]);
}

/** The origin of an environment's tenant; `undefined` if it is unknown, for example because a variable is not set. */
export function originOf(tenant: unknown, variables: Variables): string | undefined {
  if (typeof tenant !== 'string') return undefined;
  const { text, unset, malformed } = expand(tenant, variables);
  if (unset.length > 0 || malformed) return undefined;
  const parsed = parseTenantUrl(text);
  return parsed.ok ? parsed.origin : undefined;
}

/** For each origin of a tenant that has several, the one that stands for it. */
export type SameTenants = ReadonlyMap<string, string>;

/** Tenants with the same `tenantId` are one, and so are the host names that an inventory gives to one row. */
export function findSameTenants({ value, fleet }: LoadedConfig, variables: Variables): SameTenants {
  const environments = readKey(value, 'environments');
  const byId = new Map<string, Set<string>>();
  for (const [name, own] of Object.entries(isObject(environments) ? environments : {})) {
    const id = readKey(own, 'tenantId');
    const origin = typeof id === 'string' ? originOf(readKey(own, 'tenant'), variables) : undefined;
    if (typeof id !== 'string' || origin === undefined) continue;
    const origins = byId.get(id) ?? new Set();
    byId.set(id, origins.add(origin));
    const scheme = new URL(origin).protocol;
    for (const host of fleet?.rows.get(name)?.hosts ?? []) origins.add(new URL(`${scheme}//${host}`).origin);
  }
  const several = [...byId.values()]
    .map((origins) => [...origins].sort(compareTexts))
    .filter(({ length }) => length > 1);
  return new Map(several.flatMap((origins) => origins.map((origin) => [origin, origins[0] ?? origin])));
}
