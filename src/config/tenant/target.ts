/** Which tenant, whose credentials: both from one source, the first that applies. */

import { UserError } from '../../core/errors.js';
import { type Config, placeIn } from '../config.js';
import type { Variables } from '../expand.js';
import { readConnection, readTenantAddress } from './connection.js';
import type { Context } from './contexts.js';
import { type Credential, type CredentialChoice, readCredential, type SecretUse } from './credential.js';
import { sandboxDir, sandboxIdentity } from './sandbox-place.js';
import { parseTenantUrl } from './url.js';
import { readCredentialVariables, readTenantVariable } from './variables.js';

export interface SandboxTarget {
  readonly kind: 'sandbox';
  /** Absolute: the folder of its state. */
  readonly dir: string;
}

/** A tenant that one source names together with its credentials. */
interface Named {
  readonly kind: 'tenant';
  /** Origin, e.g. `https://acme.eu.qlikcloud.com`; the only host that the credential is sent to. */
  readonly url: string;
  /** For the header: what named both: `--tenant`, `config`, `environment`, `qlik-cli context acme`. */
  readonly source: string;
  /** Where the address stands, e.g. `QLIK_TENANT_URL` or `qlik-sync.config.json:12`. */
  readonly from: string;
  /** The environment of the config that named them. */
  readonly environment?: string;
}

/** Before any program is run for its secret. */
export interface TenantChoice extends Named {
  readonly credential: CredentialChoice;
}

export interface TenantTarget extends Named {
  readonly credential: Credential;
}

/** Nothing names a tenant. */
export interface NoTarget {
  readonly kind: 'none';
  readonly message: string;
  readonly hint: string;
}

export interface TargetRequest {
  readonly options: {
    readonly sandbox?: boolean | undefined;
    /** Relative to `cwd`, or absolute; asks for the sandbox by itself. */
    readonly sandboxDir?: string | undefined;
    readonly tenant?: string | undefined;
    /** The name of a qlik-cli context. */
    readonly context?: string | undefined;
  };
  readonly env: Variables;
  readonly config: Config;
  /** Absolute. */
  readonly cwd: string;
  /** Whether a person sits at a terminal; only then does qlik-cli's current context count. Asked only then. */
  readonly isTerminal: () => boolean;
}

export type TargetUse = TargetRequest & SecretUse;

/**
 * Parts of two sources are never mixed: what a source lacks is an error, not looked up in the next one.
 *
 * @throws UserError (exit 3) naming the source that was chosen and what it lacks
 * @throws ConfigError where an address or credential of the config cannot be used
 */
export async function resolveTarget(use: TargetUse): Promise<SandboxTarget | TenantTarget> {
  const choice = await chooseTarget(use);
  if (choice.kind === 'none') throw new UserError(choice.message, { hint: choice.hint });
  if (choice.kind === 'sandbox') return choice;
  return { ...choice, credential: await readCredential(choice.credential, use) };
}

/** The same, without running anything. */
export async function chooseTarget(request: TargetRequest): Promise<SandboxTarget | TenantChoice | NoTarget> {
  const { options, env, config } = request;
  assertOneTarget(options);
  if (options.sandbox === true || options.sandboxDir !== undefined) {
    return { kind: 'sandbox', dir: sandboxDir(request) };
  }
  if (options.tenant !== undefined) return fromOption(options.tenant, env);
  if (options.context !== undefined) {
    const { readContext } = await import('./contexts.js');
    return fromContext(await readContext(options.context, env), 'qlik-cli context');
  }
  return fromConfig(config, env) ?? fromVariables(env) ?? fromCurrentContext(request);
}

function assertOneTarget({ sandbox, sandboxDir: dir, tenant, context }: TargetRequest['options']): void {
  const named = [
    ...(sandbox === true || dir !== undefined ? ['--sandbox'] : []),
    ...(tenant === undefined ? [] : ['--tenant']),
    ...(context === undefined ? [] : ['--context']),
  ];
  if (named.length < 2) return;
  throw new UserError(`${named.join(' and ')} name ${named.length === 2 ? 'two' : 'three'} targets`, {
    hint: 'give one of them',
  });
}

function fromOption(text: string, env: Variables): TenantChoice {
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`--tenant: ${tenant.message}`, { hint: tenant.hint });
  const named = readTenantVariable(env);
  const credential = readCredentialVariables(env, '--tenant');
  if (named !== undefined && named.origin !== tenant.origin) {
    const variable = credential.kind === 'oauth' ? 'QLIK_CLIENT_ID' : 'QLIK_API_KEY';
    throw new UserError(
      `--tenant names ${tenant.origin}, but ${variable} belongs to ${named.origin}, which ${named.variable} names`,
      { hint: `unset ${named.variable}, or set it and ${variable} for the tenant you mean` },
    );
  }
  return { kind: 'tenant', url: tenant.origin, credential, source: '--tenant', from: '--tenant' };
}

function fromContext({ name, url, credential, file }: Context, what: string): TenantChoice {
  return { kind: 'tenant', url, credential, source: `${what} ${name}`, from: file };
}

function fromConfig(config: Config, env: Variables): TenantChoice | undefined {
  const { environment, displayFile } = config;
  if (environment?.tenant === undefined) return undefined;
  const connection = readConnection(displayFile, environment, environment.tenant, env);
  const from = placeIn(displayFile, environment.tenant);
  return { kind: 'tenant', ...connection, source: 'config', from, environment: environment.name };
}

function fromVariables(env: Variables): TenantChoice | undefined {
  const named = readTenantVariable(env);
  if (named === undefined) return undefined;
  const credential = readCredentialVariables(env, named.variable);
  return { kind: 'tenant', url: named.origin, credential, source: 'environment', from: named.variable };
}

/** What a person chose in another tool must never decide what a pipeline writes to. */
async function fromCurrentContext({
  config,
  env,
  isTerminal,
}: TargetRequest): Promise<TenantChoice | NoTarget> {
  if (!isTerminal()) return noTarget(config);
  const { readCurrentContext } = await import('./contexts.js');
  const context = await readCurrentContext(env);
  if (context === undefined || 'skipped' in context) return noTarget(config, context?.skipped);
  return fromContext(context, "qlik-cli's current context");
}

function noTarget({ displayFile, environment }: Config, word?: string): NoTarget {
  const where =
    environment === undefined
      ? `${displayFile} has no environment in use`
      : `environments.${environment.name} of ${displayFile} has no tenant`;
  const also = word === undefined ? '' : `, and ${word}`;
  return {
    kind: 'none',
    message: `no tenant to work on: ${where}, and QLIK_TENANT_URL is not set${also}`,
    hint: 'name an environment with --env, give --tenant and QLIK_API_KEY, or try it on the embedded tenant with --sandbox',
  };
}

// Which tenant is meant, for what never contacts it: the sources of `target.ts` in their order, without credentials.

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
  return nameFromConfig(config, env) ?? nameFromVariables(env);
}

function parseOption(text: string): string {
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`--tenant: ${tenant.message}`, { hint: tenant.hint });
  return tenant.origin;
}

function nameFromConfig(
  { environment, displayFile }: Config,
  env: TargetRequest['env'],
): TenantName | undefined {
  if (environment?.tenant === undefined) return undefined;
  const identity = readTenantAddress(displayFile, environment.tenant, env);
  return { identity, source: 'config', environment: environment.name };
}

function nameFromVariables(env: TargetRequest['env']): TenantName | undefined {
  const named = readTenantVariable(env);
  return named && { identity: named.origin, source: 'environment' };
}
