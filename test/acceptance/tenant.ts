/** A sandbox as tests look into it: its requests, its faults, and edits as a person makes them. */

import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.js';
import { apiKeyAuth } from '../../src/tenant/auth.js';
import { createExtensionsClient, type ExtensionsClient } from '../../src/tenant/extensions.js';
import { openTenant } from '../../src/tenant/http.js';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface TestTenant {
  readonly sandbox: RunningSandbox;
  readonly client: ExtensionsClient;
  /** For `run`: the pair of address and key. */
  readonly env: Readonly<Record<string, string>>;
  /** The requests since the last call, oldest first. */
  readonly takeRequests: () => Promise<readonly LoggedRequest[]>;
  /** The requests since the last `takeRequests`, left where they are: what comes meanwhile is not lost. */
  readonly seeRequests: () => Promise<readonly LoggedRequest[]>;
  readonly addFaults: (faults: readonly object[]) => Promise<void>;
  /** Takes back those that were not met. */
  readonly clearFaults: () => Promise<void>;
  readonly edit: (change: object) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openTestTenant(options: SandboxOptions = {}): Promise<TestTenant> {
  const sandbox = await startSandbox({ rate: { tier1: 1e6, tier2: 1e6 }, ...options });
  const http = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.apiKey) });
  const control = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${sandbox.url}/__sandbox/${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    sandbox,
    client: createExtensionsClient(http),
    env: { QLIK_TENANT_URL: sandbox.url, QLIK_API_KEY: sandbox.apiKey },
    takeRequests: async () => {
      const log = (await (await control('requests')).json()) as readonly LoggedRequest[];
      await control('requests', { method: 'DELETE' });
      return log;
    },
    seeRequests: async () => (await (await control('requests')).json()) as readonly LoggedRequest[],
    addFaults: async (faults) => {
      await control('faults', { method: 'POST', body: JSON.stringify(faults) });
    },
    clearFaults: async () => {
      await control('faults', { method: 'DELETE' });
    },
    edit: async (change) => {
      await control('edit', { method: 'POST', body: JSON.stringify(change) });
    },
    close: async () => {
      await http.close();
      await sandbox.close();
    },
  };
}
