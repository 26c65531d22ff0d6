/** A document that qlik-sync printed, read back from a file that a person or a shell may have written. */

import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors.js';

/**
 * Its text, without the byte order mark that Windows puts before UTF-8.
 *
 * @param named the file as messages call it, and how to write it properly
 * @throws UserError for UTF-16; the system's error where it cannot be read
 */
export function readDocumentText(
  path: string,
  named: { readonly name: string; readonly hint: string },
): string {
  const bytes = readFileSync(path);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UserError(`${named.name} is UTF-16, as PowerShell's > writes it.`, { hint: named.hint });
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
