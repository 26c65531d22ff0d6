/** A sandbox as tests look into it: its requests, its faults, and edits as a person makes them. */

import { request } from 'undici';
import { type Kind, kinds, nameOf } from '../../../src/core/kind.js';
import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/start.js';
import { createExtensionsClient, type ExtensionsClient } from '../../../src/tenant/extensions.js';
import { apiKeyAuth } from '../../../src/tenant/http/auth.js';
import { openTenant } from '../../../src/tenant/http/http.js';
import type { ExtensionRecord } from '../../../src/tenant/wire.js';
import { archiveFiles } from './workspace.js';
import { zipOf } from './zips.js';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A record under the name that it has here, of its kind and stem. */
export interface Held {
  readonly name: string;
  readonly record: ExtensionRecord;
}

export interface TestTenant {
  readonly sandbox: RunningSandbox;
  readonly client: ExtensionsClient;
  readonly themes: ExtensionsClient;
  readonly clients: Readonly<Record<Kind, ExtensionsClient>>;
  /** For `run`: the pair of address and key. */
  readonly env: Readonly<Record<string, string>>;
  /** The requests since the last call, oldest first. */
  readonly takeRequests: () => Promise<readonly LoggedRequest[]>;
  /** The requests since the last `takeRequests`, left where they are: what comes meanwhile is not lost. */
  readonly seeRequests: () => Promise<readonly LoggedRequest[]>;
  /** The methods of the writes among the requests since the last `takeRequests`; all of those are taken. */
  readonly takeWrites: () => Promise<readonly string[]>;
  readonly addFaults: (faults: readonly object[]) => Promise<void>;
  /** Takes back those that were not met. */
  readonly clearFaults: () => Promise<void>;
  readonly edit: (change: object) => Promise<void>;
  /** Puts other code into an extension, in an archive of another program's. */
  readonly editByHand: (name: string, code?: string) => Promise<void>;
  /** Of all that it holds, sorted. */
  readonly names: () => Promise<readonly (string | null | undefined)[]>;
  readonly find: (name: string) => Promise<ExtensionRecord | undefined>;
  /** All that it holds of both kinds, also where a name is held twice. */
  readonly records: () => Promise<readonly Held[]>;
  /** The same by name. */
  readonly held: () => Promise<ReadonlyMap<string, ExtensionRecord>>;
  /** As somebody else would. */
  readonly remove: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

type Method = 'GET' | 'POST' | 'DELETE';

export async function openTestTenant(options: SandboxOptions = {}): Promise<TestTenant> {
  const sandbox = await startSandbox({ rate: { tier1: 1e6, tier2: 1e6 }, ...options });
  const http = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.apiKey) });
  // Tests ask often, and fetch takes longer than the sandbox does.
  const control = async (path: string, method: Method = 'GET', body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await request(`${sandbox.url}/__sandbox/${path}`, { method, headers, ...sent });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const seeRequests = async () => (await control('requests')) as readonly LoggedRequest[];
  const client = createExtensionsClient(http);
  const themes = createExtensionsClient(http, 'theme');
  const takeRequests = async (): Promise<readonly LoggedRequest[]> => {
    const log = await seeRequests();
    await control('requests', 'DELETE');
    return log;
  };
  const edit = async (change: object): Promise<void> => {
    await control('edit', 'POST', change);
  };
  const find = async (name: string): Promise<ExtensionRecord | undefined> =>
    (await client.list()).find(({ qextFilename }) => qextFilename === name);
  const clients = { extension: client, theme: themes };
  const records = async (): Promise<readonly Held[]> => {
    const lists = kinds.map(async (kind) =>
      (await clients[kind].list()).map((record) => ({
        name: nameOf(kind, record.qextFilename ?? ''),
        record,
      })),
    );
    return (await Promise.all(lists)).flat();
  };
  return {
    sandbox,
    client,
    themes,
    clients,
    env: { QLIK_TENANT_URL: sandbox.url, QLIK_API_KEY: sandbox.apiKey },
    takeRequests,
    seeRequests,
    takeWrites: async () =>
      (await takeRequests()).filter(({ method }) => method !== 'GET').map(({ method }) => method),
    addFaults: async (faults) => {
      await control('faults', 'POST', faults);
    },
    clearFaults: async () => {
      await control('faults', 'DELETE');
    },
    edit,
    editByHand: async (name, code = 'somebody was here\n') => {
      const file = await zipOf({ ...archiveFiles(name), [`${name}.js`]: code });
      await edit({ name, file: file.toString('base64'), filename: 'by-hand.zip' });
    },
    names: async () => (await client.list()).map(({ qextFilename }) => qextFilename).sort(),
    find,
    records,
    held: async () => new Map((await records()).map(({ name, record }) => [name, record])),
    remove: async (name) => {
      const record = await find(name);
      if (record === undefined) throw new Error(`there is no ${name} on the tenant`);
      await client.remove(record.id);
    },
    close: async () => {
      await http.close();
      await sandbox.close();
    },
  };
}
