/** Files of the vault and of the store are named by what they hold: archives by their MD5, records by their SHA-256. */

import { createHash } from 'node:crypto';

/** What they are called in messages. */
export const backups = 'The backups';

/** The MD5 or SHA-256 that a file is named by; `undefined` for any other name. */
export function contentKey(name: string): string | undefined {
  const [, md5, sha256] = /^(?:([0-9a-f]{32})\.zip|([0-9a-f]{64})\.json)$/.exec(name) ?? [];
  return md5 ?? sha256;
}

/** The file that holds the content with this MD5 or SHA-256. */
export function fileOfKey(key: string): string {
  return key.length === 32 ? `${key}.zip` : `${key}.json`;
}

/** Whether it is the content that has this MD5 or SHA-256. */
export function hasKey(content: Uint8Array, key: string): boolean {
  const algorithm = key.length === 32 ? 'md5' : 'sha256';
  return createHash(algorithm).update(content).digest('hex') === key;
}

/** Whatever in a journal could be the MD5 or SHA-256 that a file is named by, each once. */
export function contentKeysIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\b(?:[0-9a-f]{32}){1,2}\b/g));
}
