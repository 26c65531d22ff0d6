/** Which tenant, and with which credentials: both from one source, the first that applies (`source.ts`). */

import { UserError } from '../../core/errors.js';
import { type Config, type Environment, placeIn, type SourceText } from '../config.js';
import type { Variables } from '../expand.js';
import { readConnection, readTenantAddress } from './connection.js';
import type { Context } from './contexts.js';
import { type Credential, type CredentialChoice, readCredential, type SecretUse } from './credential.js';
import { sandboxDir, sandboxIdentity } from './sandbox-place.js';
import { sourceOfTenant, type TenantOptions } from './source.js';
import { parseTenantUrl } from './url.js';
import { readCredentialVariables, readTenantVariable } from './variables.js';

export interface SandboxTarget {
  readonly kind: 'sandbox';
  /** Absolute: the folder of its state. */
  readonly dir: string;
}

/** A tenant that one source names together with its credentials. */
interface NamedTenant {
  readonly kind: 'tenant';
  /** Origin, e.g. `https://acme.eu.qlikcloud.com`; the only host that the credential is sent to. */
  readonly url: string;
  /** What identifies the tenant: this origin, or the one that stands for it if several lead to it. */
  readonly identity: string;
  /** What named both, for the header: `--tenant`, `config`, `environment`, `qlik-cli context acme`. */
  readonly source: string;
  /** Where the address is written, e.g. `QLIK_TENANT_URL` or `qlik-sync.config.json:12`. */
  readonly from: string;
  /** The environment of the config that named them. */
  readonly environment?: string;
}

/** Before any command is run for its secret. */
export interface TenantChoice extends NamedTenant {
  readonly credential: CredentialChoice;
}

interface TenantTarget extends NamedTenant {
  readonly credential: Credential;
}

/** No source names a tenant. */
interface NoTarget {
  readonly kind: 'none';
  readonly message: string;
  readonly hint: string;
}

export interface TargetRequest {
  readonly options: TenantOptions;
  readonly env: Variables;
  readonly config: Config;
  /** Absolute. */
  readonly cwd: string;
  /** Whether this is a terminal: only there does qlik-cli's current context count. Called only when that matters. */
  readonly isTerminal: () => boolean;
}

type TargetUse = TargetRequest & SecretUse;

/**
 * Parts of two sources are never mixed.
 *
 * @throws UserError (exit 3) naming the source that was chosen and what it lacks
 * @throws ConfigError if an address or credential of the config cannot be used
 */
export async function resolveTarget(use: TargetUse): Promise<SandboxTarget | TenantTarget> {
  const choice = await chooseTarget(use);
  if (choice.kind === 'none') throw new UserError(choice.message, { hint: choice.hint });
  if (choice.kind === 'sandbox') return choice;
  return { ...choice, credential: await readCredential(choice.credential, use) };
}

/** The same without running any command. */
export async function chooseTarget(request: TargetRequest): Promise<SandboxTarget | TenantChoice | NoTarget> {
  const { options, env, config } = request;
  assertOneTarget(options);
  const source = sourceOfTenant(options, tenantIn(config));
  switch (source.kind) {
    case 'sandbox':
      return { kind: 'sandbox', dir: sandboxDir(request) };
    case 'option':
      return fromOption(source.text, env);
    case 'context': {
      const { readContext } = await import('./contexts.js');
      return fromContext(await readContext(source.name, env), 'qlik-cli context');
    }
    case 'config':
      return fromConfig(config, source.tenant, env);
    case 'variables':
      return fromVariables(env) ?? fromCurrentContext(request);
  }
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
  const origin = originOfOption(text);
  const named = readTenantVariable(env);
  const credential = readCredentialVariables(env, '--tenant');
  if (named !== undefined && named.origin !== origin) {
    const variable = credential.kind === 'oauth' ? 'QLIK_CLIENT_ID' : 'QLIK_API_KEY';
    throw new UserError(
      `--tenant names ${origin}, but ${variable} belongs to ${named.origin}, which ${named.variable} names`,
      { hint: `unset ${named.variable}, or set it and ${variable} for the tenant you mean` },
    );
  }
  return { kind: 'tenant', url: origin, identity: origin, credential, source: '--tenant', from: '--tenant' };
}

function fromContext({ name, url, credential, file }: Context, what: string): TenantChoice {
  return { kind: 'tenant', url, identity: url, credential, source: `${what} ${name}`, from: file };
}

/** An environment that names its tenant. */
interface TenantInConfig {
  readonly environment: Environment;
  readonly tenant: SourceText;
}

function tenantIn({ environment }: Config): TenantInConfig | undefined {
  if (environment?.tenant === undefined) return undefined;
  return { environment, tenant: environment.tenant };
}

function fromConfig(
  { displayFile }: Config,
  { environment, tenant }: TenantInConfig,
  env: Variables,
): TenantChoice {
  const connection = readConnection(displayFile, environment, tenant, env);
  const from = placeIn(displayFile, tenant);
  const identity = environment.identity ?? connection.url;
  return { kind: 'tenant', ...connection, identity, source: 'config', from, environment: environment.name };
}

function fromVariables(env: Variables): TenantChoice | undefined {
  const named = readTenantVariable(env);
  if (named === undefined) return undefined;
  const credential = readCredentialVariables(env, named.variable);
  return {
    kind: 'tenant',
    url: named.origin,
    identity: named.origin,
    credential,
    source: 'environment',
    from: named.variable,
  };
}

/** A choice made in another tool must never decide what a pipeline writes to. */
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

export interface TenantName {
  /** The origin that stands for the tenant, or a `sandboxIdentity`. */
  readonly identity: string;
  /** What named it, as in the header of a run. */
  readonly source: string;
  /** The environment of the config that named it. */
  readonly environment?: string;
}

/**
 * Which tenant is meant, for commands that do not contact it: no credentials are read, and qlik-cli's current context does
 * not count. `undefined` if nothing names one.
 *
 * @throws UserError, ConfigError if a name cannot be understood
 */
export async function nameTenant({
  options,
  env,
  config,
  cwd,
}: Pick<TargetRequest, 'options' | 'env' | 'config' | 'cwd'>): Promise<TenantName | undefined> {
  const source = sourceOfTenant(options, tenantIn(config));
  switch (source.kind) {
    case 'sandbox':
      return { identity: sandboxIdentity(sandboxDir({ options, config, cwd }), config), source: '--sandbox' };
    case 'option':
      return { identity: originOfOption(source.text), source: '--tenant' };
    case 'context': {
      const { readContext } = await import('./contexts.js');
      const { url, name } = await readContext(source.name, env);
      return { identity: url, source: `qlik-cli context ${name}` };
    }
    case 'config': {
      const { environment, tenant } = source.tenant;
      const url = readTenantAddress(config.displayFile, tenant, env);
      const identity = environment.identity ?? url;
      return { identity, source: 'config', environment: environment.name };
    }
    case 'variables': {
      const named = readTenantVariable(env);
      return named && { identity: named.origin, source: 'environment' };
    }
  }
}

function originOfOption(text: string): string {
  const tenant = parseTenantUrl(text);
  if (!tenant.ok) throw new UserError(`--tenant: ${tenant.message}`, { hint: tenant.hint });
  return tenant.origin;
}
