/** What the text before an address says about how the address is loaded. */

import {
  type Directives,
  directiveOfSuffix,
  directivesOfElement,
  directivesOfLink,
  directivesOfPlugin,
  directivesOfStyle,
} from './directives.js';

/** How many characters before an address are examined. */
export const reach = 320;

/** The text around an address. */
export interface Surroundings {
  /** The text before it, without its opening quote and without trailing white space. */
  readonly lead: string;
  /** The text after its host. */
  readonly after: string;
  /** The RequireJS plugin in `"css!https://…"`. */
  readonly plugin?: string | undefined;
}

type Lead = readonly [RegExp, Directives | ((surroundings: Surroundings) => Directives)];

const module = ({ plugin }: Surroundings): Directives => directivesOfPlugin(plugin);

const element = ({ lead, after }: Surroundings): Directives => directivesOfElement(lead, after);

const style = ({ lead, after }: Surroundings): Directives => directivesOfStyle(lead, after);

/** JSONP is a script that the page loads. */
const request = ({ lead, after }: Surroundings): Directives => {
  const options = lead.slice(lead.lastIndexOf('{')) + (after.split('}', 1)[0] ?? '');
  return /["']jsonp["']|\bjsonp\s*\(\s*\{/.test(options) ? ['script-src'] : ['connect-src'];
};

/** By the lead's last character; each pattern matches the lead's end. */
const leads: Readonly<Record<string, readonly Lead[]>> = {
  '(': [
    [/(?:^|[^\w$])(?:fetch|axios|sendBeacon|getJSON)\s*\($/i, ['connect-src']],
    [/(?:^|[^\w$])(?:importScripts|import|loadScript|getScript)\s*\($/i, ['script-src']],
    [/(?:^|[^\w$])loadCss\s*\($/i, ['style-src']],
    [/(?:^|[^\w$])(?:require|requirejs|define)\s*\($/, module],
    [/\.jsonp\s*\($/, ['script-src']],
    [/\.(?:tileLayer|wms)\s*\($/, ['img-src']],
    [/\.(?:get|post|put|head|request|load|ajax)\s*\($/, ['connect-src']],
    [/\bd3\.image\s*\($/, ['img-src']],
    [/\bd3\.(?:json|csv|tsv|dsv|xml|text|html|svg|blob|buffer)\s*\($/, ['connect-src']],
    // In generated code anything may be called `io`.
    [/(?:^|[^\w$.])io\.connect\s*\($|=\s+io\s*\($/, ['connect-src']],
    [/\bnew (?:WebSocket|EventSource|Request)\s*\($/, ['connect-src']],
    [/\bnew (?:Worker|SharedWorker)\s*\($/, ['worker-src']],
    [/\bnew Audio\s*\($/, ['media-src']],
    [/(?:^|[^\w$.])url\($/, style],
  ],
  '[': [[/(?:^|[^\w$])(?:require|requirejs|define)\s*\(\s*(?:(["'])[^"']*\1\s*,\s*)?\[$/, module]],
  ',': [
    [/(?:^|[^\w$])importScripts\s*\([\s[]*(?:(["'])[^"']*\1[\s,[]*)*,$/, ['script-src']],
    [/(?:^|[^\w$])(?:require|requirejs|define)\s*\([\s[]*(?:(["'])[^"']*\1[\s,[]*)*,$/, module],
    [/\.open\s*\(\s*["'`][A-Za-z]+["'`]\s*,$/, ['connect-src']],
    [/\.(?:attr|prop|setAttribute)\s*\(\s*["']data-main["']\s*,$/, ['script-src']],
    [/\.(?:attr|prop|setAttribute)\s*\(\s*["']src["']\s*,$/, element],
    [/\.(?:attr|prop|setAttribute)\s*\(\s*["']action["']\s*,$/, ['form-action']],
  ],
  ':': [
    [/\bsrc["']?\s*:$/, element],
    [/(?:require|requirejs)\s*(?:\.config)?\s*\([^()]*\bbaseUrl["']?\s*:$/, ['script-src']],
    [/\b(?:base(?:URL|Url)|templateUrl)["']?\s*:$/, ['connect-src']],
    [/(?:ajax|axios|\$http|request|jsonp)\s*\(\s*\{[^{}]*\burl["']?\s*:$/, request],
    [/\bpaths["']?\s*:\s*\{[^{}]*:$/, ['script-src']],
  ],
  '=': [
    [/<form\b[^<>]*\baction\s*=$/i, ['form-action']],
    [/\bform\w*\.action\s*=$/i, ['form-action']],
    [/\bposter\s*=$/i, ['img-src']],
    [/\w\.srcset\s*=$/, ['img-src']],
    [/\bng-include\s*=$/i, ['connect-src']],
    [/\bsrc\]?\s*=$/, element],
    [/\bbase(?:URL|Url)\s*=$/, ['connect-src']],
    [
      /<(?:img|image|source|video|audio|embed|object|script|iframe|track)\b[^<>]*\b(?:data|href|srcset)\s*=$/i,
      element,
    ],
  ],
  // `import … from "…"`, `import "…"`, `@import "…"`
  m: [[/(?:^|[^\w$.])from$/, ['script-src']]],
  t: [
    [/@import$/, ['style-src']],
    [/(?:^|[^\w$.@])import$/, ['script-src']],
  ],
};

/** `undefined` where nothing shows that the address is loaded. */
export function needOfLead(surroundings: Surroundings): Directives | undefined {
  const { lead } = surroundings;
  const found = leads[lead.slice(-1)]?.find(([pattern]) => pattern.test(lead))?.[1];
  return typeof found === 'function' ? found(surroundings) : (found ?? needOfLink(surroundings));
}

const stylesheetAddress = /^[^"'`\s]*(?:\.css\b|\/css2?\?)/;

const hrefLead = /\bhref["']?\s*[:=,]$/;

const linkTag = /<link\b[^<>]*$/i;

/** A `<link>` that loads something, or the `href` of a stylesheet. */
function needOfLink({ lead, after }: Surroundings): Directives | undefined {
  if (!hrefLead.test(lead)) return undefined;
  const start = linkTag.exec(lead)?.[0];
  if (start === undefined)
    return stylesheetAddress.test(after) || isStylesheetMade(lead, after) ? ['style-src'] : undefined;
  const behind = (after.split('>', 1)[0] ?? '').replace(/^[^"'`\s\\]*/, '');
  return directivesOfLink(`${start}${behind}`, after);
}

/** `link.rel = "stylesheet"; link.href = …`, `$("<link>", { rel: "stylesheet", href: …`, in either order. */
function isStylesheetMade(lead: string, after: string): boolean {
  const name = /([\w$]+)\.href\s*=$/.exec(lead)?.[1];
  if (name !== undefined) {
    const owners = `${lead};${after}`.matchAll(/([\w$]+)\.rel\s*=\s*["'`]stylesheet["'`]/g);
    return [...owners].some(({ 1: owner }) => owner === name);
  }
  const [open, close] = lead.endsWith(':') ? ['{', '}'] : [';', ';'];
  const around = `${lead.slice(lead.lastIndexOf(open) + 1)} ${after.split(close, 1)[0] ?? ''}`;
  return /\brel["'`]?\s*[:,]\s*["'`]stylesheet["'`]/.test(around);
}

const asset =
  /^\/[^"'`\s<>{}]*\.(?:m?js|css|wasm|woff2?|ttf|png|jpe?g|gif|svg|webp|geojson|topojson)(?:\?[^"'`\s]*)?["'`]/i;

/** For an address with the suffix of a file that only code loads. */
export function needOfAsset({ after, plugin }: Surroundings): Directives | undefined {
  if (!asset.test(after)) return undefined;
  return plugin === undefined ? [directiveOfSuffix(after) ?? 'script-src'] : directivesOfPlugin(plugin);
}
