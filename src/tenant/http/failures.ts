/** Explains errors of the network, TLS and HTTP layers, for the transport and the engine's socket. */

import { TenantError } from '../../core/errors.js';
import { ConnectError } from './connect.js';
import { codeOf, explainTls, explainUnreached, type Kind } from './connect-failures.js';
import { explainProxy } from './proxy-failures.js';

/** A request without an answer, or without a complete one. */
export interface Failure {
  readonly error: TenantError;
  /** Whether it helps to send it again at once, provided that does no harm. */
  readonly transient: boolean;
  /** `no`: no connection could be made. */
  readonly sent: 'no' | 'perhaps';
  /** How many milliseconds a proxy asks to wait before another try. */
  readonly waitMs?: number;
}

export interface Target {
  readonly method: string;
  readonly path: string;
  readonly origin: string;
}

/** Explains an error of the network, TLS or HTTP layer; `undefined` for anything else, which is a bug of this tool. */
export function failureOf(cause: unknown, target: Target): Failure | undefined {
  if (cause instanceof ConnectError) return explainConnect(cause, target);
  const code = codeOf(cause);
  const kind = kinds.find((candidate) => candidate.codes.test(code));
  if (kind === undefined) return undefined;
  const hint = target.method === 'GET' ? kind.hint : `${kind.hint} ${unsure}`;
  const transient = kind.code === 'reset';
  const error = failed(target, kind.code, `${kind.message(target.origin)} (${code}).`, hint);
  return { error, transient, sent: 'perhaps' };
}

const unsure = 'The change may have been made anyway; run again to see.';

/** The error of a request that got no usable answer. */
export function failed(target: Target, code: string, message: string, hint: string): TenantError {
  const { method, path } = target;
  return new TenantError(`${method} ${path}: ${message}`, { method, path, code, hint });
}

function explainConnect({ problem }: ConnectError, target: Target): Failure {
  if (problem.at === 'proxy') {
    const { message, hint, transient, waitMs } = explainProxy(problem);
    const error = failed(target, 'proxy', message, hint);
    return { error, transient, sent: 'no', ...(waitMs !== undefined && { waitMs }) };
  }
  const { origin } = target;
  const found = explainUnreached(problem.cause, origin);
  if (found !== undefined) {
    const { code, message, hint, transient } = found;
    return { error: failed(target, code, message, hint), transient, sent: 'no' };
  }
  const { message, hint } = explainTls(problem.cause, {
    name: origin,
    ...problem,
    setting: 'the tenant URL',
  });
  return { error: failed(target, 'tls', message, hint), transient: false, sent: 'no' };
}

/** Errors once a request may have been sent. */
const kinds: readonly Kind[] = [
  {
    codes: /^(?:UND_ERR_(?:HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/,
    code: 'timeout',
    message: (name) => `${name} did not answer in time`,
    hint: 'The tenant or the connection is slow. Try again later.',
  },
  {
    codes:
      /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_SSL_.*|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
    code: 'reset',
    message: (name) => `the connection to ${name} broke before the answer was complete`,
    hint: 'Something on the way closed it: the tenant, a proxy or the network.',
  },
  {
    codes: /^(?:HPE_.*|UND_ERR_HEADERS_OVERFLOW)$/,
    code: 'bad-answer',
    message: (name) => `${name} did not answer in HTTP`,
    hint: 'Is this a Qlik Cloud tenant? Check the tenant URL and its port.',
  },
  {
    codes: /^UNASKED_ANSWER$/,
    code: 'bad-answer',
    message: (name) => `${name} gave an answer that fits no request, such as a change of protocol`,
    hint: 'Is this a Qlik Cloud tenant? Check the tenant URL, and what is on the way: a proxy, a gateway.',
  },
];
