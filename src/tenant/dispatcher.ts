import type { Dispatcher } from 'undici';
import { UserError } from '../core/errors.js';
import { isLoopback } from './origin.js';
import type { ProxyVariables } from './proxies.js';

/**
 * The connections to one origin: direct, or through the proxy that the variables name. Loopback is always
 * direct. Connecting takes at most `connectMs` milliseconds.
 *
 * @throws UserError where a proxy variable is no URL; the message does not hold it, as it may hold a password.
 */
export async function openDispatcher(
  origin: string,
  variables: ProxyVariables,
  connectMs: number,
): Promise<Dispatcher> {
  const options = { connect: { timeout: connectMs } };
  const proxy = isLoopback(new URL(origin).hostname) ? undefined : proxyUrl(variables);
  if (proxy === undefined) {
    const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
    return new Agent(options);
  }
  // The whole index: the proxy agent needs methods that only the index puts on its base class. By its default
  // export, since a bundle gives a CommonJS package no other.
  const { default: undici } = await import('undici');
  const noProxy = variables['no_proxy'] ?? variables['NO_PROXY'] ?? '';
  return new undici.EnvHttpProxyAgent({ ...options, httpProxy: proxy, httpsProxy: proxy, noProxy });
}

/** Tenants are reached by https, so HTTP_PROXY stands in only where HTTPS_PROXY is not set. @throws UserError */
export function proxyUrl(variables: ProxyVariables): string | undefined {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
    const value = variables[name]?.trim();
    if (value !== undefined && value !== '') return assertProxyUrl(name, value);
  }
  return undefined;
}

function assertProxyUrl(name: string, value: string): string {
  const url = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UserError(`The environment variable ${name} is not the URL of an http or https proxy.`, {
      hint: 'Write it like http://proxy.example.com:8080.',
    });
  }
  return url;
}
