/** Which tenant is meant, for what never contacts it: the sources of `target.ts` in their order, without credentials. */

import { UserError } from '../core/errors.js';
import type { Config } from './config.js';
import { readTenantAddress } from './connection.js';
import { sandboxDir, sandboxIdentity } from './sandbox-place.js';
import type { TargetRequest } from './target.js';
import { parseTenantUrl } from './tenant-url.js';
import { readTenantVariable } from './tenant-variables.js';

export interface TenantName {
  /** The origin, or what `sandboxIdentity` says. */
  readonly identity: string;
  /** What named it, as the header of a run says it. */
  readonly source: string;
  /** The environment of the config that named it. */
  readonly environment?: string;
}

/**
 * `undefined` where nothing names one.
 *
 * @throws UserError, ConfigError where a name cannot be understood
 */
export async function nameTenant({
  options,
  env,
  config,
  cwd,
}: Pick<TargetRequest, 'options' | 'env' | 'config' | 'cwd'>): Promise<TenantName | undefined> {
  const { sandbox, tenant, context } = options;
  if (sandbox === true || options.sandboxDir !== undefined) {
    return { identity: sandboxIdentity(sandboxDir({ options, config, cwd }), config), source: '--sandbox' };
  }
  if (tenant !== undefined) return { identity: parseOption(tenant), source: '--tenant' };
  if (context !== undefined) {
    const { readContext } = await import('./contexts.js');
    const { url, name } = await readContext(context, env);
    return { identity: url, source: `qlik-cli context ${name}` };
  }
  return fromConfig(config, env) ?? fromVariables(env);
}

function parseOption(text: string): string {
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`--tenant: ${tenant.message}`, { hint: tenant.hint });
  return tenant.origin;
}

function fromConfig({ environment, displayFile }: Config, env: TargetRequest['env']): TenantName | undefined {
  if (environment?.tenant === undefined) return undefined;
  const identity = readTenantAddress(displayFile, environment.tenant, env);
  return { identity, source: 'config', environment: environment.name };
}

function fromVariables(env: TargetRequest['env']): TenantName | undefined {
  const named = readTenantVariable(env);
  return named && { identity: named.origin, source: 'environment' };
}
