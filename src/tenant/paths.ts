/** Ids and names as parts of a path, for every client: what is not asked here could ask for something else. */

import { UserError } from '../core/errors.js';

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
