/**
 * How undici talks to a proxy, with the patience it lacks itself. Loaded by the dispatcher, and only where there is
 * a proxy.
 */

import type { Dispatcher, Pool } from 'undici';

type Undici = typeof import('undici');

type Connect = (params: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;

/**
 * The connections to a proxy. Where a proxy hangs up on a CONNECT, undici takes that for a broken connection to the
 * tenant and sends the CONNECT again, for ever and without a pause (7.30); where it never answers, undici waits for
 * five minutes. Here the first ends the request, and so does a silence of `connectMs`.
 */
export function proxyClients(undici: Undici, connectMs: number) {
  return (origin: URL, options: object): Pool => {
    const pool = new undici.Pool(origin, options);
    const connect = pool.connect.bind(pool) as Connect;
    return Object.assign(pool, {
      connect: (params: Dispatcher.ConnectOptions) => connectOnce(connect, params, connectMs),
    });
  };
}

async function connectOnce(
  connect: Connect,
  params: Dispatcher.ConnectOptions,
  connectMs: number,
): Promise<Dispatcher.ConnectData> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(refused('did not answer')), connectMs);
  try {
    return await connect({ ...params, signal: late.signal });
  } catch (error) {
    const hungUp = error instanceof Error && 'code' in error && error.code === 'UND_ERR_SOCKET';
    throw hungUp ? refused('hung up') : error;
  } finally {
    clearTimeout(timer);
  }
}

/** As undici calls a CONNECT that the proxy answers with anything but 200. */
function refused(problem: string): Error {
  return Object.assign(new Error(`The proxy ${problem}.`), { code: 'UND_ERR_ABORTED' });
}
