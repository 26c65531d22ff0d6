/** The stores that tests run over, each opened the way a run opens it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import { parseStoreAddress } from '../../src/store/location.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { openContainer } from './azurite.js';

export type Variables = Readonly<Record<string, string>>;

export interface TestStore {
  /** The config's `store`. */
  readonly address: string;
  /** What a run's environment has to hold. */
  readonly env: Variables;
  readonly open: () => Promise<Store>;
  readonly close: () => Promise<void>;
}

export const storeKinds = ['file', 's3', 's3 with a session token', 'azblob'] as const;

export type StoreKind = (typeof storeKinds)[number];

export function startTestStore(kind: StoreKind): Promise<TestStore> {
  switch (kind) {
    case 'file':
      return startFolder();
    case 's3':
    case 's3 with a session token':
      return startBucket(kind);
    case 'azblob':
      return startContainer();
  }
}

async function startFolder(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-store-'));
  const address = pathToFileURL(join(folder, 'store')).href;
  const close = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
  return { address, env: {}, open: () => openAt(address, {}), close };
}

async function startBucket(kind: StoreKind): Promise<TestStore> {
  const running = await startStore({ apiKey: 'control' });
  const address = running.address.replace('?', '/ci/prod?');
  const env = envOf(kind === 's3' ? running : running.temporary);
  return { address, env, open: () => openAt(address, env), close: running.close };
}

async function startContainer(): Promise<TestStore> {
  const { address, sas } = await openContainer();
  const env = { AZURE_STORAGE_SAS_TOKEN: sas('rcwdl', 24 * 60) };
  return { address, env, open: () => openAt(address, env), close: async () => undefined };
}

export function envOf(keys: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}): Variables {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken !== undefined && { AWS_SESSION_TOKEN: keys.sessionToken }),
  };
}

export function openAt(address: string, env: Variables, timeoutMs?: number): Promise<Store> {
  const options = { address, env, proxies: {}, userAgent: 'qlik-sync/test', timeoutMs };
  return openStore(parseStoreAddress(address, env), options);
}

/** Asks the sandbox's store to behave otherwise. */
export async function control(
  { endpoint }: Pick<RunningStore, 'endpoint'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await fetch(`${endpoint}/__sandbox/${path}`, {
    method,
    headers: { authorization: 'Bearer control' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}
