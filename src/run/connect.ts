/** The tenant a run is for: an address and credentials from one source, or the embedded tenant. */

import type { Config } from '../config/resolve.js';
import type { Credential } from '../config/tenant/credential.js';
import { sandboxIdentity } from '../config/tenant/sandbox-place.js';
import { resolveTarget } from '../config/tenant/target.js';
import type { TenantHeader } from '../report/run-header.js';
import { hideOwnFolder } from '../source/own-folder.js';
import { createExtensionsClient, type ExtensionsClient } from '../tenant/extensions.js';
import { createGovernor, type Governor, type Wait } from '../tenant/governor.js';
import { tenantOrigin } from '../tenant/http/address.js';
import { type Auth, apiKeyAuth, type OpenAuth } from '../tenant/http/auth.js';
import { openTenant, type TenantHttp } from '../tenant/http/http.js';
import { type Io, type Notices, openNotices } from './io.js';
import type { Settings } from './settings.js';

export interface Connection {
  readonly extensions: ExtensionsClient;
  /** For the other APIs of the same tenant; one governor for all of them. */
  readonly http: TenantHttp;
  readonly header: TenantHeader;
  readonly kind: 'tenant' | 'sandbox';
  /** What a plan is bound to: the origin, or what the embedded tenant is called, whose port differs from run to run. */
  readonly identity: string;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  /** A pause that nobody would otherwise understand. */
  readonly onWait: (notice: string) => void;
  /** Ends every request. */
  readonly signal?: AbortSignal;
  /** Absent: the connection has a governor of its own. */
  readonly governorFor?: GovernorFor;
}

/** A tenant with the way to sign in, to which no request was made yet. */
export interface SignInTarget {
  readonly url: string;
  readonly auth: Auth | OpenAuth;
  /** What people call the credential. */
  readonly credential: 'API key' | 'OAuth client';
  readonly header: TenantHeader;
  readonly kind: 'tenant' | 'sandbox';
  /** The origin, or what `sandboxIdentity` says. */
  readonly identity: string;
  /** Ends the embedded tenant. */
  readonly close: () => Promise<void>;
}

/** @throws UserError where tenant or credentials are missing or do not belong together. No request is made. */
export async function connect(settings: Settings, io: Io, options: ConnectOptions): Promise<Connection> {
  const { url, auth, header, kind, identity, close } = await findSignInTarget(settings, io);
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
    ...(options.governorFor && { governor: options.governorFor(tenantOrigin(url), onWait) }),
    onWait,
  });
  return {
    extensions: createExtensionsClient(http),
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

/** Runs what the config names for its secret, or starts the embedded tenant. @throws UserError */
export async function findSignInTarget(settings: Settings, io: Io): Promise<SignInTarget> {
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
  if (target.kind === 'sandbox') return openSandbox(target.dir, settings);
  const { url, source, environment, credential } = target;
  return {
    url,
    auth: await authOf(credential),
    credential: credential.kind === 'oauth' ? 'OAuth client' : 'API key',
    header: { url, source, ...(environment !== undefined && { environment }) },
    kind: 'tenant',
    identity: tenantOrigin(url),
    close: async () => undefined,
  };
}

async function authOf(credential: Credential): Promise<Auth | OpenAuth> {
  if (credential.kind === 'api-key') return apiKeyAuth(credential.key);
  const { oauthAuth } = await import('../tenant/http/auth-oauth.js');
  return oauthAuth(credential);
}

async function openSandbox(dir: string, { config }: Settings): Promise<SignInTarget> {
  hideOwnFolder(config.root, dir);
  const { startSandbox } = await import('../sandbox/start.js');
  const { url, apiKey, close } = await startSandbox({ dir });
  const header = { url, source: '--sandbox', environment: 'sandbox' };
  const identity = sandboxIdentity(dir, config);
  return { url, auth: apiKeyAuth(apiKey), credential: 'API key', header, kind: 'sandbox', identity, close };
}

const waitReasons = {
  limit: "Qlik's rate limit is reached",
  refused: 'the tenant asked to slow down (429)',
  repeat: 'a read failed and is repeated',
} as const;

/** The environment in use, whose name has to be confirmed whatever named the tenant; the embedded one needs none. */
export function protectedBy({ environment }: Config, { kind }: Connection): string | undefined {
  return kind === 'tenant' && environment?.protected === true ? environment.name : undefined;
}

// Work at one tenant: its connection, given back at the end, and a voice for the pauses that it makes.

/** @throws UserError where the credentials are not to be had, and what the work throws */
export async function withConnection<T>(
  site: Site,
  work: (place: RunPlace, notices: Notices) => Promise<T>,
): Promise<T> {
  const { settings, io } = site;
  const notices = openNotices(io.stderr);
  const connection = await connect(settings, io, { onWait: notices.say, ...sharedBy(site) });
  try {
    return await work({ settings, connection, io }, notices);
  } finally {
    await connection.close();
  }
}

// Where a command works: one environment, alone or beside others.

export interface Site {
  readonly settings: Settings;
  readonly io: Io;
  /** Absent: the connection has a governor of its own. */
  readonly governorFor?: GovernorFor;
}

/** The one governor of a tenant, whose limits all environments of a command share. @param origin of the tenant */
export type GovernorFor = (origin: string, onWait: (wait: Wait) => void) => Governor;

/** What a connection takes from its site. */
export function sharedBy({ governorFor }: Site): Pick<Site, 'governorFor'> {
  return governorFor === undefined ? {} : { governorFor };
}

/** Where a run reads from and writes to, and what it may know of itself. */
export interface RunPlace {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly io: Io;
}

/** One governor a tenant, told of by whichever of its environments came first. */
export function openGovernors(): GovernorFor {
  const governors = new Map<string, Governor>();
  return (origin, onWait) => {
    const governor = governors.get(origin) ?? createGovernor({ onWait });
    governors.set(origin, governor);
    return governor;
  };
}
