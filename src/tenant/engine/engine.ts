/** The engine of a tenant: reads what an app contains, and retries as Qlik's close codes ask for. */

import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { type Connections, createConnections } from '../http/connect.js';
import type { TenantHttp } from '../http/http.js';
import type { ProxyVariables } from '../http/proxy.js';
import { explain, type Trouble } from './explain.js';
import type { Reading, Unopened } from './reading.js';
import { type EngineObject, loadReader, objectReader, type ReadApp, readContent } from './session.js';
import { type EngineSocket, prepareSocket, type SocketEnd } from './socket.js';

export interface EngineOptions {
  /** The only host to connect to, and the credential for it. */
  readonly tenant: Pick<TenantHttp, 'origin' | 'authorize' | 'renew'>;
  readonly userAgent?: string;
  readonly proxies?: ProxyVariables;
  /** Milliseconds that one try may take, from the handshake to the last answer; default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds before the second try, about three times as many before the third; default 400. */
  readonly pauseMs?: number;
}

/**
 * A place for one session after another. The engine counts a session until it is closed, which its own close frame
 * confirms; the connection of the next is made meanwhile, but its handshake waits.
 */
export interface Seat {
  /** Resolves when the last session is closed. */
  closed: Promise<void>;
}

export function createSeat(): Seat {
  return { closed: Promise.resolve() };
}

export interface Engine {
  /**
   * Opens an app without its data, reads what it contains and closes it at once. Makes up to three tries.
   *
   * @param seat the place of the session, which may still be closing when its content arrives; absent: it is closed by then
   * @throws the signal's reason; UserError if the credential cannot be obtained or sent
   */
  read(appId: string, signal: AbortSignal, seat?: Seat): Promise<Reading>;
  /** The same for one object and its data; the content is `undefined` if the app has no such object. */
  readObject(
    appId: string,
    objectId: string,
    signal: AbortSignal,
  ): Promise<Reading<EngineObject | undefined>>;
}

const tries = 3;

/** For all apps together: an engine that accepts no credential must not cost a token for each app. */
const mostRenewals = 8;

const connectMs = 10_000;

const appIdForm = /^[A-Za-z0-9_-]{1,64}$/;

const noAppId: Unopened = {
  kind: 'unopened',
  reason: 'its id does not have the form of an app id',
  lasts: 'lasting',
  halts: 'never',
};

/** No connection is made before the first `read`. */
export function createEngine(options: EngineOptions): Engine {
  const { tenant } = options;
  const backoff = createBackoff(options.pauseMs ?? 400);
  const connections = createConnections(tenant.origin, options.proxies ?? {}, connectMs);
  let renewals = 0;

  /** Whether another try may succeed; waits until it is time for it. */
  async function mayRetry({ trouble, authorization }: Failed, number: number, signal: AbortSignal) {
    if (number >= tries) return false;
    if (trouble.kind === 'credentials') {
      if (renewals >= mostRenewals) return false;
      renewals += 1;
      return tenant.renew(authorization);
    }
    if (trouble.kind !== 'retry') return false;
    await backoff.pause(number, trouble, signal);
    return true;
  }

  async function open<T>(
    appId: string,
    read: ReadApp<T>,
    signal: AbortSignal,
    seat?: Seat,
  ): Promise<Reading<T>> {
    if (!appIdForm.test(appId)) return noAppId;
    for (let number = 1; ; number += 1) {
      await backoff.whileSlowedDown(signal);
      const ended = await tryOnce({ ...options, connections, read, seat }, appId, signal);
      if (ended.kind === 'read') return ended;
      if (!(await mayRetry(ended, number, signal))) return reportOf(ended.trouble);
    }
  }

  return {
    read: (appId, signal, seat) => open(appId, readContent, signal, seat),
    readObject: (appId, objectId, signal) => open(appId, objectReader(objectId), signal),
  };
}

interface Try<T> extends EngineOptions {
  readonly connections: Connections;
  readonly read: ReadApp<T>;
  readonly seat: Seat | undefined;
}

interface Failed {
  readonly kind: 'failed';
  readonly trouble: Trouble;
  /** The header that was sent. */
  readonly authorization: string;
}

async function tryOnce<T>(
  { tenant, connections, userAgent = 'qlik-sync', timeoutMs = 60_000, seat, ...wanted }: Try<T>,
  appId: string,
  signal: AbortSignal,
): Promise<Failed | { readonly kind: 'read'; readonly content: T }> {
  signal.throwIfAborted();
  const { origin } = tenant;
  const authorization = await tenant.authorize(signal);
  const limit = limitTime(timeoutMs, signal);
  let socket: EngineSocket | undefined;
  try {
    const read = await loadReader(wanted.read);
    // The last step that takes time, since nothing reads the connection until the socket takes it over.
    const about = { origin, appId, authorization, userAgent, connections, signal: limit.signal };
    const [connect] = await Promise.all([prepareSocket(about), seat?.closed]);
    socket = connect();
    limit.onEnd(socket.cut);
    return { kind: 'read', content: await read(socket, appId) };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof UserError) throw cause;
    const end = (await socket?.end()) ?? (limit.signal.aborted ? ({ kind: 'timeout' } as const) : undefined);
    signal.throwIfAborted();
    const trouble = explain(end, cause, { origin, timeoutMs });
    return { kind: 'failed', authorization, trouble: withoutSecret(trouble, authorization) };
  } finally {
    limit.lift();
    const closed = socket?.close();
    if (seat === undefined) await closed;
    else if (closed !== undefined) seat.closed = closed;
  }
}

/** An engine's error message may repeat what was sent to it. */
function withoutSecret(trouble: Trouble, authorization: string): Trouble {
  const secret = authorization.slice(authorization.indexOf(' ') + 1);
  return { ...trouble, reason: trouble.reason.replaceAll(secret, '[credential]') };
}

interface Limit {
  /** Aborted when time is up or the run is. */
  readonly signal: AbortSignal;
  readonly onEnd: (cut: (end: SocketEnd) => void) => void;
  readonly lift: () => void;
}

/** Leaves no listener on the run's own signal, which thousands of sessions share. */
function limitTime(ms: number, run: AbortSignal): Limit {
  const controller = new AbortController();
  const stop = (): void => controller.abort(run.reason);
  const timer = setTimeout(stop, ms);
  run.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    onEnd(cut) {
      const end = (): void => cut({ kind: run.aborted ? 'aborted' : 'timeout' });
      if (controller.signal.aborted) end();
      else controller.signal.addEventListener('abort', end, { once: true });
    },
    lift() {
      clearTimeout(timer);
      run.removeEventListener('abort', stop);
    },
  };
}

function reportOf({ kind, reason, halts }: Trouble): Unopened {
  return { kind: 'unopened', reason, lasts: kind === 'never' ? 'lasting' : 'passing', halts };
}

interface Backoff {
  /** Waits until the time has passed for which the engine asked all sessions to slow down. */
  whileSlowedDown(signal: AbortSignal): Promise<void>;
  pause(number: number, trouble: Trouble, signal: AbortSignal): Promise<void>;
}

/** Shared by all sessions: when an engine is overloaded, each of them slows down. */
function createBackoff(pauseMs: number): Backoff {
  let until = 0;
  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  return {
    whileSlowedDown: (signal) => wait(until - performance.now(), signal),
    async pause(number, { slowDown }, signal) {
      const backoff = pauseMs * 3 ** (number - 1) * (1 + Math.random());
      const rest = slowDown === 'a-while' ? 3 * pauseMs : (slowDown ?? 0);
      until = Math.max(until, performance.now() + rest);
      await wait(backoff, signal);
    },
  };
}
