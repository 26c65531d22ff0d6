/** What may become part of a tenant's address: its URL, checked before a credential is sent, and paths below it. */

import { UserError } from '../../core/errors.js';

/**
 * The origin (`https://host[:port]`) of a tenant's URL; its path is not used.
 *
 * @throws UserError if the text is not a URL, contains credentials, or is plain http to anything but loopback.
 */
export function tenantOrigin(url: string): string {
  const parsed = parseTenantUrl(url);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new UserError('The tenant URL contains a user name or a password.', {
      hint: 'Remove it from the URL and configure the credential separately.',
    });
  }
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    throw new UserError(
      `The tenant URL ${parsed.origin} is plain http, which would expose the credential to the network.`,
      {
        hint: `Use https://${parsed.host}; plain http is accepted for loopback addresses only.`,
      },
    );
  }
  return parsed.origin;
}

function parseTenantUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['https:', 'http:'].includes(parsed.protocol)) {
    throw new UserError('The tenant URL is not an http(s) URL.', {
      hint: 'Write it like https://your-tenant.eu.qlikcloud.com.',
    });
  }
  return parsed;
}

/** Whether a URL's host name means this machine: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * An id or name as one encoded path segment, for reads. Every client builds its paths with these functions: an
 * unchecked id could address something else.
 *
 * @throws UserError for what would change the path (empty, `.`, `..`) or cannot be encoded.
 */
export function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /\p{Surrogate}/u.test(text)) {
    throw new UserError(`${JSON.stringify(text)} cannot be part of a path on the tenant.`);
  }
  return encodeURIComponent(text);
}

/** The encoded path of a file in an archive: segments with `/` between. */
export function filePath(path: string): string {
  return path.split('/').map(segment).join('/');
}

/**
 * An id as the path segment of a write. Writes never address by name: two records may have the same, and a name may
 * belong to another record by the time of the write.
 *
 * @throws UserError if the text does not have the form of an id.
 */
export function writeId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  throw new UserError(`${JSON.stringify(id)} is not an id that the tenant could have given.`, {
    hint: 'Writes use the ids that the tenant returns, never names.',
  });
}
