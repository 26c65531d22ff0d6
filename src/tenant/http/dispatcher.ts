/** The only place that opens undici's connections and reads proxy variables; `doctor` asks it which would be used. */

import type { Dispatcher } from 'undici';
import { UserError } from '../../core/errors.js';
import { isLoopback } from './address.js';

/**
 * The connections to one origin: direct, or through the proxy that the variables name. Loopback is always
 * direct. Connecting takes at most `connectMs` milliseconds.
 *
 * @throws UserError where a proxy variable is not a URL; the message omits its value, which may hold a password.
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
  // The whole index, as the proxy agent needs methods that only the index adds to its base class; by its default
  // export, the only one that a CommonJS package has in a bundle.
  const { default: undici } = await import('undici');
  const { proxyClients } = await import('./proxy-client.js');
  const clientFactory = proxyClients(undici, connectMs);
  const noProxy = proxyExceptions(variables);
  return new undici.EnvHttpProxyAgent({
    ...options,
    clientFactory,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy,
  });
}

/** A proxy as it may be shown: without a user name or password. */
export interface ProxyInUse {
  readonly variable: string;
  readonly host: string;
  /** The value of NO_PROXY; empty where it is not set. */
  readonly exceptions: string;
}

/** The proxy for requests to the origin; `undefined` for none. @throws UserError as `openDispatcher` does */
export function findProxy(origin: string, variables: ProxyVariables): ProxyInUse | undefined {
  const proxy = isLoopback(new URL(origin).hostname) ? undefined : proxyOf(variables);
  if (proxy === undefined) return undefined;
  return { variable: proxy.variable, host: new URL(proxy.url).host, exceptions: proxyExceptions(variables) };
}

/** The value of NO_PROXY, or empty. */
export function proxyExceptions(variables: ProxyVariables): string {
  return variables['no_proxy'] ?? variables['NO_PROXY'] ?? '';
}

/** The proxy's URL as the user wrote it, which may hold a password. @throws UserError as `openDispatcher` does */
export function proxyUrl(variables: ProxyVariables): string | undefined {
  return proxyOf(variables)?.url;
}

/** Tenants are reached by https, so HTTP_PROXY counts only where HTTPS_PROXY is not set. */
function proxyOf(variables: ProxyVariables): { readonly variable: string; readonly url: string } | undefined {
  for (const variable of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
    const value = variables[variable]?.trim();
    if (value !== undefined && value !== '') return { variable, url: assertProxyUrl(variable, value) };
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

/** The proxy variables, as the environment spells them. Lower case wins, as with curl. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;
