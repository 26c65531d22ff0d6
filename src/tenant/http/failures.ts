/** Explains errors of the network, TLS and HTTP layers, for the transport and the engine's socket. */

import { TenantError } from '../../core/errors.js';

/** A request that got no answer, or no complete one. */
export interface Failure {
  readonly error: TenantError;
  /** Whether it helps to send a read again at once. */
  readonly transient: boolean;
}

export interface Target {
  readonly method: string;
  readonly path: string;
  readonly origin: string;
}

/** Explains an error of the network, TLS or HTTP layer; `undefined` for anything else, which is a bug of this tool. */
export function failureOf(cause: unknown, target: Target): Failure | undefined {
  const code = codeOf(cause);
  const kind = kinds.find((candidate) => candidate.codes.test(code));
  if (kind === undefined) return undefined;
  const lost = kind.code === 'timeout' || kind.code === 'reset';
  const hint = lost && target.method !== 'GET' ? `${kind.hint} ${unsure}` : kind.hint;
  const transient = kind.code === 'reset' || code === 'UND_ERR_CONNECT_TIMEOUT';
  return { error: failed(target, kind.code, `${kind.message(target.origin)} (${code}).`, hint), transient };
}

const unsure = 'The change may have been made anyway; run again to see.';

/** The error of a request that got no usable answer. */
export function failed(target: Target, code: string, message: string, hint: string): TenantError {
  const { method, path } = target;
  return new TenantError(`${method} ${path}: ${message}`, { method, path, code, hint });
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.name === 'HTTPParserError' ? 'HPE_INVALID' : '';
}

interface Kind {
  readonly codes: RegExp;
  readonly code: string;
  readonly message: (origin: string) => string;
  readonly hint: string;
}

const kinds: readonly Kind[] = [
  {
    codes: /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    code: 'timeout',
    message: (origin) => `${origin} could not be reached in time`,
    hint: 'Check the network, a VPN or the proxy variables (HTTPS_PROXY, NO_PROXY).',
  },
  {
    codes: /^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/,
    code: 'timeout',
    message: (origin) => `${origin} did not answer in time`,
    hint: 'The tenant or the connection is slow. Try again later.',
  },
  {
    codes: /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    code: 'reset',
    message: (origin) => `the connection to ${origin} broke before the answer was complete`,
    hint: 'Something on the way closed it: the tenant, a proxy or the network.',
  },
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN|ENODATA)$/,
    code: 'not-found-host',
    message: (origin) => `no address is known for ${origin}`,
    hint: 'Check the spelling of the tenant URL, the network, and whether a proxy is needed (HTTPS_PROXY).',
  },
  {
    codes: /^ECONNREFUSED$/,
    code: 'refused',
    message: (origin) => `${origin} refused the connection`,
    hint: 'Nothing listens there: check the tenant URL, its port and the proxy variables, or start the sandbox.',
  },
  {
    codes: /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/,
    code: 'unreachable',
    message: (origin) => `there is no way to ${origin}`,
    hint: 'Check the network, a VPN, a firewall or the proxy variables (HTTPS_PROXY, NO_PROXY).',
  },
  {
    codes: /^(?:UND_ERR_ABORTED|UND_ERR_PRX_TLS|UND_ERR_SOCKS5.*)$/,
    code: 'proxy',
    message: (origin) => `the proxy did not connect to ${origin}`,
    hint: 'Check HTTPS_PROXY, its credentials, and whether NO_PROXY should name the tenant.',
  },
  {
    codes:
      /^(?:EPROTO|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|.*_CERT_.*|.*SELF_SIGNED_CERT.*|UNABLE_TO_.*|HOSTNAME_MISMATCH)$/,
    code: 'tls',
    message: (origin) => `no secure connection to ${origin}`,
    hint: 'If your network inspects TLS, point NODE_EXTRA_CA_CERTS at its certificate authority.',
  },
  {
    codes: /^(?:HPE_.*|UND_ERR_HEADERS_OVERFLOW)$/,
    code: 'bad-answer',
    message: (origin) => `${origin} did not answer in HTTP`,
    hint: 'Is this a Qlik Cloud tenant? Check the tenant URL and its port.',
  },
];
