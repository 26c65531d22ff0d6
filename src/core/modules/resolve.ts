/** Which file of the extension a name means, as the loader of Qlik's pages resolves it. */

import type { Ask, ModuleFacts } from '../content/module-facts.js';
import { normalizePath } from '../digest.js';

type Target =
  /** The file may have any of these paths; the first is the usual one. */
  | { readonly kind: 'own'; readonly paths: readonly [string, ...string[]] }
  | { readonly kind: 'address' }
  /** The extension's own id in another case: `/extensions/Gauge/a` of `gauge`. */
  | { readonly kind: 'other-case'; readonly path: string }
  /** A module of Qlik's client that is not for extensions. */
  | { readonly kind: 'internal' }
  /** Qlik's, another extension's, or one that the code does not show. */
  | { readonly kind: 'elsewhere' };

const elsewhere: Target = { kind: 'elsewhere' };

const internalName = /^(?:js\/qlik|(?:client|core|objects|general)\.[\w-]+\/.+)$/;

const addressStart = /^(?:https?:)?\/\//i;

/** @param from path of the module that asks. @param extension its id. */
export function resolveAsk({ id }: Ask, from: string, extension: string, kind: ModuleFacts['kind']): Target {
  const [plugin, name] = splitPlugin(id);
  if (addressStart.test(name)) return { kind: 'address' };
  if (plugin === undefined && internalName.test(name)) return { kind: 'internal' };
  const own = ownPath(name.replace(/[?#].*$/s, ''), from, extension);
  if (own === undefined) return elsewhere;
  const paths = kind === 'import' ? importedFiles(own.path) : filesOf(plugin, own.path);
  if (paths === undefined) return elsewhere;
  return own.isSpeltRight ? { kind: 'own', paths } : { kind: 'other-case', path: paths[0] };
}

/** `text!./view.html!strip` → `text`, `./view.html`; the plugin of `./lib/text!a` is one of the extension's own files. */
function splitPlugin(id: string): readonly [plugin: string | undefined, name: string] {
  const [first = '', second] = id.split('!');
  if (second === undefined) return [undefined, first];
  return [first.replace(/^.*\//, '').replace(/\.js$/, ''), second];
}

interface OwnPath {
  /** Relative to the extension's folder. */
  readonly path: string;
  /** Whether the name spells the folder in its exact case. */
  readonly isSpeltRight: boolean;
}

/** `undefined` for anything outside the extension's folder. */
function ownPath(name: string, from: string, extension: string): OwnPath | undefined {
  const home = `extensions/${extension}/`;
  const start = /^\.{1,2}\//.test(name) ? `${home}${from.slice(0, from.lastIndexOf('/') + 1)}` : '';
  const absolute = joinPath(start + decodeAddress(name).replace(/^\//, '')) ?? '';
  const isBelow = absolute.toLowerCase().startsWith(home.toLowerCase()) && absolute.length > home.length;
  if (!isBelow) return undefined;
  return { path: normalizePath(absolute.slice(home.length)), isSpeltRight: absolute.startsWith(home) };
}

/** `%20` becomes a space; an address that does not decode to text, such as `%E0%A4`, stays as it is. */
export function decodeAddress(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without `.`, `..` and empty parts; `undefined` if it leads above the root. */
export function joinPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

type Paths = readonly [string, ...string[]];

function filesOf(plugin: string | undefined, path: string): Paths | undefined {
  switch (plugin) {
    case undefined:
      return /\.js$/i.test(path) ? [path, `${path}.js`] : [`${path}.js`, path];
    case 'text':
      return [path];
    case 'css':
      return /\.css$/i.test(path) ? [path] : [`${path}.css`, path];
    case 'json':
      return /\.json$/i.test(path) ? [path] : [path, `${path}.json`];
    default:
      return undefined;
  }
}

/** A module loader takes the name as it is; names that only a bundler would complete are accepted too. */
function importedFiles(path: string): Paths {
  const suffixes = ['.js', '.mjs', '.jsx', '.ts', '.tsx', '.json', '/index.js', '/index.ts'];
  return [path, ...suffixes.map((suffix) => path + suffix)];
}
