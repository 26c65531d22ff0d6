/** What the page of an extension is given: itself, nebula.js, what works for us in it, and the extension's own files. */

import type { Route } from 'playwright-core';
import { suffixOf } from '../core/digest.js';
import { decodeAddress } from '../core/modules/resolve.js';
import type { PreviewKind } from '../core/preview.js';
import * as loaderParts from './page/loader.js';
import * as objectParts from './page/object.js';
import { cutText } from './texts.js';
import type { PageWatch } from './watch-page.js';

/** The content of an extension: paths below its folder, with `/`. */
export type Files = ReadonlyMap<string, Uint8Array>;

export interface ObjectToDraw {
  readonly name: string;
  readonly kind: PreviewKind;
  readonly files: Files;
  /** The script of `@nebula.js/stardust`; absent for an extension that is not drawn. */
  readonly stardust: Uint8Array | undefined;
  /** Milliseconds for everything that the page does. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** An address that nobody can have (RFC 2606). */
export const origin = 'https://preview.invalid';

/** Nothing but the extension's own files, and what it makes itself. What it asks for beyond is what a policy would have to allow. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline' blob:",
  ...["img-src 'self' data: blob:", "font-src 'self' data:", "media-src 'self' data: blob:"],
  ...["connect-src 'self' data: blob:", "worker-src 'self' blob:", "frame-src 'self' blob: data:"],
  ...["object-src 'none'", "base-uri 'none'", "form-action 'none'", "webrtc 'block'"],
].join('; ');

const types: Readonly<Record<string, string>> = {
  ...{ js: 'text/javascript', mjs: 'text/javascript', css: 'text/css', html: 'text/html', htm: 'text/html' },
  ...{
    json: 'application/json',
    svg: 'image/svg+xml',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
  },
  ...{ gif: 'image/gif', webp: 'image/webp', woff: 'font/woff', woff2: 'font/woff2', ttf: 'font/ttf' },
  wasm: 'application/wasm',
};

export interface Door {
  readonly answer: (route: Route) => Promise<void>;
  /** Nothing is answered any more. */
  readonly close: () => void;
}

/**
 * Answers one request after the other: a page may ask for a large file a thousand times, and each answer is in memory until the
 * browser has taken it. A page that has crashed takes none, and Playwright waits for it no more.
 */
export function createDoor(object: ObjectToDraw, watch: PageWatch): Door {
  let last = Promise.resolve();
  let isClosed = false;
  return {
    answer: (route) => {
      last = last.then(() => (isClosed ? undefined : answer(route, object, watch))).catch(() => undefined);
      return last;
    },
    close: () => {
      isClosed = true;
    },
  };
}

async function answer(route: Route, object: ObjectToDraw, watch: PageWatch): Promise<void> {
  const url = new URL(route.request().url());
  if (url.origin !== origin) {
    if (/^https?:$/.test(url.protocol)) watch.addBlocked(directiveOf(route), url.href);
    // An answer without content leaves the page where it is.
    if (route.request().isNavigationRequest()) return route.fulfill({ status: 204 }).catch(() => undefined);
    return route.abort('blockedbyclient').catch(() => undefined);
  }
  const found = findFile(object, decodeAddress(url.pathname));
  if (found === undefined) {
    if (url.pathname !== '/favicon.ico') watch.addMissing(shownPath(object, url));
    return route.fulfill({ status: 404, contentType: 'text/plain', body: '' }).catch(() => undefined);
  }
  const { type, body } = found;
  const headers = { 'content-security-policy': policy, 'access-control-allow-origin': '*' };
  return route.fulfill({ contentType: type, headers, body: Buffer.from(body) }).catch(() => undefined);
}

/** A navigation is no matter of a policy. */
function directiveOf(route: Route): string {
  const kind = route.request().resourceType();
  return kind === 'document' ? 'navigation' : `${kind}`;
}

interface Found {
  readonly type: string;
  readonly body: Uint8Array;
}

function findFile(object: ObjectToDraw, path: string): Found | undefined {
  const { name, files, stardust } = object;
  if (path === '/') return { type: 'text/html; charset=utf-8', body: Buffer.from(pageOf(object)) };
  if (path === '/stardust.js' && stardust !== undefined) return { type: 'text/javascript', body: stardust };
  if (path === '/preview.js') return { type: 'text/javascript', body: Buffer.from(harnessOf(object)) };
  const own = `/extensions/${name}/`;
  const body = path.startsWith(own) ? files.get(path.slice(own.length).normalize('NFC')) : undefined;
  if (body === undefined) return undefined;
  return { type: types[suffixOf(path)] ?? 'text/plain; charset=utf-8', body };
}

function pageOf({ stardust }: ObjectToDraw): string {
  const scripts = stardust === undefined ? ['preview.js'] : ['stardust.js', 'preview.js'];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>preview</title>
<style>html,body{margin:0;background:#fff}#object{position:absolute;inset:0}</style>
<body><div id="object"></div>${scripts.map((file) => `<script src="/${file}"></script>`).join('')}`;
}

/** The functions of the page by the names that they have in this program, whatever a bundler made of those. */
function harnessOf({ name }: ObjectToDraw): string {
  const parts = [...Object.values(loaderParts), ...Object.values(objectParts)].map(String);
  const base = JSON.stringify(baseOf(name));
  const make = loaderParts.createLoader.name;
  return `${parts.join('\n')}
var preview = { loader: ${make}(${base}, ${JSON.stringify(name)}, globalThis.stardust) };`;
}

/** The address of the extension's folder. */
export function baseOf(name: string): string {
  return `${origin}/extensions/${encodeURIComponent(name)}/`;
}

function shownPath({ name }: ObjectToDraw, { pathname }: URL): string {
  const path = decodeAddress(pathname);
  const own = `/extensions/${name}/`;
  return cutText(path.startsWith(own) ? path.slice(own.length) : path, 300);
}
