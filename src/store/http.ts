/** An object store over HTTP, through the same transport as the tenant, with its proxies, authorities and limits. */

import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../core/errors.js';
import { isLoopback } from '../tenant/http/address.js';
import { type Answer, readRetryAfter } from '../tenant/http/answers.js';
import { createBody } from '../tenant/http/multipart.js';
import type { ProxyVariables } from '../tenant/http/proxy.js';
import { createTransport, type Signature, type Try } from '../tenant/http/transport.js';
import { type Listing, type Store, StoreError } from './store.js';

export interface HttpStoreOptions {
  /** The store as people write it, for messages. */
  readonly address: string;
  /** HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case. */
  readonly proxies: ProxyVariables;
  readonly userAgent: string;
  /** Milliseconds to wait for an answer; default 20,000. */
  readonly timeoutMs?: number | undefined;
}

export interface StoreRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below the origin, encoded, with its query. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** How one kind of object store differs from the others. */
interface Dialect {
  /** Below the origin, encoded. */
  readonly pathOf: (name: string) => string;
  /** @param after where the page before it ended */
  readonly listPath: (prefix: string, after: string | undefined) => string;
  readonly readPage: (answer: Answer) => Page;
  /** Whether a 404 means that nothing has this name, rather than that the bucket or container is missing. */
  readonly isNothing: (answer: Answer) => boolean;
  readonly explain: (answer: Answer, name: string) => StoreError;
}

export interface Page extends Listing {
  /** Where the next page begins. */
  readonly next: string | undefined;
}

/** The four verbs, over requests that `send` signs. */
export function createObjectStore(
  address: string,
  send: (request: StoreRequest) => Promise<Answer>,
  { pathOf, listPath, readPage, isNothing, explain }: Dialect,
): Omit<Store, 'close'> {
  const assertDone = (answer: Answer, name: string): void => {
    if (answer.status >= 300) throw explain(answer, name);
  };
  const isMissing = (answer: Answer): boolean => answer.status === 404 && isNothing(answer);
  return {
    address,
    async put(name, bytes, signal) {
      assertDone(await send({ method: 'PUT', path: pathOf(name), body: bytes, signal }), name);
    },
    async get(name, signal) {
      const answer = await send({ method: 'GET', path: pathOf(name), signal });
      if (isMissing(answer)) return undefined;
      assertDone(answer, name);
      return answer.body;
    },
    async list(prefix, signal) {
      const pages: Page[] = [];
      for (let after: string | undefined; ; after = pages.at(-1)?.next) {
        const answer = await send({ method: 'GET', path: listPath(prefix, after), signal });
        assertDone(answer, prefix);
        pages.push(readPage(answer));
        if (pages.at(-1)?.next === undefined) {
          const objects = pages.flatMap((page) => page.objects).filter(({ name }) => !isFolder(name));
          return { objects, now: pages[0]?.now ?? new Date() };
        }
      }
    },
    async remove(name, signal) {
      const answer = await send({ method: 'DELETE', path: pathOf(name), signal });
      if (!isMissing(answer)) assertDone(answer, name);
    },
  };
}

/** An empty object that programs put which show a bucket as a disk, and touch with each file below it; no run gives such a name. */
function isFolder(name: string): boolean {
  return name === '' || name.endsWith('/');
}

interface StoreHttp {
  /**
   * Repeats transient failures, since every verb may be repeated.
   *
   * @throws StoreError without an answer; the signal's reason
   */
  send(request: StoreRequest, sign: (request: StoreRequest) => Promise<Signature>): Promise<Answer>;
  close(): Promise<void>;
}

const tries = 4;

/** For requests without an answer in time: both tries together end before the lock's last heartbeat is too old. */
const silentTries = 2;

const usualTimeoutMs = 20_000;

/** The largest archive that Qlik takes has 30 MB; a journal of 10,000 changes about 10. */
const maxBytes = 256 * 2 ** 20;

export function openStoreHttp(origin: string, options: HttpStoreOptions): StoreHttp {
  const { address, proxies, userAgent, timeoutMs = usualTimeoutMs } = options;
  assertSafe(origin, address);
  const transport = createTransport(origin, { proxies, userAgent, timeoutMs, early: 'all' });
  const tryOnce = async (request: StoreRequest, signature: Signature): Promise<Try> => {
    const { method, path, body, signal } = request;
    const sent = body === undefined ? {} : { body: createBody('application/octet-stream', [body]) };
    return transport.tryOnce({ method, path, ...sent, maxBytes, read: () => undefined }, signature, signal);
  };
  return {
    async send(request, sign) {
      for (let count = 1; ; count += 1) {
        const ended = await tryOnce(request, await sign(request));
        const pause = count < triesAfter(ended) ? pauseAfter(ended, count) : undefined;
        if (pause === undefined) return answerOf(ended, address);
        const { signal } = request;
        await sleep(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
      }
    },
    close: () => transport.close(),
  };
}

function assertSafe(origin: string, address: string): void {
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw new UserError(
    `The endpoint of the store ${address} is plain http, which would expose what it holds.`,
    {
      hint: 'Use https; plain http is accepted for loopback addresses only.',
    },
  );
}

const longestPauseMs = 5_000;

function triesAfter(ended: Try): number {
  return ended.kind === 'failure' && ended.failure.error.code === 'timeout' ? silentTries : tries;
}

/** Milliseconds until another try; `undefined` if none would help. */
function pauseAfter(ended: Try, count: number): number | undefined {
  const backoff = 100 * 3 ** (count - 1) * (0.5 + Math.random());
  if (ended.kind === 'failure') return isPassing(ended.failure.error.code) ? backoff : undefined;
  const { status, headers } = ended.answer;
  if (![408, 429, 500, 502, 503, 504].includes(status)) return undefined;
  return Math.min(longestPauseMs, Math.max(backoff, readRetryAfter(headers) ?? 0));
}

function isPassing(code: string | undefined): boolean {
  return ['timeout', 'reset', 'unreachable', 'proxy'].includes(code ?? '');
}

function answerOf(ended: Try, address: string): Answer {
  if (ended.kind === 'answer') return ended.answer;
  const { error } = ended.failure;
  const hint = error.code === 'tls' || error.code === 'proxy' ? error.hint : unreachedHint;
  throw new StoreError('unreachable', `The store ${address}: ${error.message}`, { hint, cause: error });
}

const unreachedHint =
  'Check its address, the network and the proxy variables (HTTPS_PROXY, NO_PROXY). --no-store works without it.';

/** An answer that the store does not give to a request of this kind, such as the page of a proxy. */
export function strangeAnswer(answer: Answer, address: string, what: string): StoreError {
  const { method, status } = answer;
  return new StoreError(
    'answer',
    `The store ${address}: ${method} was answered with ${status} and ${what}.`,
    {
      hint: 'Check its address and endpoint; a proxy on the way may also have changed the answer.',
    },
  );
}
