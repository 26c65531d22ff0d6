/** What stands before an address that is loaded. */

/** Characters before an address that are looked at. */
export const reach = 320;

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
export function isLoading(lead: string): boolean {
  const patterns = loadingLeads[lead.slice(-1)];
  return patterns?.some((pattern) => pattern.test(lead)) ?? false;
}

/** A `<link>` that loads, or a `href` of a stylesheet; `after` is what follows the address's host. */
export function isLink(lead: string, after: string): boolean {
  if (!hrefLead.test(lead)) return false;
  const tag = linkTag.exec(lead)?.[0];
  if (tag === undefined) return stylesheetAddress.test(after);
  return /stylesheet|preload|icon|manifest/.test(tag + (after.split('>', 1)[0] ?? ''));
}
