/** Starts and stops the sandbox. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { OrganizationTenant } from '../tenant/wire/organization.js';
import type { CspEntries } from './csp/entries.js';
import { resolveEngine } from './engine/rules.js';
import { serveEngine } from './engine/upgrade.js';
import type { Extensions } from './extensions/records.js';
import { createFaultList } from './faults.js';
import { createHolds } from './holds.js';
import { createRequestLog } from './http/log.js';
import { createLimiter } from './http/rate.js';
import { seedPeople, seedWorld } from './items/seed.js';
import { createListener } from './listener.js';
import { createTokens } from './oauth/tokens.js';
import { type RunningSandbox, resolveBehaviour, type SandboxOptions } from './options.js';
import { startOrganization } from './organization.js';
import type { Sandbox } from './sandbox.js';
import { diskArchives, memoryArchives } from './state/archives.js';
import { diskDocument } from './state/disk.js';
import { memoryDocument } from './state/document.js';
import { diskIdentity, type Identity, newIdentity } from './state/identity.js';
import type { StoreAccess } from './store/start-store.js';

export type { RunningSandbox, SandboxOptions } from './options.js';

/** Qlik's documented limits. */
const documentedRate = { tier1: 1000, tier2: 100 };

const documentedTokenSeconds = 21_600;

const loopback = '127.0.0.1';

/** Serves on 127.0.0.1 until `close`. Rejects when the port is taken or the folder cannot be used. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  let listed: readonly OrganizationTenant[] = [];
  const isConsole = options.organization !== undefined;
  const sandbox = { ...openSandbox(options), ...(isConsole && { organization: () => listed }) };
  const { handle, idle } = createListener(sandbox);
  const server = await listen(handle, options.port ?? 0);
  const engine = serveEngine(server, sandbox);
  const { port } = server.address() as AddressInfo;
  const { tokens: _, ...keys } = sandbox.keys;
  const organization = isConsole ? await startOrganization(startSandbox, options, keys) : undefined;
  listed = organization?.tenants ?? [];
  const store = options.store === 'served' ? await serveStore(options, keys.apiKey) : undefined;
  return {
    url: `http://${loopback}:${port}`,
    ...keys,
    ...(store && { store: store.access }),
    ...(organization && { tenants: organization.tenants }),
    close: async () => {
      await organization?.close();
      await store?.close();
      const closed = new Promise((resolve) => server.close(resolve));
      engine.end();
      server.closeAllConnections();
      await closed;
      await sandbox.holds.release();
      await idle();
    },
  };
}

interface ServedStore {
  readonly access: StoreAccess;
  readonly close: () => Promise<void>;
}

async function serveStore({ dir, latencyMs, clock }: SandboxOptions, apiKey: string): Promise<ServedStore> {
  const { startStore } = await import('./store/start-store.js');
  const { close, ...access } = await startStore({
    ...{ apiKey, dir: dir === undefined ? undefined : join(dir, 'store') },
    ...(latencyMs !== undefined && { latencyMs }),
    ...(clock !== undefined && { clock }),
  });
  return { access, close };
}

function openSandbox(options: SandboxOptions): Sandbox {
  const { dir, seed = 1, clock = Date.now, rate = documentedRate, windowSeconds = 60 } = options;
  const identity = dir === undefined ? newIdentity(seed) : diskIdentity(dir, seed);
  return {
    ...openState(dir, identity, options.engine?.apps),
    keys: {
      ...identity.keys,
      apiKey: options.apiKey ?? identity.keys.apiKey,
      userKey: options.userKey ?? identity.keys.userKey,
      clientId: options.client?.id ?? identity.keys.clientId,
      clientSecret: options.client?.secret ?? identity.keys.clientSecret,
      tokens: createTokens(options.tokenSeconds ?? documentedTokenSeconds, clock),
    },
    people: seedPeople(identity.seed),
    behaviour: resolveBehaviour(options),
    engine: resolveEngine(identity.seed, options.engine),
    latencyMs: options.latencyMs ?? 0,
    clock,
    limiter: createLimiter({ rate, windowSeconds, clock }),
    faults: createFaultList(),
    holds: createHolds(),
    log: createRequestLog(),
  };
}

function openState(
  dir: string | undefined,
  { seed }: Identity,
  apps: number | undefined,
): Pick<Sandbox, 'extensions' | 'themes' | 'world' | 'csp' | 'archives'> {
  const noExtensions = (): Extensions => ({ records: [], gone: [] });
  const noEntries = (): CspEntries => [];
  const seeded = () => seedWorld(seed, apps);
  if (dir === undefined) {
    return {
      extensions: memoryDocument(noExtensions),
      themes: memoryDocument(noExtensions),
      world: memoryDocument(seeded),
      csp: memoryDocument(noEntries),
      archives: memoryArchives(),
    };
  }
  return {
    extensions: diskDocument(join(dir, 'extensions.json'), noExtensions),
    themes: diskDocument(join(dir, 'themes.json'), noExtensions),
    world: diskDocument(join(dir, 'items.json'), seeded),
    csp: diskDocument(join(dir, 'csp-origins.json'), noEntries),
    archives: diskArchives(join(dir, 'archives')),
  };
}

function listen(handle: RequestListener, port: number): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handle);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => resolve(server));
  });
}
