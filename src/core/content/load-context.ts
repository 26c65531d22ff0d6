/**
 * Whether code loads from an address or merely mentions it (licence, documentation link, error message,
 * namespace). The text just before the address decides, then what it ends in, then what becomes of the
 * variable that holds it.
 */

/** An address in a file. */
export interface Address {
  readonly origin: string;
  /** Byte offset of its first character. */
  readonly start: number;
  /** Byte offset after its host. */
  readonly end: number;
}

/** Characters after an address that are examined. */
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
  // A library's bundle holds addresses of unused features, and its variables are one letter long.
  const isGenerated = before.length === reach && !before.includes('\n');
  if (!isGenerated && mapTile.test(after)) return true;
  const holder = holderOf(lead);
  return holder !== undefined && (holder.isMember || !isGenerated) && isLoadedThrough(content, holder);
}

/** A variable or property that holds an address until something loads from it. */
interface Holder {
  readonly name: string;
  /** `api` in `config.api = …` and `{ api: … }`, not in `const api = …`. */
  readonly isMember: boolean;
}

const holderPattern = /(\.)?([A-Za-z_$][\w$]{2,})["']?\s*([:=])(?:\s*new URL\()?$/;

/** Uses of a holder that are examined. */
const maxUses = 40;

/** Too common to show that a use of the name is a use of the address. */
const commonMember =
  /^(?:url|uri|href|link|path|data|base|host|name|text|title|type|value|homepage|[A-Z]{3})$/i;

function holderOf(lead: string): Holder | undefined {
  const match = holderPattern.exec(lead);
  const name = match?.[2];
  if (match === null || name === undefined || /<[^<>]*$/.test(lead)) return undefined;
  const isMember = match[1] !== undefined || match[3] === ':';
  return isMember && commonMember.test(name) ? undefined : { name, isMember };
}

/** `fetch(api)`, `` fetch(`${api}/…`) ``; of a member `fetch(config.api + …)`. */
function isLoadedThrough(content: Buffer, holder: Holder): boolean {
  let at = content.indexOf(holder.name);
  for (let uses = 0; at !== -1 && uses < maxUses; uses += 1) {
    if (isLoadedAt(content, holder, at)) return true;
    at = content.indexOf(holder.name, at + holder.name.length);
  }
  return false;
}

function isLoadedAt(content: Buffer, { name, isMember }: Holder, at: number): boolean {
  const next = content.toString('latin1', at + name.length, at + name.length + 1);
  if (/[\w$]/.test(next)) return false;
  const before = content.toString('latin1', Math.max(0, at - reach), at);
  const owner = isMember ? /(?:`\$\{)?(?:[\w$]+\.)+$/ : /(?:`\$\{)?$/;
  return owner.test(before) && isLoading(before.replace(owner, '').trimEnd());
}

/** Characters before an address that are examined. */
const reach = 320;

/**
 * What comes before a loaded address, by its last character: each pattern matches the end of the text before
 * the address, without the quote that opens it and without white space.
 */
const loadingLeads: Readonly<Record<string, readonly RegExp[]>> = {
  '(': [
    /(?:^|[^\w$])(?:fetch|axios|sendBeacon|importScripts|import|loadScript|loadCss|getScript|getJSON)\s*\($/i,
    /(?:^|[^\w$])(?:require|requirejs|define)\s*\($/,
    /\.(?:get|post|put|head|request|load|ajax|tileLayer|wms)\s*\($/,
    /\bd3\.(?:json|csv|tsv|dsv|xml|text|html|svg|image|blob|buffer)\s*\($/,
    /\bnew (?:WebSocket|EventSource|Worker|SharedWorker|Request)\s*\($/,
    /(?:^|[^\w$.])url\($/,
  ],
  '[': [/(?:^|[^\w$])(?:require|requirejs|define)\s*\(\s*(?:(["'])[^"']*\1\s*,\s*)?\[$/],
  ',': [
    /(?:^|[^\w$])(?:require|requirejs|define|importScripts)\s*\([\s[]*(?:(["'])[^"']*\1[\s,[]*)*,$/,
    /\.open\s*\(\s*["'`][A-Za-z]+["'`]\s*,$/,
    /\.(?:attr|prop|setAttribute)\s*\(\s*["'](?:src|data-main)["']\s*,$/,
  ],
  ':': [
    /\b(?:src|base(?:URL|Url)|templateUrl)["']?\s*:$/,
    /(?:ajax|axios|\$http|request|jsonp)\s*\(\s*\{[^{}]*\burl["']?\s*:$/,
    /\bpaths["']?\s*:\s*\{[^{}]*:$/,
  ],
  '=': [
    /\b(?:src|base(?:URL|Url))\s*=$/,
    /<(?:img|image|source|video|audio|embed|object|script|iframe|track)\b[^<>]*\b(?:data|href|srcset|poster)\s*=$/i,
  ],
  // `import … from "…"`, `import "…"`, `@import "…"`
  m: [/(?:^|[^\w$.])from$/],
  t: [/(?:^|[^\w$.])import$/],
};

const stylesheetAddress = /^[^"'`\s]*(?:\.css\b|\/css2?\?)/;

const hrefLead = /\bhref["']?\s*[:=,]$/;

const linkTag = /<link\b[^<>]*$/i;

/** `lead` is the text before an address, without the quote that opens it and without white space at its end. */
function isLoading(lead: string): boolean {
  const patterns = loadingLeads[lead.slice(-1)];
  return patterns?.some((pattern) => pattern.test(lead)) ?? false;
}

/** A `<link>` that loads, or a `href` of a stylesheet; `after` is what follows the address's host. */
function isLink(lead: string, after: string): boolean {
  if (!hrefLead.test(lead)) return false;
  const tag = linkTag.exec(lead)?.[0];
  if (tag === undefined) return stylesheetAddress.test(after);
  return /stylesheet|preload|icon|manifest/.test(tag + (after.split('>', 1)[0] ?? ''));
}
