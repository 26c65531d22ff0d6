/**
 * What a preview cannot go below: a browser starts, loads a page with nebula.js and an extension so many times, each in a
 * fresh profile and from this program, and ends. `node page-loads.mjs <browser> <stardust.js> <extension.js> <pages> <at once>`
 */

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [executablePath, stardust, extension, pages, atOnce] = process.argv.slice(2);

const page = `<!doctype html><title>page</title><script>var define = (ids, make) => { globalThis.made = make; };
define.amd = {};</script><div id="object"></div><script src="/extension.js"></script><script>define = undefined;</script>
<script src="/stardust.js"></script>`;
const files = {
  '/': { contentType: 'text/html', body: page },
  '/stardust.js': { contentType: 'text/javascript', body: readFileSync(stardust) },
  '/extension.js': { contentType: 'text/javascript', body: readFileSync(extension) },
};

const chromiumSandbox = process.getuid?.() !== 0;
const browser = await chromium.launch({ executablePath, chromiumSandbox, args: ['--disable-gpu'] });
let left = Number(pages);
const loadInTurn = async () => {
  while (left-- > 0) await load();
};
await Promise.all(Array.from({ length: Number(atOnce) }, loadInTurn));
await browser.close();

async function load() {
  const context = await browser.newContext({ viewport: { width: 640, height: 400 } });
  await context.route('**', (route) =>
    route.fulfill(files[new URL(route.request().url()).pathname] ?? { status: 404 }),
  );
  const opened = await context.newPage();
  await opened.goto('https://preview.invalid/', { waitUntil: 'load' });
  await context.close();
}
