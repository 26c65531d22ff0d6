/**
 * Sends a request and returns its answer, by one of two clients. Everything that writes goes through undici. Until that is
 * loaded, reads go through Node's own client, which is ready in a third of the time: undici's parser is WebAssembly that
 * has to be compiled first, and a plan has only its list to read.
 */

import type { ClientRequest, IncomingMessage, Agent as NodeAgent } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { untilAborted } from './until-aborted.js';

interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Uint8Array[] | undefined;
  /** Milliseconds until an answer begins. */
  readonly headersMs: number;
  /** Milliseconds between two chunks of an answer. */
  readonly pauseMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** A body that is not read to its end ends its connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Exchange {
  send(outgoing: Outgoing): Promise<Incoming>;
  /** Closes the connections when their requests have ended. */
  close(): Promise<void>;
}

type Open = () => Promise<Socket>;

/** Which requests do not wait for undici. `all` only if each of them may be repeated. */
export type EarlyRequests = 'reads' | 'all';

export function createExchange(origin: string, open: Open, early: EarlyRequests = 'reads'): Exchange {
  let undici: Promise<Dispatcher> | undefined;
  let isUndiciThere = false;
  let node: Promise<NodeAgent> | undefined;

  function loadUndici(): Promise<Dispatcher> {
    undici ??= createUndiciAgent(open).then((agent) => {
      isUndiciThere = true;
      return agent;
    });
    return undici;
  }

  async function sendBy(outgoing: Outgoing): Promise<Incoming> {
    const { method, chunks } = outgoing;
    if (isUndiciThere || (method !== 'GET' && early === 'reads')) {
      return sendByUndici(await loadUndici(), origin, outgoing);
    }
    node ??= createNodeAgent(open);
    // After a write there are more. While it is answered, nothing else needs the processor.
    const onSent = (): void => void (chunks && loadUndici().catch(() => undefined));
    return sendByNode(await node, origin, outgoing, onSent);
  }

  return {
    send(outgoing) {
      const { signal } = outgoing;
      const sending = sendBy(outgoing);
      // Neither client ends a request whose connection is still being made.
      return signal === undefined ? sending : untilAborted(signal, sending);
    },
    async close() {
      await (await undici)?.close();
      closeIdle(await node);
    },
  };
}

async function createNodeAgent(open: Open): Promise<NodeAgent> {
  const { Agent } = await import('node:http');
  return Object.assign(new Agent({ keepAlive: true }), {
    createConnection(_asked: unknown, done: (error: Error | null, socket?: Socket) => void): void {
      open().then((socket) => done(null, socket), done);
    },
  });
}

/** The others close when their answer is complete. */
function closeIdle(agent: NodeAgent | undefined): void {
  if (agent === undefined) return;
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

async function sendByNode(
  agent: NodeAgent,
  origin: string,
  outgoing: Outgoing,
  onSent: () => void,
): Promise<Incoming> {
  const { request } = await import('node:http');
  const { method, path, headers, chunks = [], headersMs, pauseMs, signal } = outgoing;
  const { host, hostname, port } = new URL(origin);
  // The agent opens the connection, with TLS if the origin has it.
  const sent = request({
    ...{ agent, method, path, hostname, port, ...(signal && { signal }) },
    headers: { host, ...headers },
  });
  sent.once('finish', onSent);
  for (const chunk of chunks) sent.write(chunk);
  sent.end();
  const answer = await awaitAnswer(sent, headersMs);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: readWithin(answer, pauseMs),
  };
}

function awaitAnswer(sent: ClientRequest, headersMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    // Connecting has a time limit of its own.
    sent.once('socket', () => {
      timer = setTimeout(() => sent.destroy(createTimeout()), headersMs);
    });
    sent.once('response', (answer) => {
      clearTimeout(timer);
      if ((answer.statusCode ?? 0) < 200) sent.destroy(createUnasked());
      else resolve(answer);
    });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    // The listener stays: the answer may still break off, which shows when it is read.
    sent.on('error', fail);
    // A change of protocol ends the request without an event.
    sent.once('close', () => fail(createUnasked()));
  });
}

async function* readWithin(answer: IncomingMessage, pauseMs: number): AsyncGenerator<Uint8Array> {
  const timer = setTimeout(() => answer.destroy(createTimeout()), pauseMs);
  try {
    for await (const chunk of answer) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
  }
}

function createTimeout(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
}

/** An answer that fits no request: a change of protocol (101), or a status below 100. */
function createUnasked(cause?: unknown): Error {
  return Object.assign(new Error('an answer that nobody asked for', { cause }), { code: 'UNASKED_ANSWER' });
}

async function createUndiciAgent(open: Open): Promise<Dispatcher> {
  const [{ default: Agent }, { setFlagsFromString }] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('node:v8'),
  ]);
  // V8 spends 100 ms optimising undici's WebAssembly in the background, and a process waits for that at its end (measured
  // on Node 20); a command is over before it would pay off.
  setFlagsFromString('--liftoff-only');
  return new Agent({
    connect: (_asked, done) => {
      open().then(
        (socket) => done(null, socket),
        (error: Error) => done(error, null),
      );
    },
  });
}

async function sendByUndici(agent: Dispatcher, origin: string, outgoing: Outgoing): Promise<Incoming> {
  const { default: send } = await import('undici/lib/api/api-request.js');
  const { method, path, headers, chunks, headersMs, pauseMs, signal } = outgoing;
  try {
    const answer = await send.call(agent, {
      ...{ origin, method, path, headers, body: bodyOf(chunks) },
      headersTimeout: headersMs,
      bodyTimeout: pauseMs,
      ...(signal && { signal }),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  } catch (error) {
    throw isAboutAnswer(error) ? createUnasked(error) : error;
  }
}

/** A body in one piece leaves with its headers, in one call to the system; of an iterable each piece has its own. */
function bodyOf(chunks: Outgoing['chunks'] = []): Iterable<Uint8Array> | Uint8Array | null {
  return chunks.length > 1 ? chunks : (chunks[0] ?? null);
}

/** undici takes such an answer for a broken connection if it names a protocol, and otherwise throws as if for a bug. */
function isAboutAnswer(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return (
    error.code === 'ERR_ASSERTION' ||
    (error.code === 'UND_ERR_SOCKET' && /^bad (?:upgrade|response)$/.test(error.message))
  );
}
