/** Explains why a host, a tenant or a proxy could not be connected to: each kind of fault has a remedy of its own. */

import type { SystemAuthorities } from './connect.js';

interface Unreached {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly transient: boolean;
}

/** The host that could not be connected to; `undefined` if TLS failed. */
export function explainUnreached(cause: unknown, name: string): Unreached | undefined {
  const code = codeOf(cause);
  const kind = unreachedKinds.find((candidate) => candidate.codes.test(code));
  if (kind === undefined) return undefined;
  const { code: own, message, hint, passing } = kind;
  return { code: own, message: `${message(name)} (${code}).`, hint, transient: passing };
}

export function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.name === 'HTTPParserError' ? 'HPE_INVALID' : '';
}

export interface Kind {
  readonly codes: RegExp;
  readonly code: string;
  readonly message: (name: string) => string;
  readonly hint: string;
}

/** Errors while a connection is made; after any of them it is certain that no request was sent. */
const unreachedKinds: readonly (Kind & { readonly passing: boolean })[] = [
  {
    codes: /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    code: 'unreachable',
    message: (name) => `${name} could not be reached in time`,
    hint: 'Check the network, a VPN or the proxy variables (HTTPS_PROXY, NO_PROXY).',
    passing: true,
  },
  {
    codes: /^(?:ECONNRESET|EPIPE|ECONNABORTED)$/,
    code: 'unreachable',
    message: (name) => `the connection to ${name} broke while it was made`,
    hint: 'Something on the way closed it: the tenant, a proxy or the network.',
    passing: true,
  },
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|ENODATA)$/,
    code: 'not-found-host',
    message: (name) => `no address is known for ${name}`,
    hint: 'Check the spelling of the tenant URL, the network, and whether a proxy is needed (HTTPS_PROXY).',
    passing: false,
  },
  {
    codes: /^ECONNREFUSED$/,
    code: 'refused',
    message: (name) => `${name} refused the connection`,
    hint: 'Nothing listens there: check the tenant URL, its port and the proxy variables, or start the sandbox.',
    passing: false,
  },
  {
    codes: /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/,
    code: 'unreachable',
    message: (name) => `there is no way to ${name}`,
    hint: 'Check the network, a VPN, a firewall or the proxy variables (HTTPS_PROXY, NO_PROXY).',
    passing: false,
  },
];

interface Peer {
  /** Its name in messages. */
  readonly name: string;
  /** Where its address is configured. */
  readonly setting: string;
  readonly systemAuthorities: SystemAuthorities;
}

export function explainTls(cause: unknown, peer: Peer): { readonly message: string; readonly hint: string } {
  const code = codeOf(cause);
  const kind = tlsKinds.find(({ codes }) => codes.test(code));
  const problem = kind?.problem(cause, peer) ?? '';
  const about = problem === '' ? '' : `: ${problem}`;
  return {
    message: `no secure connection to ${peer.name}${about} (${code === '' ? 'no code' : code}).`,
    hint:
      kind?.hint(peer, code) ??
      'Ask whoever runs it: its certificate or its TLS settings are not accepted here.',
  };
}

/** The advice about this machine's own authorities, which precedes the way that always works. */
const systemWays: Readonly<Record<SystemAuthorities, string>> = {
  unused: 'NODE_USE_SYSTEM_CA=1 makes Node accept what this machine accepts; or ',
  used: 'This machine does not know that authority, either (NODE_USE_SYSTEM_CA=1): ',
  unknown: '',
  'set-in-vain': 'NODE_USE_SYSTEM_CA is read by Node from 22.19 and 24.6 on, so not by this one: ',
  'deno-unused': 'DENO_TLS_CA_STORE=system makes Deno accept what this machine accepts; or ',
  'deno-used': 'This machine does not know that authority, either (DENO_TLS_CA_STORE): ',
};

/** Observed with Deno 2.9: neither way helps against such a certificate if it may sign others. */
const selfSignedInDeno =
  ' A certificate that is signed by itself has to say CA:FALSE for Deno; Node takes it as it is.';

function isDeno({ systemAuthorities }: Peer): boolean {
  return systemAuthorities.startsWith('deno');
}

interface TlsKind {
  readonly codes: RegExp;
  readonly problem: (cause: unknown, peer: Peer) => string;
  readonly hint: (peer: Peer, code: string) => string;
}

const tlsKinds: readonly TlsKind[] = [
  {
    codes: /^CERT_HAS_EXPIRED$/,
    problem: () => 'its certificate has expired',
    hint: () =>
      'Whoever runs it has to renew the certificate. If it is valid, the clock of this machine is wrong.',
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    problem: () => 'its certificate is not valid yet',
    hint: () =>
      'Check the clock of this machine. If it is right, whoever runs the host has to replace the certificate.',
  },
  {
    codes: /^(?:ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    problem: (cause) => `its certificate is for ${namesOf(cause)}`,
    hint: ({ setting }) =>
      `Check the host in ${setting}: the name there has to be one that the certificate is for.`,
  },
  {
    codes:
      /^(?:EPROTO|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_LAYER_FAILURE))$/,
    problem: () => 'it does not answer in TLS',
    hint: ({ setting }) =>
      `The port may be one for plain http: check host and port in ${setting}; the usual port of https is 443.`,
  },
  {
    codes: /^ERR_SSL_.*(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)$/,
    problem: () => 'it asks for a certificate of this machine',
    hint: () => 'Client certificates are not supported. Ask for a way in without one.',
  },
  {
    codes: /^ERR_SSL_.*(?:PROTOCOL|VERSION|HANDSHAKE_FAILURE|CIPHER|ALERT).*$/,
    problem: () => 'it takes no version or cipher of TLS that this Node offers',
    hint: () => 'It may be too old for TLS 1.2, or something on the way interferes.',
  },
  {
    codes: /^CERT_REVOKED$/,
    problem: () => 'its certificate was revoked',
    hint: () => 'Whoever runs it has to replace the certificate.',
  },
  {
    codes: /^(?:UNABLE_TO_.*|.*SELF_SIGNED_CERT.*|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA)$/,
    problem: (_cause, peer) =>
      `its certificate comes from an authority that ${isDeno(peer) ? 'Deno' : 'Node'} does not know`,
    hint: (peer, code) => {
      const system = systemWays[peer.systemAuthorities];
      const point = 'NODE_EXTRA_CA_CERTS at a file with that authority, in PEM form.';
      const self = isDeno(peer) && code === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? selfSignedInDeno : '';
      return `The network may inspect TLS. ${system}${system === '' ? 'Point' : 'point'} ${point}${self}`;
    },
  },
];

/** As in Node's error: `DNS:a.example, DNS:b.example`. */
function namesOf(cause: unknown): string {
  const { cert } = cause as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = typeof cert?.subjectaltname === 'string' ? cert.subjectaltname.replaceAll('DNS:', '') : '';
  const shown = names.length > 100 ? `${names.slice(0, 100)} …` : names;
  return /^[\x20-\x7e…]+$/.test(shown) ? `another name (${shown})` : 'another name';
}
