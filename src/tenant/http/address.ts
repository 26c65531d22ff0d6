/** Which URL may be a tenant's. To be asked before a credential is sent anywhere. */

import { UserError } from '../../core/errors.js';

/**
 * The origin (`https://host[:port]`) that a tenant URL names; its path is not used.
 *
 * @throws UserError where the text is no URL, holds credentials, or is plain http to anything but loopback.
 */
export function tenantOrigin(url: string): string {
  const parsed = parseTenantUrl(url);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new UserError('The tenant URL holds a user name or a password.', {
      hint: 'Remove it from the URL; credentials have their own place.',
    });
  }
  if (parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    throw new UserError(
      `The tenant URL ${parsed.origin} is plain http, which would show the credential to the network.`,
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

/** Whether a URL's host name is this machine: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

// Ids and names as parts of a path, for every client: what is not asked here could ask for something else.

/**
 * One encoded path segment for a read by id or name.
 *
 * @throws UserError for what would change the path: empty, `.` and `..`.
 */
export function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /\p{Surrogate}/u.test(text)) {
    throw new UserError(`${JSON.stringify(text)} cannot be a part of a tenant's path.`);
  }
  return encodeURIComponent(text);
}

/** The encoded path of a file in an archive: segments with `/` between. */
export function filePath(path: string): string {
  return path.split('/').map(segment).join('/');
}

/**
 * The id of a write's path. Writes never address by name: two things may share one, and a name can be replaced
 * by another thing between reading and writing.
 *
 * @throws UserError where the text does not have an id's form.
 */
export function writeId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  throw new UserError(`${JSON.stringify(id)} is not an id of the tenant.`, {
    hint: 'Changes address what they change by the id of a list or an answer, never by name.',
  });
}
