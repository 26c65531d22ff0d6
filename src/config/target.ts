/** Which tenant, whose credentials: both from one source, the first that applies. */

import { resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import type { Config } from './config.js';
import { readConnection, readKeyVariable, readTenantVariable } from './connection.js';
import type { Variables } from './expand.js';
import { parseTenantUrl } from './tenant-url.js';

export type Target =
  | {
      readonly kind: 'sandbox';
      /** Absolute: the folder of its state. */
      readonly dir: string;
      readonly label: string;
    }
  | {
      readonly kind: 'tenant';
      /** Origin, e.g. `https://acme.eu.qlikcloud.com`. */
      readonly url: string;
      readonly apiKey: string;
      readonly source: '--tenant' | 'config' | 'environment';
      /** The environment of the config that named the tenant. */
      readonly environment?: string;
      /** For the header: what named the tenant, e.g. `prod (config)`. */
      readonly label: string;
    };

export interface TargetRequest {
  readonly options: {
    readonly sandbox?: boolean | undefined;
    /** Relative to `cwd`, or absolute; asks for the sandbox by itself. */
    readonly sandboxDir?: string | undefined;
    readonly tenant?: string | undefined;
  };
  readonly env: Variables;
  readonly config: Config;
  /** Absolute. */
  readonly cwd: string;
}

/**
 * Parts of two sources are never mixed: what a source lacks is an error, not looked up in the next one.
 *
 * @throws UserError (exit 3) naming the source that was chosen and what it lacks
 * @throws ConfigError where an address or credential of the config cannot be used
 */
export function resolveTarget(request: TargetRequest): Target {
  const { options, env, config } = request;
  const sandbox = options.sandbox === true || options.sandboxDir !== undefined;
  if (sandbox && options.tenant !== undefined) {
    throw new UserError('--sandbox and --tenant name two targets', { hint: 'give one of them' });
  }
  if (sandbox) return { kind: 'sandbox', dir: sandboxDir(request), label: 'sandbox' };
  if (options.tenant !== undefined) return fromOption(options.tenant, env);
  return fromConfig(config, env) ?? fromVariables(env) ?? failWithoutTenant(config);
}

function sandboxDir({ options, config, cwd }: TargetRequest): string {
  return options.sandboxDir === undefined
    ? resolve(config.root, '.qlik-sync/sandbox')
    : resolve(cwd, options.sandboxDir);
}

function fromOption(text: string, env: Variables): Target {
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`--tenant: ${tenant.message}`, { hint: tenant.hint });
  const named = readTenantVariable(env);
  if (named !== undefined && named.origin !== tenant.origin) {
    throw new UserError(
      `--tenant names ${tenant.origin}, but QLIK_API_KEY belongs to ${named.origin}, which ${named.variable} names`,
      { hint: `unset ${named.variable}, or set it and QLIK_API_KEY for the tenant you mean` },
    );
  }
  const apiKey = readKeyVariable(env, '--tenant');
  return { kind: 'tenant', url: tenant.origin, apiKey, source: '--tenant', label: '--tenant' };
}

function fromConfig(config: Config, env: Variables): Target | undefined {
  const { environment } = config;
  if (environment?.tenant === undefined) return undefined;
  const { url, apiKey } = readConnection(config.displayFile, environment, environment.tenant, env);
  const { name } = environment;
  return { kind: 'tenant', url, apiKey, source: 'config', environment: name, label: `${name} (config)` };
}

function fromVariables(env: Variables): Target | undefined {
  const named = readTenantVariable(env);
  if (named === undefined) return undefined;
  const apiKey = readKeyVariable(env, named.variable);
  return {
    kind: 'tenant',
    url: named.origin,
    apiKey,
    source: 'environment',
    label: `${named.variable} (environment)`,
  };
}

function failWithoutTenant({ displayFile, environment }: Config): never {
  const where =
    environment === undefined
      ? `${displayFile} has no environment in use`
      : `environments.${environment.name} of ${displayFile} has no tenant`;
  throw new UserError(`no tenant to work on: ${where}, and QLIK_TENANT_URL is not set`, {
    hint: 'name an environment with --env, give --tenant and QLIK_API_KEY, or try it on the embedded tenant with --sandbox',
  });
}
