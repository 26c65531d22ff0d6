/** Why a session with the engine failed, and whether another try may succeed. */

import { failureOf } from '../http/failures.js';
import { longestWait } from '../http/sender.js';
import type { Halts } from './reading.js';
import { type EngineError, isEngineError, UnexpectedAnswer, UnknownUse } from './session.js';
import type { SocketEnd } from './socket.js';

export interface Trouble {
  /** `retry`: another try may succeed · `later`: a later run may · `credentials`: one try with fresh ones may. */
  readonly kind: 'retry' | 'later' | 'never' | 'credentials';
  readonly reason: string;
  readonly halts: Halts;
  /** How many milliseconds no session should be opened; `a-while` if the engine names no time. */
  readonly slowDown?: number | 'a-while';
}

interface Circumstances {
  readonly origin: string;
  readonly timeoutMs: number;
}

/**
 * @param end how the socket ended; `undefined` while it is open, when `cause` counts instead
 * @throws `cause` if no peer can have caused it, which is a bug of this tool
 */
export function explain(end: SocketEnd | undefined, cause: unknown, about: Circumstances): Trouble {
  if (end === undefined) return explainCause(cause, about);
  switch (end.kind) {
    case 'closed':
      return explainClose(end.code);
    case 'refused':
      return explainStatus(end.status, end.waitMs);
    case 'failed':
      return explainNetwork(end.cause, about) ?? noEngine;
    case 'garbled':
      return {
        kind: 'later',
        reason: "it answered with something that is not the engine's protocol",
        halts: 'repeated',
      };
    case 'timeout':
    case 'aborted':
      return {
        kind: 'later',
        reason: `the engine did not answer within ${Math.ceil(about.timeoutMs / 1000)} s`,
        halts: 'repeated',
      };
  }
}

function explainClose(code: number): Trouble {
  const { words, repeat } = meaningOf(code);
  return {
    kind: code === authenticationFailed ? 'credentials' : repeat,
    reason: `${words} (${code})`,
    halts: isAboutOne(code) ? 'never' : 'repeated',
    ...(code === tooManyRequests && { slowDown: 'a-while' as const }),
  };
}

/** A handshake that is answered in HTTP was answered by the tenant's gateway, or by a proxy on the way. */
function explainStatus(status: number, waitMs: number | undefined): Trouble {
  const halts = 'repeated';
  if (status === 401) {
    return { kind: 'credentials', reason: 'the engine does not accept the credentials (401)', halts };
  }
  const reason = `the connection to the engine was refused (${status})`;
  if (status === 429) return explainRefusal(reason, waitMs ?? waitWithoutRetryAfter);
  return { kind: [502, 503, 504].includes(status) ? 'retry' : 'never', reason, halts };
}

/** Milliseconds. Qlik always sends Retry-After with a 429; without it, something in between refused. */
const waitWithoutRetryAfter = 5000;

function explainRefusal(reason: string, wait: number): Trouble {
  if (wait <= longestWait) return { kind: 'retry', reason, halts: 'repeated', slowDown: wait };
  const seconds = Math.ceil(wait / 1000);
  return { kind: 'later', reason: `${reason}, for the next ${seconds} s`, halts: 'at-once' };
}

/** For any other socket error: its peer, or something on the way, caused it. */
const noEngine: Trouble = {
  kind: 'later',
  reason: 'it does not answer as an engine does',
  halts: 'repeated',
};

function explainCause(cause: unknown, about: Circumstances): Trouble {
  if (cause instanceof UnexpectedAnswer) {
    return { kind: 'later', reason: 'its answer is not understood', halts: 'never' };
  }
  if (cause instanceof UnknownUse) {
    const ofTheme = cause.message === 'appprops';
    const reason = ofTheme
      ? 'it does not say which theme it has'
      : 'a master item does not say what draws it';
    return { kind: 'never', reason, halts: 'never' };
  }
  if (isEngineError(cause)) return explainEngineError(cause);
  const trouble = explainNetwork(cause, about);
  if (trouble === undefined) throw cause;
  return trouble;
}

function explainNetwork(cause: unknown, { origin }: Circumstances): Trouble | undefined {
  const failure = failureOf(cause, { method: 'WS', path: '/app', origin });
  if (failure === undefined) return undefined;
  return {
    kind: failure.transient ? 'retry' : 'later',
    reason: failure.error.message.replace(/^WS \/app: /, ''),
    halts: 'repeated',
    ...(failure.waitMs !== undefined && { slowDown: Math.min(failure.waitMs, longestWait) }),
  };
}

/** LOCERR_GENERIC_ABORTED: the engine aborted the request; Qlik's own client repeats it. */
const aborted = 15;

/** Not found, denied, corrupt or too large: a later run would get the same (`LocalizedErrorCode`, Qlik's engine schema). */
const lasting: ReadonlySet<number> = new Set([2, 5, 11, 1003, 1007, 1015, 1016]);

function explainEngineError({ code, message }: EngineError): Trouble {
  const words = message === '' ? '' : `: ${JSON.stringify(message.slice(0, 200))}`;
  const reason = `the engine refused${words} (${code})`;
  const repeat = lasting.has(code) ? 'never' : 'later';
  return { kind: code === aborted ? 'retry' : repeat, reason, halts: 'never' };
}

interface CloseMeaning {
  readonly words: string;
  /** `retry`: another try may succeed · `later`: a later run may · `never`: a person has to change something first. */
  readonly repeat: 'retry' | 'later' | 'never';
}

/** These codes concern one app or session; after any other code, the next app is likely to get the same. */
const aboutOne: ReadonlySet<number> = new Set([4001, 4002, 4004, 4007, 4203, 4204, 4222, 4230]);

function isAboutOne(code: number): boolean {
  return aboutOne.has(code);
}

/** The codes with which Qlik's engine and its proxy close a WebSocket. */
const meanings: Readonly<Record<number, CloseMeaning>> = {
  1001: { words: 'the engine went away', repeat: 'retry' },
  1006: { words: 'the connection to the engine broke', repeat: 'retry' },
  1011: { words: 'the engine failed', repeat: 'later' },
  1012: { words: 'the engine restarts', repeat: 'retry' },
  1013: { words: 'the engine asked to try again later', repeat: 'retry' },
  4001: { words: 'the engine ended an idle session', repeat: 'later' },
  4002: { words: 'the licence does not allow it', repeat: 'never' },
  4003: { words: 'the engine is shutting down', repeat: 'retry' },
  4004: { words: 'the app was deleted', repeat: 'never' },
  4005: { words: 'the limit of sessions is reached', repeat: 'later' },
  4006: { words: 'the engine does not accept the credentials', repeat: 'never' },
  4007: { words: "the app's mode changed", repeat: 'later' },
  4203: { words: 'no permission to open it', repeat: 'never' },
  4204: { words: 'the engine does not find it', repeat: 'never' },
  4205: { words: 'too many requests to the engine', repeat: 'retry' },
  4206: { words: 'a network error on the way to the engine', repeat: 'retry' },
  4210: { words: 'a service that the engine needs failed', repeat: 'later' },
  4211: { words: 'a service that the engine needs is not available', repeat: 'retry' },
  4220: { words: 'the engine failed', repeat: 'later' },
  4222: { words: 'the session no longer exists', repeat: 'later' },
  4230: { words: 'the user is not entitled to open it', repeat: 'never' },
  4240: { words: 'no engine is free', repeat: 'retry' },
};

const authenticationFailed = 4006;

const tooManyRequests = 4205;

function meaningOf(code: number): CloseMeaning {
  return meanings[code] ?? { words: 'the engine closed the connection', repeat: 'later' };
}
