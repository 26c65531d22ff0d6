/** The tenant of a run: address and credential from one source, or the embedded tenant. */

import type { Config } from '../config/resolve.js';
import type { Credential } from '../config/tenant/credential.js';
import { sandboxIdentity } from '../config/tenant/sandbox-place.js';
import { resolveTarget } from '../config/tenant/target.js';
import type { LabelledEnvironment } from '../core/labels.js';
import type { TenantHeader } from '../report/run-header.js';
import { assertNoLinkInOwnFolder, hideOwnFolder } from '../source/own-folder.js';
import type { KindClients } from '../tenant/actual.js';
import { createExtensionsClient } from '../tenant/extensions.js';
import { createGovernor, type Governor, type Wait } from '../tenant/governor.js';
import { type Auth, apiKeyAuth, type OpenAuth } from '../tenant/http/auth.js';
import { openTenant, type TenantHttp } from '../tenant/http/http.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

/** A tenant and the way to sign in to it. No request has been made yet. */
export interface TenantToOpen {
  readonly url: string;
  readonly auth: Auth | OpenAuth;
  /** What people call the credential. */
  readonly credential: 'API key' | 'OAuth client';
  readonly header: TenantHeader;
  readonly kind: 'tenant' | 'sandbox';
  /**
   * What plans, locks and journals are bound to: the origin that stands for the tenant, or the name of the embedded
   * tenant, whose port changes from run to run.
   */
  readonly identity: string;
  /** Stops the embedded tenant. */
  readonly close: () => Promise<void>;
}

export interface OpenTenant extends Pick<TenantToOpen, 'header' | 'kind' | 'identity'>, KindClients {
  /** For the tenant's other APIs, under the same governor. */
  readonly http: TenantHttp;
  readonly close: () => Promise<void>;
}

interface ConnectOptions {
  /** Takes a sentence about a pause that would otherwise be puzzling. */
  readonly onWait: (notice: string) => void;
  /** Ends every request. */
  readonly signal?: AbortSignal;
}

/** @throws UserError if tenant or credentials are missing or do not belong together. No request is made. */
export async function connect(settings: Settings, io: Io, options: ConnectOptions): Promise<OpenTenant> {
  const { url, auth, header, kind, identity, close } = await findTenant(settings, io);
  io.locate?.({ project: settings.config.project, tenant: header });
  const onWait = ({ seconds, reason }: Wait): void =>
    options.onWait(`waiting ${seconds} s: ${waitReasons[reason]}`);
  const http = openTenant({
    url,
    auth,
    userAgent: io.tool,
    proxies: io.env,
    ...(options.signal && { signal: options.signal }),
    ...(settings.flags.timeout !== undefined && { timeoutMs: settings.flags.timeout }),
    governor: governorOf(identity, io, onWait),
    onWait,
  });
  return {
    extensions: createExtensionsClient(http),
    themes: createExtensionsClient(http, 'theme'),
    http,
    header,
    kind,
    identity,
    close: async () => {
      await http.close();
      await close();
    },
  };
}

const waitReasons = {
  limit: "Qlik's rate limit is reached",
  refused: 'the tenant asked to slow down (429)',
  repeat: 'a request failed and is repeated',
} as const;

const governors = new WeakMap<Io['self'], Map<string, Governor>>();

/**
 * One for each tenant of this process, since Qlik's limits are the tenant's, however many environments share it.
 *
 * @param identity of the tenant, whatever host name it is reached by
 * @param onWait used by the first caller for this tenant
 */
export function governorOf(
  identity: string,
  { self, clock }: Pick<Io, 'self' | 'clock'>,
  onWait: (wait: Wait) => void,
): Governor {
  const known = governors.get(self) ?? new Map<string, Governor>();
  governors.set(self, known);
  const governor = known.get(identity) ?? createGovernor({ onWait, ...(clock && { clock }) });
  known.set(identity, governor);
  return governor;
}

/** Runs the command that the config names for its secret, or starts the embedded tenant. @throws UserError */
export async function findTenant(settings: Settings, io: Io): Promise<TenantToOpen> {
  const { flags, config, cwd, execution } = settings;
  const target = await resolveTarget({
    options: flags,
    env: io.env,
    config,
    cwd,
    execution,
    isTerminal: () => io.terminal() !== undefined,
    signal: io.interrupted,
  });
  if (target.kind === 'sandbox') return startEmbedded(target.dir, settings);
  const { url, source, environment, credential, identity } = target;
  return {
    url,
    auth: await authOf(credential),
    credential: credential.kind === 'oauth' ? 'OAuth client' : 'API key',
    header: { url, source, ...(environment !== undefined && { environment }) },
    kind: 'tenant',
    identity,
    close: async () => undefined,
  };
}

async function authOf(credential: Credential): Promise<Auth | OpenAuth> {
  if (credential.kind === 'api-key') return apiKeyAuth(credential.key);
  const { oauthAuth } = await import('../tenant/http/auth-oauth.js');
  return oauthAuth(credential);
}

async function startEmbedded(dir: string, { config }: Settings): Promise<TenantToOpen> {
  assertNoLinkInOwnFolder(dir, 'The embedded tenant');
  hideOwnFolder(config.root, dir);
  const { startSandbox } = await import('../sandbox/start.js');
  const { url, apiKey, close } = await startSandbox({ dir });
  const header = { url, source: '--sandbox', environment: 'sandbox' };
  const identity = sandboxIdentity(dir, config);
  return { url, auth: apiKeyAuth(apiKey), credential: 'API key', header, kind: 'sandbox', identity, close };
}

/** The environment that has to be confirmed, whatever named the tenant; the embedded tenant needs none. */
export function protectedEnvironmentOf(
  { environment }: Config,
  { kind }: Pick<OpenTenant, 'kind'>,
): LabelledEnvironment | undefined {
  return kind === 'tenant' && environment?.protected === true ? environment : undefined;
}
