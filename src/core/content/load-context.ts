/**
 * Whether code loads from an address or merely mentions it (licence, documentation link, error message,
 * namespace). The text just before the address decides, then what it ends in, then what becomes of the
 * variable that holds it.
 */

import { holderOf, isLoadedThrough } from './holders.js';
import { isLink, isLoading, reach } from './leads.js';

/** An address as it stands in a file. */
export interface Address {
  readonly origin: string;
  /** Byte offset of its first character. */
  readonly start: number;
  /** Byte offset after its host. */
  readonly end: number;
}

/** Characters after an address that are looked at. */
const ahead = 240;

/** The quote that opens an address, with RequireJS's plugin where one loads it (`"css!https://…"`). */
const quoteOrPlugin = /\\?["'`](?:\w+!)?$/;
const mapTile = /^[^"'`\s]*\{(?:z|zoom)\}/;
const asset =
  /^\/[^"'`\s<>{}]*\.(?:m?js|css|wasm|woff2?|ttf|png|jpe?g|gif|svg|webp|geojson|topojson)(?:\?[^"'`\s]*)?["'`]/i;
const repositoryPage = /\/\/(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)$/;

export function loadsFrom(content: Buffer, address: Address): boolean {
  const before = content.toString('latin1', Math.max(0, address.start - reach), address.start);
  const after = content.toString('latin1', address.end, address.end + ahead);
  const unquoted = before.replace(quoteOrPlugin, '');
  const lead = unquoted.trimEnd();
  if (isLoading(lead) || isLink(lead, after)) return true;
  if (unquoted.length === before.length) return false;
  if (asset.test(after) && !repositoryPage.test(address.origin)) return true;
  // A library's bundle holds addresses of features that nobody uses, and its variables are one letter long.
  const isGenerated = before.length === reach && !before.includes('\n');
  if (!isGenerated && mapTile.test(after)) return true;
  const holder = holderOf(lead);
  return holder !== undefined && (holder.isMember || !isGenerated) && isLoadedThrough(content, holder);
}
