/** Which directive of a Content Security Policy an address needs, judged by the text before and after it. */

export type Directive =
  | 'connect-src'
  | 'font-src'
  | 'form-action'
  | 'frame-src'
  | 'img-src'
  | 'media-src'
  | 'object-src'
  | 'script-src'
  | 'style-src'
  | 'worker-src';

export type Directives = readonly [Directive, ...Directive[]];

/** What an element that loads its `src` may need: any of these. */
export const anyElement: Directives = ['script-src', 'img-src', 'frame-src'];

const byTag: Readonly<Record<string, Directive>> = {
  img: 'img-src',
  image: 'img-src',
  picture: 'img-src',
  input: 'img-src',
  video: 'media-src',
  audio: 'media-src',
  source: 'media-src',
  track: 'media-src',
  script: 'script-src',
  iframe: 'frame-src',
  frame: 'frame-src',
  embed: 'object-src',
  object: 'object-src',
  form: 'form-action',
};

const bySuffix: readonly (readonly [RegExp, Directive])[] = [
  [/^m?js$/, 'script-src'],
  [/^css$/, 'style-src'],
  [/^(?:woff2?|ttf|otf|eot)$/, 'font-src'],
  [/^(?:png|jpe?g|gif|svg|webp|ico|avif|bmp)$/, 'img-src'],
  [/^(?:mp[34]|webm|og[gv]|wav|m4[av])$/, 'media-src'],
  [/^html?$/, 'frame-src'],
  [/^(?:wasm|(?:geo|topo)?json|csv|tsv|xml)$/, 'connect-src'],
];

/** By the suffix of the address; `after` is what follows its host. */
export function directiveOfSuffix(after: string): Directive | undefined {
  const suffix = /^[^"'`\s<>{}?#]*\.(\w+)(?:["'`?#\s)]|$)/.exec(after)?.[1]?.toLowerCase();
  return suffix === undefined ? undefined : bySuffix.find(([pattern]) => pattern.test(suffix))?.[1];
}

/** For `src`: by the element that the code names last, else by the suffix, else every directive that is possible. */
export function directivesOfElement(lead: string, after: string): Directives {
  const element = elementNamed(lead) ?? directiveOfSuffix(after);
  return element === undefined ? anyElement : [element];
}

const elementPatterns: readonly RegExp[] = [
  // <img … src=
  /<([a-z]+)\b[^<>]*$/i,
  // $("<img>").attr("src", · jsx("img", { src: · createElement("img") in one expression
  /["'`]<?([a-z]+)(?:\s*\/?>)?["'`]\s*[,)][^;]*$/i,
  // new Image().src =
  /\bnew (image|audio)\s*\([^()]*\)\.src\s*=$/i,
  // image.src = · iframeElement.src =
  /(?:^|[^\w$])([\w$]+)\.src\s*=$/,
];

function elementNamed(lead: string): Directive | undefined {
  for (const pattern of elementPatterns) {
    const name = pattern.exec(lead)?.[1]?.toLowerCase();
    const known = name === undefined ? undefined : (byTag[name] ?? directiveWithin(name));
    if (known !== undefined) return known;
  }
  return undefined;
}

/** `myIframe`, `logoImg`, `scriptTag`. */
function directiveWithin(name: string): Directive | undefined {
  const tag = /iframe|script|img|image|video|audio/.exec(name)?.[0];
  return tag === undefined ? undefined : byTag[tag];
}

/** For `url(…)` in a style. */
export function directivesOfStyle(lead: string, after: string): Directives {
  if (/@import\s+url\($/.test(lead)) return ['style-src'];
  if (/@font-face\s*\{[^}]*$/.test(lead)) return ['font-src'];
  return [directiveOfSuffix(after) ?? 'img-src'];
}

/** For a name that code asks RequireJS for, by its plugin. */
export function directivesOfPlugin(plugin: string | undefined): Directives {
  switch (plugin) {
    case 'css':
      return ['style-src'];
    case 'text':
    case 'json':
      return ['connect-src'];
    case 'image':
      return ['img-src'];
    case 'font':
      return ['font-src'];
    default:
      return ['script-src'];
  }
}

const byPurpose: Readonly<Record<string, Directive>> = {
  audio: 'media-src',
  document: 'frame-src',
  embed: 'object-src',
  fetch: 'connect-src',
  font: 'font-src',
  image: 'img-src',
  object: 'object-src',
  script: 'script-src',
  sharedworker: 'worker-src',
  style: 'style-src',
  track: 'media-src',
  video: 'media-src',
  worker: 'worker-src',
};

/**
 * For a `<link>`, by its `rel` and `as` alone, since its address and title may say anything. `undefined` where it loads
 * nothing.
 *
 * @param attributes the tag's text without the address
 * @param after what follows the address's host
 */
export function directivesOfLink(attributes: string, after: string): Directives | undefined {
  for (const rel of attributeOf(attributes, 'rel').split(/\s+/)) {
    const directive = directiveOfRel(rel, attributes, after);
    if (directive !== undefined) return [directive];
  }
  return undefined;
}

function directiveOfRel(rel: string, attributes: string, after: string): Directive | undefined {
  switch (rel) {
    case 'stylesheet':
      return 'style-src';
    case 'manifest':
      return 'connect-src';
    case 'modulepreload':
      return byPurpose[attributeOf(attributes, 'as')] ?? 'script-src';
    case 'preload':
    case 'prefetch':
      return byPurpose[attributeOf(attributes, 'as')] ?? directiveOfSuffix(after) ?? 'connect-src';
    default:
      return /(?:^|-)icon(?:$|-)|^apple-touch-startup-image$/.test(rel) ? 'img-src' : undefined;
  }
}

/** In lower case, `''` where there is none; its quotes may be escaped. */
function attributeOf(attributes: string, name: string): string {
  const value = new RegExp(
    String.raw`(?:^|[\s"'])${name}\s*=\s*(?:\\?(["'])([^"'\\<>]*)|([^\s"'<>\\]+))`,
    'i',
  );
  const [, , quoted, bare] = value.exec(attributes) ?? [];
  return (quoted ?? bare ?? '').trim().toLowerCase();
}
