/** Why a session came to nothing, and whether another try is worth it. */

import { failureOf } from '../failures.js';
import { authenticationFailed, meaningOf, tooManyRequests } from './close-codes.js';
import { NotUnderstood } from './session.js';
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

/** @param cause what was thrown; counts where the socket itself did not end. Anything unknown is thrown again: our bug. */
export function explain(end: SocketEnd | undefined, cause: unknown, about: Circumstances): Trouble {
  if (end === undefined) return explainCause(cause, about);
  switch (end.kind) {
    case 'closed':
      return explainClose(end.code);
    case 'refused':
      return explainStatus(end.status, end.retryAfter);
    case 'failed':
      return explainCause(end.cause, about);
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

function explainCause(cause: unknown, { origin }: Circumstances): Trouble {
  if (cause instanceof NotUnderstood) return { kind: 'later', reason: 'its answer is not understood' };
  const failure = failureOf(cause, { method: 'WS', path: '/app', origin });
  if (failure !== undefined) {
    return {
      kind: failure.passing ? 'retry' : 'later',
      reason: failure.error.message.replace(/^WS \/app: /, ''),
    };
  }
  if (isEngineError(cause)) return explainEngineError(cause);
  if (
    cause instanceof Error &&
    /^(?:Unexpected server response|Opening handshake|Max payload|Invalid |WebSocket was closed)/.test(
      cause.message,
    )
  ) {
    return { kind: 'later', reason: 'it does not answer as an engine does' };
  }
  throw cause;
}

interface EngineError extends Error {
  readonly code: number;
}

function isEngineError(cause: unknown): cause is EngineError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number';
}

/** Aborted by the engine itself, which Qlik's own client repeats (LOCERR_GENERIC_ABORTED). */
const aborted = 15;

function explainEngineError({ code, message }: EngineError): Trouble {
  return {
    kind: code === aborted ? 'retry' : 'later',
    reason: `the engine refused: ${message.slice(0, 200)} (${code})`,
  };
}
