/** Parses a tenant's address to its origin, or explains what is wrong. Never quotes the text, which may hold a password. */

import { looksLikeApiKey } from '../secrets.js';
import { explainUnexpanded } from '../unexpanded.js';

type TenantUrl =
  | { readonly ok: true; readonly origin: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

const example = 'e.g. https://acme.eu.qlikcloud.com';

/** Adds `https://` to a bare host and accepts a trailing slash. */
export function parseTenantUrl(text: string): TenantUrl {
  const trimmed = text.trim();
  if (trimmed === '') return invalid('is empty', example);
  if (looksLikeApiKey(trimmed)) return invalid('is an API key, not an address', example);
  const unexpanded = explainUnexpanded(trimmed);
  if (unexpanded !== undefined) return { ok: false, ...unexpanded };
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed);
  const url = parseUrl(hasScheme ? trimmed : `https://${trimmed}`);
  if (url === undefined) return invalid('is not the address of a tenant', example);
  if (!hasScheme && isSingleWord(url)) return invalid('is one word, not the address of a tenant', example);
  return checkParts(url);
}

function checkParts(url: URL): TenantUrl {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return invalid('must begin with https://', example);
  if (url.username !== '' || url.password !== '')
    return invalid('must not contain a user name or password', example);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return invalid('must not have a path, a query or a fragment', `use ${url.origin}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return invalid('is plain http, which is accepted for loopback addresses only', `use https://${url.host}`);
  }
  return { ok: true, origin: url.origin };
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** `--tenant prod` is far more likely the name of an environment than of a host. */
function isSingleWord(url: URL): boolean {
  return !/[.:]/.test(url.host) && url.hostname !== 'localhost';
}

function parseUrl(text: string): URL | undefined {
  return !/\s/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function invalid(message: string, hint: string): TenantUrl {
  return { ok: false, message, hint };
}
