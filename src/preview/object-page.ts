/**
 * One extension in a page of its own: a fresh profile, no network, a clock and chance that are the same every time. What
 * happens there is seen from outside the page, by the browser, so that no extension can hide it.
 */

import type { BrowserContext, Page, Request } from 'playwright-core';
import { isObject } from '../core/json.js';
import { untilAborted } from '../tenant/http/until-aborted.js';
import type { PreviewBrowser } from './browser.js';
import * as clockParts from './page/clock.js';
import * as objectParts from './page/object.js';
import type { ObjectData } from './sample-data.js';
import { baseOf, createDoor, type Door, type ObjectToDraw, origin } from './serve-object.js';
import { cutText, firstLineOf } from './texts.js';
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

/** The page did not finish; the message says why, as a clause. */
export class PageEnded extends Error {}

const size = { width: 640, height: 400 };

/** 2024-01-15T12:00:00Z: what every page takes for now. */
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
  const requests = watchRequests(context);
  const door = createDoor(object, watch);
  let page: Page;
  try {
    await Promise.all([context.route('**', door.answer), context.addInitScript(beginning())]);
    page = await context.newPage();
    await watch.attach(await context.newCDPSession(page));
    dismissAll(context, page);
  } catch (error) {
    await context.close().catch(() => undefined);
    throw error;
  }
  const { guard, noteOwnDocument } = guardOf(page, object, door);
  const step = (script: string): Promise<unknown> => guard(() => runStep(page, script));
  return {
    describe: () =>
      guard(async () => {
        await page.goto(`${origin}/`, { waitUntil: 'load', timeout: 0 });
        noteOwnDocument();
        const describing =
          object.kind === 'supernova' ? objectParts.describeSupernova : objectParts.describeClassic;
        return runStep(page, `${describing.name}(${JSON.stringify(moduleOf(object.name))})`);
      }),
    draw: (data) =>
      step(`${objectParts.drawSupernova.name}(${JSON.stringify({ name: object.name, ...data })})`),
    photograph: () => guard(() => photograph(page, requests)),
    seen: watch.seen,
    close: () => {
      door.close();
      return context.close().catch(() => undefined);
    },
  };
}

interface Requests {
  /** How many there were. */
  readonly asked: () => number;
  /** Until every answer is there. */
  readonly settled: () => Promise<void>;
}

/** Milliseconds for an answer: the browser does not tell the end of every request. */
const patience = 5_000;

function watchRequests(context: BrowserContext): Requests {
  const waiting = new Map<Request, { readonly answered: Promise<void>; readonly tell: () => void }>();
  let asked = 0;
  context.on('request', (request) => {
    asked += 1;
    let tell = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      tell = resolve;
    });
    waiting.set(request, { answered, tell });
  });
  for (const ending of ['requestfinished', 'requestfailed'] as const) {
    context.on(ending as 'requestfinished', (request) => {
      waiting.get(request)?.tell();
      waiting.delete(request);
    });
  }
  return {
    asked: () => asked,
    settled: async () => {
      if (waiting.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          waiting.clear();
          resolve();
        }, patience);
      });
      await Promise.race([Promise.all([...waiting.values()].map(({ answered }) => answered)), late]);
      clearTimeout(timer);
    },
  };
}

/** Of the extension `<name>`, the path of its main file as part of an address. The loader adds `.js` to what lacks it. */
function moduleOf(name: string): string {
  return `${encodeURIComponent(name)}${name.endsWith('.js') ? '.js' : ''}`;
}

/** Characters of a text on the console. */
const mostSaid = 10_000;

/**
 * Runs before any script of the page: sets its clock, removes what neither the route nor the policy watches, and cuts long
 * texts on the console, which would count against what the page may send.
 */
