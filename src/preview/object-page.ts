/**
 * One extension in a page of its own: a fresh profile, no network, a clock and chance that are the same every time. What
 * happens there is seen from outside the page, by the browser, so that no extension can hide it.
 */

import type { BrowserContext, Page } from 'playwright-core';
import { firstLineOf, type PreviewBrowser } from './browser.js';
import * as clockParts from './page/clock.js';
import * as objectParts from './page/object.js';
import type { ObjectData } from './sample-data.js';
import { answer, baseOf, type ObjectToDraw, origin } from './serve-object.js';
import { createPageWatch, type Seen } from './watch-page.js';

export interface ObjectPage {
  /** Loads the extension's module. The answer is its own, so nothing in it is certain. @throws PageEnded */
  readonly describe: () => Promise<unknown>;
  /** Draws it. @throws PageEnded */
  readonly draw: (data: ObjectData) => Promise<unknown>;
  /** Once nothing moves any more. @throws PageEnded */
  readonly photograph: () => Promise<Photograph>;
  readonly seen: () => Seen;
  readonly close: () => Promise<void>;
}

interface Photograph {
  /** PNG. */
  readonly picture: Buffer;
  /** What stardust shows in place of an object that it cannot draw. */
  readonly notice?: string;
}

/** The page came to no end; the message says how, as a clause. */
export class PageEnded extends Error {}

const size = { width: 640, height: 400 };

/** 2024-01-15T12:00:00Z, for everything that a page takes for now. */
const now = Date.UTC(2024, 0, 15, 12);

export async function openObjectPage(
  { browser }: Pick<PreviewBrowser, 'browser'>,
  object: ObjectToDraw,
): Promise<ObjectPage> {
  const context = await browser.newContext({
    ...{ viewport: size, deviceScaleFactor: 1, colorScheme: 'light', reducedMotion: 'reduce' },
    ...{ locale: 'en-US', timezoneId: 'UTC', serviceWorkers: 'block', acceptDownloads: false },
  });
  const watch = createPageWatch(baseOf(object.name));
  let page: Page;
  try {
    await context.route('**', (route) => answer(route, object, watch));
    page = await context.newPage();
    const session = await context.newCDPSession(page);
    await Promise.all([watch.attach(session), page.addInitScript(beginning())]);
    dismissAll(context, page);
  } catch (error) {
    await context.close().catch(() => undefined);
    throw error;
  }
  const guard = guardOf(page, object);
  const step = (script: string): Promise<unknown> => guard(() => runStep(page, script));
  return {
    describe: () =>
      guard(async () => {
        await page.goto(`${origin}/`, { waitUntil: 'load', timeout: 0 });
        const describing =
          object.kind === 'supernova' ? objectParts.describeSupernova : objectParts.describeClassic;
        return runStep(page, `${describing.name}(${JSON.stringify(moduleOf(object.name))})`);
      }),
    draw: (data) =>
      step(`${objectParts.drawSupernova.name}(${JSON.stringify({ name: object.name, ...data })})`),
    photograph: () => guard(() => photograph(page)),
    seen: watch.seen,
    close: () => context.close().catch(() => undefined),
  };
}

/** Of the extension `<name>`, the path of its main file as part of an address. The loader adds `.js` to what lacks it. */
function moduleOf(name: string): string {
  return `${encodeURIComponent(name)}${name.endsWith('.js') ? '.js' : ''}`;
}

/** Before any script of the page: its clock, and no door that neither the route nor the policy watches. */
function beginning(): string {
  const parts = Object.values(clockParts).map(String).join('\n');
  const doors = ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'];
  return `{ ${parts}
const clock = ${clockParts.installClock.name}(${now});
globalThis.previewTime = {
  next: () => ${clockParts.passToNext.name}(clock),
  until: (at) => ${clockParts.passUntil.name}(clock, at),
}; }
for (const name of ${JSON.stringify(doors)}) delete globalThis[name];
globalThis.open = () => null;`;
}

/** Pages that the extension opens, questions that it asks. */
function dismissAll(context: BrowserContext, page: Page): void {
  context.on('page', (other) => {
    if (other !== page) void other.close().catch(() => undefined);
  });
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
}

function guardOf(page: Page, { limitMs, signal }: ObjectToDraw): <T>(work: () => Promise<T>) => Promise<T> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const crashed = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new PageEnded('the page crashed, or took more memory than it may')));
  });
  const late = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () =>
      reject(signal.aborted ? signal.reason : new PageEnded(`did not end within ${limitMs / 1000} s`)),
    );
  });
  for (const each of [crashed, late]) each.catch(() => undefined);
  return async (work) => {
    signal.throwIfAborted();
    try {
      return await Promise.race([work(), crashed, late]);
    } catch (error) {
      if (signal.aborted || error instanceof PageEnded) throw error;
      throw new PageEnded(`the page was left or broke: ${firstLineOf(error)}`);
    }
  };
}

async function runStep(page: Page, script: string): Promise<unknown> {
  const text: unknown = await page.evaluate(`${objectParts.runStep.name}(() => ${script})`);
  return JSON.parse(String(text).slice(0, mostAnswer));
}

const mostAnswer = 4_000_000;

/** Milliseconds of the page's own clock at which it is photographed, and between that and the next time. */
const moment = 10_000;
const interval = 200;

/** Two pictures in a row that are the same; what still moves after that is shown as it is then, at the same moment in every run. */
async function photograph(page: Page): Promise<Photograph> {
  await page.evaluate(`previewTime.until(${moment})`);
  const notice: unknown = await page.evaluate(`${objectParts.settle.name}()`);
  const noticed = typeof notice === 'string' ? { notice: notice.slice(0, 400) } : {};
  const shoot = (): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide', timeout: 0 });
  let last = await shoot();
  for (let more = 1; more <= 8; more += 1) {
    await page.evaluate(`previewTime.until(${moment + more * interval})`);
    const next = await shoot();
    if (next.equals(last)) return { picture: next, ...noticed };
    last = next;
  }
  return { picture: last, ...noticed };
}
