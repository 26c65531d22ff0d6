/** Why a session came to nothing, and whether another try is worth it. */

import { failureOf } from '../failures.js';
import { longestWait, readRetryAfter } from '../retry.js';
import { authenticationFailed, isAboutOne, meaningOf, tooManyRequests } from './close-codes.js';
import type { Halts } from './reading.js';
import { type EngineError, isEngineError, MasterItemUntold, NotUnderstood } from './session.js';
import type { SocketEnd } from './socket.js';

export interface Trouble {
  /** `retry`: worth another try · `later`: a later run may succeed · `credentials`: worth one try with fresh ones. */
  readonly kind: 'retry' | 'later' | 'never' | 'credentials';
  readonly reason: string;
  readonly halts: Halts;
  /** No session should be opened for so many milliseconds; `a-while` where the engine names no time. */
  readonly slowDown?: number | 'a-while';
}

export interface Circumstances {
  readonly origin: string;
  readonly timeoutMs: number;
}

/** @param cause what was thrown; counts where the socket itself did not end. What no peer can have caused is thrown again: our bug. */
export function explain(end: SocketEnd | undefined, cause: unknown, about: Circumstances): Trouble {
  if (end === undefined) return explainCause(cause, about);
  switch (end.kind) {
    case 'closed':
      return explainClose(end.code);
    case 'refused':
      return explainStatus(end.status, end.retryAfter);
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

/** What answers a handshake in HTTP is the tenant's front, or a proxy on the way. */
function explainStatus(status: number, retryAfter: string | undefined): Trouble {
  const halts = 'repeated';
  if (status === 401)
    return { kind: 'credentials', reason: 'the engine does not accept the credentials (401)', halts };
  const reason = `the connection to the engine was refused (${status})`;
  if (status === 429) return explainRefusal(reason, readRetryAfter(retryAfter) ?? waitWithoutRetryAfter);
  return { kind: [502, 503, 504].includes(status) ? 'retry' : 'never', reason, halts };
}

/** Milliseconds. Qlik sends Retry-After with a 429 (qlik-facts); without one, something between refused. */
const waitWithoutRetryAfter = 5000;

function explainRefusal(reason: string, wait: number): Trouble {
  if (wait <= longestWait) return { kind: 'retry', reason, halts: 'repeated', slowDown: wait };
  const seconds = Math.ceil(wait / 1000);
  return { kind: 'later', reason: `${reason}, for the next ${seconds} s`, halts: 'at-once' };
}

/** Whatever else a socket fails with, its peer or something on the way did. */
const noEngine: Trouble = {
  kind: 'later',
  reason: 'it does not answer as an engine does',
  halts: 'repeated',
};

function explainCause(cause: unknown, about: Circumstances): Trouble {
  if (cause instanceof NotUnderstood)
    return { kind: 'later', reason: 'its answer is not understood', halts: 'never' };
  if (cause instanceof MasterItemUntold)
    return { kind: 'never', reason: 'a master item does not say what draws it', halts: 'never' };
  if (isEngineError(cause)) return explainEngineError(cause);
  const trouble = explainNetwork(cause, about);
  if (trouble === undefined) throw cause;
  return trouble;
}

function explainNetwork(cause: unknown, { origin }: Circumstances): Trouble | undefined {
  const failure = failureOf(cause, { method: 'WS', path: '/app', origin });
  if (failure === undefined) return undefined;
  return {
    kind: failure.passing ? 'retry' : 'later',
    reason: failure.error.message.replace(/^WS \/app: /, ''),
    halts: 'repeated',
  };
}

/** Aborted by the engine itself, which Qlik's own client repeats (LOCERR_GENERIC_ABORTED). */
const aborted = 15;

/** Not found, denied, corrupt or too large, of apps in general and this one: no later run fares better (`LocalizedErrorCode`, Qlik's engine schema). */
const lasting: ReadonlySet<number> = new Set([2, 5, 11, 1003, 1007, 1015, 1016]);

function explainEngineError({ code, message }: EngineError): Trouble {
  const words = message === '' ? '' : `: ${JSON.stringify(message.slice(0, 200))}`;
  const reason = `the engine refused${words} (${code})`;
  const repeat = lasting.has(code) ? 'never' : 'later';
  return { kind: code === aborted ? 'retry' : repeat, reason, halts: 'never' };
}