function beginning(): string {
  const parts = Object.values(clockParts).map(String).join('\n');
  const doors = ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'];
  return `{ ${parts}
const clock = ${clockParts.installClock.name}(${now});
globalThis.previewTime = {
  next: () => ${clockParts.passToNext.name}(clock),
  until: (at) => ${clockParts.passUntil.name}(clock, at),
  turn: clock.frame,
  isAwaited: () => clock.timers.size > 0,
}; }
for (const name of ${JSON.stringify(doors)}) delete globalThis[name];
globalThis.open = () => null;
for (const name of ['debug', 'log', 'info', 'warn', 'error']) {
  const say = console[name];
  console[name] = (...all) => say(...all.map((each) => (typeof each === 'string' ? each.slice(0, ${mostSaid}) : each)));
}`;
}

/** Pages that the extension opens, questions that it asks. */
function dismissAll(context: BrowserContext, page: Page): void {
  context.on('page', (other) => {
    if (other !== page) void other.close().catch(() => undefined);
  });
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
}

type Guard = <T>(work: () => Promise<T>) => Promise<T>;

/** Whatever ends the page ends what is asked of it. */
function guardOf(
  page: Page,
  { limitMs, signal }: ObjectToDraw,
  door: Door,
): { readonly guard: Guard; readonly noteOwnDocument: () => void } {
  const ended = new AbortController();
  const end = (reason: unknown): void => {
    door.close();
    ended.abort(reason);
  };
  page.once('crash', () => end(new PageEnded('the page crashed, or took more memory than it may')));
  const stop = (): void => end(signal.reason);
  signal.addEventListener('abort', stop);
  const limit = setTimeout(() => end(new PageEnded(`did not end within ${limitMs / 1000} s`)), limitMs);
  page.once('close', () => {
    clearTimeout(limit);
    signal.removeEventListener('abort', stop);
  });
  const guard: Guard = async (work) => {
    signal.throwIfAborted();
    try {
      return await untilAborted(ended.signal, work());
    } catch (error) {
      if (signal.aborted || error instanceof PageEnded) throw error;
      if (/context was destroyed|because of a navigation/.test(String(error))) throw new PageEnded(left);
      throw new PageEnded(`the page broke: ${firstLineOf(error)}`);
    }
  };
  return { guard, noteOwnDocument: () => page.once('domcontentloaded', () => end(new PageEnded(left))) };
}

const left = 'it left its page, or replaced it';

async function runStep(page: Page, script: string): Promise<unknown> {
  const text: unknown = await page.evaluate(`${objectParts.runStep.name}(() => ${script}, ${mostAnswer})`);
  return JSON.parse(String(text).slice(0, mostAnswer));
}

/** Characters. */
const mostAnswer = 4_000_000;

/** Milliseconds of the page's own clock at which it is photographed, and between that and the next time. */
const moment = 10_000;
const interval = 200;

/** What still moves after this many pictures is shown as it is then, at the same moment in every run. */
const mostLooks = 9;

/** One picture of what stands still; of what may move, the second of two in a row that are the same. */
async function photograph(page: Page, requests: Requests): Promise<Photograph> {
  await untilAnswered(page, requests);
  const asked = requests.asked();
  await page.evaluate(`previewTime.until(${moment})`);
  await untilAnswered(page, requests);
  const settled: unknown = await page.evaluate(`${objectParts.settle.name}()`);
  const { isReplaced, notice, moves } = isObject(settled) ? settled : {};
  if (isReplaced === true) throw new PageEnded(left);
  const noticed = typeof notice === 'string' ? { notice: cutText(notice, 400) } : {};
  const shoot = (): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide', timeout: 0 });
  let picture = await shoot();
  const standsStill = moves === false && requests.asked() === asked && page.workers().length === 0;
  for (let look = 1; look < mostLooks && !standsStill; look += 1) {
    await untilAnswered(page, requests);
    await page.evaluate(`previewTime.until(${moment + look * interval})`);
    const last = picture;
    picture = await shoot();
    if (picture.equals(last)) break;
  }
  return { picture, ...noticed };
}

/** Answers come when the machine has time, so the page's time waits for them: as long as they ask for more, up to a limit. */
async function untilAnswered(page: Page, requests: Requests): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds += 1) {
    const asked = requests.asked();
    await requests.settled();
    await page.evaluate('previewTime.turn()');
    if (requests.asked() === asked) return;
  }
}
