/** `watch --json` in this process: its events, and the end of it. */

import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type InProcessOptions, runInProcess } from './in-process.js';
import type { Result, Workspace } from './workspace.js';

export interface WatchedEvent {
  readonly event: string;
  readonly name?: string;
  readonly action?: string;
  readonly message?: string;
  readonly resume?: string;
  readonly hint?: string;
  readonly deletes?: string;
  readonly ms?: number;
}

export interface Watching {
  readonly events: readonly WatchedEvent[];
  /** The next event, from now or from before, that is like this; each is given once. */
  readonly next: (like: Partial<WatchedEvent>) => Promise<WatchedEvent>;
  /** Ctrl-C, and what came of it. */
  readonly interrupt: () => Promise<Result>;
}

/** Resolves when the first look at everything is over. */
export async function startWatching(
  workspace: Workspace,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  means: Pick<InProcessOptions, 'patience'> = {},
): Promise<Watching> {
  const events: WatchedEvent[] = [];
  const unseen: WatchedEvent[] = [];
  const listeners = new Set<() => void>();
  const interrupt = new AbortController();
  const ended = runInProcess(['watch', '--json', ...args], {
    ...means,
    cwd: workspace.folder,
    env,
    interrupted: interrupt.signal,
    onStdout: (line) => {
      const event = JSON.parse(line) as WatchedEvent;
      events.push(event);
      unseen.push(event);
      for (const listener of listeners) listener();
    },
  });
  const next = (like: Partial<WatchedEvent>): Promise<WatchedEvent> =>
    Promise.race([
      ended.then((result) => {
        throw new Error(`watch ended: ${result.stderr}`);
      }),
      new Promise<WatchedEvent>((resolve) => {
        const look = (): void => {
          const index = unseen.findIndex((event) => isLike(event, like));
          const [found] = index < 0 ? [] : unseen.splice(index, 1);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    ]);
  await next({ event: 'watching' });
  return {
    events,
    next,
    interrupt: () => {
      interrupt.abort(new Error('interrupted'));
      return ended;
    },
  };
}

function isLike(event: WatchedEvent, like: Partial<WatchedEvent>): boolean {
  return Object.entries(like).every(([key, value]) => event[key as keyof WatchedEvent] === value);
}

export interface Recorder {
  readonly url: string;
  /** The bodies of all uploads that were sent, whatever was answered. */
  readonly uploads: readonly Buffer[];
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** Stands between a client and a tenant, and remembers what was sent. */
export async function startRecorder(tenantUrl: string): Promise<Recorder> {
  const uploads: Buffer[] = [];
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      requests.push(`${incoming.method} ${incoming.url}`);
      if (incoming.method === 'POST' || incoming.method === 'PATCH') uploads.push(body);
      const target = new URL(incoming.url ?? '/', tenantUrl);
      const headers = { ...incoming.headers, host: target.host };
      const forward = httpRequest(target, { method: incoming.method ?? 'GET', headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
        answer.on('aborted', () => outgoing.destroy());
      });
      forward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => forward.destroy());
      forward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uploads,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
