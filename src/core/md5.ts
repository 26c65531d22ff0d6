/** What Qlik tells archives apart by, and this tool files them under: 32 lower-case hex digits. */

import { createHash } from 'node:crypto';

export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** What a tenant or a file calls an MD5; `undefined` for anything else, which must never become part of a path. */
export function asMd5(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) ? text : undefined;
}
