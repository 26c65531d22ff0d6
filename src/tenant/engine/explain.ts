/** Why a session came to nothing, and whether another try is worth it. */

import { failureOf } from '../failures.js';
import { authenticationFailed, meaningOf, tooManyRequests } from './close-codes.js';
import { type EngineError, isEngineError, NotUnderstood } from './session.js';
import type { SocketEnd } from './socket.js';

export interface Trouble {
  /** `retry`: worth another try · `later`: a later run may succeed · `credentials`: worth one try with fresh ones. */
  readonly kind: 'retry' | 'later' | 'never' | 'credentials';
  readonly reason: string;
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
      return { kind: 'later', reason: "it answered with something that is not the engine's protocol" };
    case 'timeout':
    case 'aborted':
      return {
        kind: 'later',
        reason: `the engine did not answer within ${Math.ceil(about.timeoutMs / 1000)} s`,
      };
  }
}

function explainClose(code: number): Trouble {
  const { words, repeat } = meaningOf(code);
  return {
    kind: code === authenticationFailed ? 'credentials' : repeat,
    reason: `${words} (${code})`,
    ...(code === tooManyRequests && { slowDown: 'a-while' as const }),
  };
}

/** What answers a handshake in HTTP is the tenant's front, or a proxy on the way. */
function explainStatus(status: number, retryAfter: string | undefined): Trouble {
  if (status === 401)
    return { kind: 'credentials', reason: 'the engine does not accept the credentials (401)' };
  const reason = `the connection to the engine was refused (${status})`;
  if (status === 429) return { kind: 'retry', reason, slowDown: secondsOf(retryAfter) * 1000 };
  return { kind: [502, 503, 504].includes(status) ? 'retry' : 'never', reason };
}

function secondsOf(retryAfter: string | undefined): number {
  return /^\d{1,2}$/.test(retryAfter ?? '') ? Number(retryAfter) : 5;
}

/** Whatever else a socket fails with, its peer or something on the way did. */
const noEngine: Trouble = { kind: 'later', reason: 'it does not answer as an engine does' };

function explainCause(cause: unknown, about: Circumstances): Trouble {
  if (cause instanceof NotUnderstood) return { kind: 'later', reason: 'its answer is not understood' };
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
  };
}

/** Aborted by the engine itself, which Qlik's own client repeats (LOCERR_GENERIC_ABORTED). */
const aborted = 15;

function explainEngineError({ code, message }: EngineError): Trouble {
  const words = message === '' ? '' : `: ${message.slice(0, 200)}`;
  return { kind: code === aborted ? 'retry' : 'later', reason: `the engine refused${words} (${code})` };
}
