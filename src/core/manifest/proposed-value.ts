/** What a person should write in place of a value that is not JSON, or has the wrong type. */

import { isVersion } from '../loose-version.js';

/**
 * `"version": "1.0.0"`, which is always correct for the field.
 *
 * @param raw the value as the file spells it, such as `1.0.0` or `'1.0'`; empty if it says nothing
 */
export function proposeField(key: string, raw: string): string {
  return `"${key}": ${proposeValue(key, raw.replace(/^['`](.*)['`]$/s, '$1').trim())}`;
}

function proposeValue(key: string, raw: string): string {
  switch (key) {
    case 'version':
      return `"${versionOf(raw)}"`;
    case 'supernova':
      return /true|yes|on|1/i.test(raw) ? 'true' : 'false';
    case 'type':
      return /^[a-z]+$/.test(raw) && !isWord(raw) ? `"${raw}"` : '"visualization"';
    default:
      return isWord(raw) ? raw.toLowerCase() : JSON.stringify(raw === '' ? '…' : raw);
  }
}

function isWord(raw: string): boolean {
  return /^(?:true|false|null)$/i.test(raw);
}

/** The value as it is spelled, if versions with this spelling have an order. */
function versionOf(raw: string): string {
  const isPlain = /^\d{1,9}(?:\.\d{1,9}){0,2}(?:-[\w.-]+)?$/.test(raw) && !/(?:^|\.)0\d/.test(raw);
  if (isPlain && isVersion(raw)) return raw;
  const parts = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?!\w)/.exec(raw)?.slice(1);
  return parts === undefined ? '1.0.0' : parts.map((part) => Number(part ?? 0)).join('.');
}
