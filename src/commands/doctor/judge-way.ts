/** The way to the tenant: proxy, host, TLS, clock. Pure. */

import { TenantError, UserError } from '../../core/errors.js';
import type { Check } from '../../report/doctor/report.js';
import type { ProxyInUse } from '../../tenant/dispatcher.js';
import type { TenantFacts } from './facts.js';
import { classifyFailure } from './list-failure.js';

export interface Way {
  readonly url: string;
  /** Absent: direct; an error where a variable names none. */
  readonly proxy: ProxyInUse | UserError | undefined;
  /** The variables of Node that change what certificates are accepted. */
  readonly tls: { readonly unchecked: 'yes' | 'no'; readonly extraAuthorities: string | undefined };
}

export function judgeWay(way: Way, facts: TenantFacts): readonly Check[] {
  const failure = failureOf(facts);
  return [
    judgeProxy(way, failure),
    judgeHost(way, facts, failure),
    judgeTls(way, facts, failure),
    judgeClock(facts),
  ];
}

/** The error of a connection, which no answer came over. */
function failureOf(facts: TenantFacts): TenantError | undefined {
  const { list } = facts;
  if (classifyFailure(facts) !== 'unreached' || list.kind !== 'error') return undefined;
  return list.error instanceof TenantError ? list.error : undefined;
}

function judgeProxy({ proxy }: Way, failure: TenantError | undefined): Check {
  if (proxy instanceof UserError) return failed('proxy', proxy.message, proxy.hint);
  const way =
    proxy === undefined
      ? 'none in use'
      : `${proxy.host}, as ${proxy.variable} says${describeExceptions(proxy)}`;
  if (failure?.code !== 'proxy') return { name: 'proxy', status: 'ok', message: way };
  return failed('proxy', `${way}: ${failure.message}`, failure.hint);
}

function describeExceptions({ exceptions }: ProxyInUse): string {
  return exceptions === '' ? '' : `, except where NO_PROXY (${exceptions}) names the tenant`;
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
  if (failure?.code === 'tls') return failed('tls', failure.message, failure.hint);
  if (!url.startsWith('https:')) {
    return { name: 'tls', status: 'ok', message: 'plain http, which is accepted for this machine only' };
  }
  if (tls.unchecked === 'yes') {
    return {
      name: 'tls',
      status: 'warning',
      message:
        'NODE_TLS_REJECT_UNAUTHORIZED=0: anybody on the way can pretend to be the tenant and take the credential',
      hint: 'Unset it; NODE_EXTRA_CA_CERTS makes another certificate authority known.',
    };
  }
  if (requests === 0) return { name: 'tls', status: 'unknown', message: 'no connection was made' };
  const extra = tls.extraAuthorities === undefined ? '' : ', with the authorities of NODE_EXTRA_CA_CERTS';
  return { name: 'tls', status: 'ok', message: `the certificate is accepted${extra}` };
}

/** Servers tell whole seconds, and an answer takes a moment. */
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
