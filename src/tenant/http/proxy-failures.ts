/** Explains why a proxy made no connection: each kind of refusal has a remedy of its own. The tenant is never blamed. */

import type { ConnectProblem } from './connect.js';
import { codeOf, explainTls, explainUnreached } from './connect-failures.js';

interface Explained {
  readonly message: string;
  readonly hint: string;
  /** Whether another try may succeed. Nothing was sent to the tenant, so even a write may be repeated. */
  readonly transient: boolean;
  /** How many milliseconds it asks to wait. */
  readonly waitMs?: number;
}

type Problem = ConnectProblem & { readonly at: 'proxy' };

export function explainProxy(problem: Problem): Explained {
  const { cause, proxy } = problem;
  switch (cause.kind) {
    case 'refused':
      return explainStatus(problem, cause);
    case 'silent':
      return explainSilence(problem, cause);
    case 'error':
      return explainError(problem, cause.error, `the proxy ${proxy.shown}`);
  }
}

function explainSilence(
  { proxy, target }: Problem,
  { ms, phase }: { readonly ms: number; readonly phase: 'connecting' | 'asked' },
): Explained {
  const seconds = `${Math.max(1, Math.round(ms / 1000))} s`;
  if (phase === 'connecting') {
    const hint = `Check the network, a VPN, and host and port in ${proxy.variable}.`;
    return {
      message: `the proxy ${proxy.shown} could not be reached within ${seconds}.`,
      hint,
      transient: true,
    };
  }
  return {
    message: `the proxy ${proxy.shown} took the connection, but did not answer within ${seconds}.`,
    hint: `It may be overloaded, wait for ${target} itself, or not be an http proxy: check host and port in ${proxy.variable}, or try again later.`,
    transient: true,
  };
}

function explainError({ proxy, systemAuthorities }: Problem, error: unknown, name: string): Explained {
  const code = codeOf(error);
  const { variable, protocol } = proxy;
  if (/^(?:ECONNRESET|EPIPE|ECONNABORTED)$/.test(code)) {
    const other = protocol === 'http' ? `; a proxy that speaks TLS is written https:// in ${variable}` : '';
    const hint = `It may be restarting, or refuse this machine: try again later${other}.`;
    return { message: `${name} hung up without an answer (${code}).`, hint, transient: true };
  }
  if (code.startsWith('HPE_')) {
    const hint = `Is it an http proxy? Check host, port and http:// or https:// in ${variable}; SOCKS is not supported.`;
    return { message: `${name} does not answer in HTTP (${code}).`, hint, transient: false };
  }
  const unreached = explainUnreached(error, name);
  if (unreached !== undefined) {
    const { message, transient } = unreached;
    return { message, hint: hintOfUnreached(unreached.code, variable), transient };
  }
  const setting = `${variable}, and that the proxy is one for https://, not http://`;
  const { message, hint } = explainTls(error, { name, setting, systemAuthorities });
  return { message, hint, transient: false };
}

function hintOfUnreached(code: string, variable: string): string {
  if (code === 'not-found-host')
    return `Check the spelling of the proxy in ${variable}, the network and a VPN.`;
  if (code === 'refused')
    return `Nothing listens there: check host and port in ${variable}, and whether it runs.`;
  return `Check the network, a VPN, and host and port in ${variable}.`;
}

interface Refused {
  readonly status: number;
  readonly waitMs: number | undefined;
  readonly offers: string | undefined;
}

/** The same as the tenant's own 502, 503 and 504. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function explainStatus({ proxy, target }: Problem, { status, waitMs, offers }: Refused): Explained {
  const transient = passing.has(status);
  const { says, hint } = meaningOf(status, target, { ...proxy, offers });
  const message = `the proxy ${proxy.shown} ${says} (${status}).`;
  return { message, hint, transient, ...(transient && waitMs !== undefined && { waitMs }) };
}

type Asked = Problem['proxy'] & { readonly offers: string | undefined };

function meaningOf(
  status: number,
  target: string,
  asked: Asked,
): { readonly says: string; readonly hint: string } {
  const { variable } = asked;
  const [host = ''] = target.split(/:\d+$/);
  const around = `or name ${host} in NO_PROXY where it can be reached directly`;
  switch (status) {
    case 407:
      return explainCredentials(asked);
    case 401:
    case 403:
      return {
        says: `does not allow a connection to ${target}`,
        hint: `Ask whoever runs the proxy to allow CONNECT to ${target}, ${around}.`,
      };
    case 429:
      return { says: 'takes no more connections from here for now', hint: 'Try again later.' };
    case 502:
    case 504:
      return {
        says: `could not reach ${target}`,
        hint: `Check the spelling of the tenant URL; if it is right, ask whoever runs the proxy, ${around}.`,
      };
    case 503:
      return {
        says: `is overloaded, or could not reach ${target}`,
        hint: `Check the spelling of the tenant URL and try again later; if it stays, ask whoever runs the proxy, ${around}.`,
      };
    case 400:
    case 404:
    case 405:
    case 501:
      return {
        says: 'does not take CONNECT',
        hint: `Is it a proxy? Check host, port and http:// or https:// in ${variable}.`,
      };
    default:
      return {
        says: `made no connection to ${target}`,
        hint: `Ask whoever runs the proxy, ${around}.`,
      };
  }
}

function explainCredentials({ variable, credentials, offers }: Asked): {
  readonly says: string;
  readonly hint: string;
} {
  const schemes = (offers ?? '').match(/\b(?:Basic|Negotiate|NTLM|Kerberos|Digest|Bearer)\b/gi) ?? [];
  if (schemes.length > 0 && !schemes.some((scheme) => /^basic$/i.test(scheme))) {
    return {
      says: `asks for a kind of sign-in that is not supported, ${[...new Set(schemes)].join(' or ')}`,
      hint: `Only a user name and password (Basic) are supported: point ${variable} at a local proxy that signs in for you, such as px or cntlm.`,
    };
  }
  const encoded = '@ : / ? # % in them are written %40 %3A %2F %3F %23 %25';
  if (credentials === 'given') {
    return {
      says: `does not accept the credentials in ${variable}`,
      hint: `Check the user name and what follows it in ${variable}; ${encoded}.`,
    };
  }
  return {
    says: 'wants a user name and a password',
    hint: `Write them into ${variable}: http://user:password@host:port; ${encoded}.`,
  };
}
