/** The tenant a run is for: an address and credentials from one source, or the embedded tenant. */

import type { Config } from '../config/resolve.js';
import { resolveTarget, type Target } from '../config/target.js';
import type { TenantHeader } from '../report/report.js';
import { hideOwnFolder } from '../source/own-folder.js';
import { apiKeyAuth } from '../tenant/auth.js';
import { createExtensionsClient, type ExtensionsClient } from '../tenant/extensions.js';
import { openTenant } from '../tenant/http.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

export interface Connection {
  readonly extensions: ExtensionsClient;
  readonly header: TenantHeader;
  readonly kind: 'tenant' | 'sandbox';
  /** What a plan is bound to: the origin, or `sandbox`, whose port differs from run to run. */
  readonly identity: string;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  /** A pause that nobody would otherwise understand. */
  readonly onWait: (notice: string) => void;
  /** Ends every request. */
  readonly signal?: AbortSignal;
}

/** @throws UserError where tenant or credentials are missing or do not belong together. No request is made. */
export async function connect(settings: Settings, io: Io, options: ConnectOptions): Promise<Connection> {
  const { flags, config, cwd } = settings;
  const target = resolveTarget({ options: flags, env: io.env, config, cwd });
  if (target.kind === 'sandbox') return connectSandbox(target.dir, settings, io, options);
  return open(
    target,
    {
      url: target.url,
      source: target.source,
      ...(target.environment !== undefined && { environment: target.environment }),
    },
    io,
    options,
  );
}

async function connectSandbox(
  dir: string,
  { config }: Settings,
  io: Io,
  options: ConnectOptions,
): Promise<Connection> {
  hideOwnFolder(config.root, dir);
  const { startSandbox } = await import('../sandbox/start.js');
  const sandbox = await startSandbox({ dir });
  const header = { url: sandbox.url, source: '--sandbox', environment: 'sandbox' };
  const connection = open(sandbox, header, io, options);
  return {
    ...connection,
    kind: 'sandbox',
    identity: 'sandbox',
    close: async () => {
      await connection.close();
      await sandbox.close();
    },
  };
}

function open(
  { url, apiKey }: Pick<Target & { kind: 'tenant' }, 'url' | 'apiKey'>,
  header: TenantHeader,
  io: Io,
  options: ConnectOptions,
): Connection {
  const http = openTenant({
    url,
    auth: apiKeyAuth(apiKey),
    userAgent: `qlik-sync/${io.version}`,
    proxies: io.env,
    ...(options.signal && { signal: options.signal }),
    onWait: ({ seconds, reason }) => options.onWait(`waiting ${seconds} s: ${waitReasons[reason]}`),
  });
  return {
    extensions: createExtensionsClient(http),
    header,
    kind: 'tenant',
    identity: http.origin,
    close: () => http.close(),
  };
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
