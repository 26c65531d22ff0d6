/** undici's connections to a proxy, with the time limits that it lacks itself. Loaded only where there is a proxy. */

import type { Dispatcher, Pool } from 'undici';

type Undici = typeof import('undici');

type Connect = (params: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;

/**
 * When a proxy hangs up on a CONNECT, undici (7.30) mistakes that for a broken connection to the tenant and sends the
 * CONNECT again, forever and without a pause; when the proxy never answers, undici waits five minutes. Here a hang-up
 * ends the request, and so do `connectMs` of silence.
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

/** Carries the code that undici uses for a CONNECT that the proxy answers with anything but 200. */
function refused(problem: string): Error {
  return Object.assign(new Error(`The proxy ${problem}.`), { code: 'UND_ERR_ABORTED' });
}
