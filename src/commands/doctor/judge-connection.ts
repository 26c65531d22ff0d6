/** How the tenant is reached, and where that fails: at the proxy, the host, TLS or the clock. Exactly one check says so. */

import type { Check } from '../../core/check.js';
import { TenantError, UserError } from '../../core/errors.js';
import type { Route } from '../../tenant/http/proxy.js';
import type { Authorities } from './authorities.js';
import { classifyFailure, type TenantFacts } from './judge.js';

/** How the tenant is reached. */
export interface Way {
  readonly url: string;
  /** An error if the variable that counts does not name a proxy. */
  readonly route: Route | UserError;
  /** Node's variables that change which certificates are accepted. */
  readonly tls: { readonly unchecked: 'yes' | 'no'; readonly authorities: Authorities | undefined };
}

export function judgeConnection(way: Way, facts: TenantFacts): readonly Check[] {
  const failure = failureOf(facts);
  return [
    judgeProxy(way, failure),
    judgeHost(way, facts, failure),
    judgeTls(way, facts, failure),
    judgeClock(facts),
  ];
}

/** The error of a connection without any answer. */
function failureOf(facts: TenantFacts): TenantError | undefined {
  const { list } = facts;
  if (classifyFailure(facts) !== 'unreached' || list.kind !== 'error') return undefined;
  return list.error instanceof TenantError ? list.error : undefined;
}

function judgeProxy({ route }: Way, failure: TenantError | undefined): Check {
  if (route instanceof UserError) return failed('proxy', route.message, route.hint);
  const way = describeRoute(route);
  if (failure?.code !== 'proxy') return { name: 'proxy', status: 'ok', message: way };
  return failed('proxy', `${way}: ${failure.message}`, failure.hint);
}

function describeRoute(route: Route): string {
  if (route.kind === 'proxy') {
    const { proxy, exceptions } = route;
    const other =
      exceptions === undefined
        ? ''
        : `; ${exceptions.variable} (${begin(exceptions.value)}) does not name the tenant`;
    return `${proxy.shown}, as ${proxy.variable} says${other}`;
  }
  switch (route.because) {
    case 'loopback':
      return 'none in use, as the tenant is on this machine';
    case 'exception':
      return `none in use, as ${route.variable} names the tenant (${route.entry}); without it, ${route.unused} would count`;
    case 'no-proxy':
      return route.unused === undefined
        ? 'none in use'
        : `none in use: ${route.unused} is for plain http; for https it is HTTPS_PROXY`;
  }
}

/** Companies have hundreds of exceptions. */
function begin(exceptions: string): string {
  return exceptions.length > 100 ? `${exceptions.slice(0, 100)} …` : exceptions;
}

function judgeHost({ url }: Way, facts: TenantFacts, failure: TenantError | undefined): Check {
  if (failure?.code === 'tls') return { name: 'host', status: 'ok', message: `${url} can be reached` };
  if (failure?.code === 'proxy')
    return { name: 'host', status: 'unknown', message: 'the proxy is in the way' };
  if (failure !== undefined) return failed('host', failure.message, failure.hint);
  const { list } = facts;
  if (classifyFailure(facts) === 'odd' && list.kind === 'error' && list.error instanceof UserError) {
    return failed('host', `answers, but not as it should. ${list.error.message}`, list.error.hint);
  }
  if (facts.requests > 0) return { name: 'host', status: 'ok', message: `${url} answers` };
  return { name: 'host', status: 'unknown', message: 'no connection was made' };
}

function judgeTls({ url, tls }: Way, { requests }: TenantFacts, failure: TenantError | undefined): Check {
  const ignored = tls.authorities?.kind === 'ignored' ? tls.authorities : undefined;
  const known = tls.authorities?.kind === 'known' ? `, with ${tls.authorities.message}` : '';
  const here = (status: Check['status'], message: string): Check =>
    ignored === undefined
      ? { name: 'tls', status, message }
      : { name: 'tls', status: 'warning', message: `${message}, but ${ignored.message}`, hint: ignored.hint };
  if (failure?.code === 'tls') return failedTls(failure, ignored);
  if (!url.startsWith('https:')) return here('ok', 'plain http, which is accepted for this machine only');
  if (tls.unchecked === 'yes') {
    return {
      name: 'tls',
      status: 'warning',
      message:
        'NODE_TLS_REJECT_UNAUTHORIZED=0: anyone on the network path can pose as the tenant and take the credential',
      hint: 'Unset it; NODE_EXTRA_CA_CERTS makes another certificate authority known.',
    };
  }
  return requests === 0
    ? here('unknown', 'no connection was made')
    : here('ok', `the certificate is accepted${known}`);
}

/** What is wrong with the file comes first, as the other hint is to have such a file. */
function failedTls(
  { message, hint = '' }: TenantError,
  ignored: (Authorities & { readonly kind: 'ignored' }) | undefined,
): Check {
  if (ignored === undefined) return failed('tls', message, hint);
  return failed('tls', `${message}\n${ignored.message}.`, `${ignored.hint}\n${hint}`);
}

/** Servers state whole seconds, and an answer takes a moment. */
const toleratedSeconds = 60;

function judgeClock({ clockSeconds }: TenantFacts): Check {
  if (clockSeconds === undefined) {
    return { name: 'clock', status: 'unknown', message: 'no answer said what time it is at the tenant' };
  }
  const away = Math.abs(clockSeconds);
  if (away <= toleratedSeconds) {
    return {
      name: 'clock',
      status: 'ok',
      message: away < 2 ? 'as the tenant says' : `${away} s from the tenant's`,
    };
  }
  return {
    name: 'clock',
    status: 'warning',
    message: `this machine is ${away} s ${clockSeconds > 0 ? 'behind' : 'ahead of'} the tenant`,
    hint: 'Set the clock: certificates and tokens are judged by the time, and recorded times will be wrong.',
  };
}

function failed(name: Check['name'], message: string, hint: string | undefined): Check {
  return { name, status: 'failed', message, ...(hint !== undefined && { hint }) };
}
