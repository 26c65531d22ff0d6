/** The browser in which one extension after the other is drawn: what an extension does to it, the next one does not feel. */

import type { Page } from 'playwright-core';
import { UserError } from '../core/errors.js';
import { type Opening, openBrowser, type PreviewBrowser, whileConnected } from './browser.js';

export interface BrowserSupply {
  /**
   * A running browser, which may again send as much as a new one; started where there is none or the last has ended.
   * @throws UserError where none starts; the signal's reason
   */
  readonly take: () => Promise<Place>;
  readonly close: () => Promise<void>;
}

/** Where an extension is drawn. */
export interface Place {
  readonly browser: PreviewBrowser;
  /** A page in which no extension ever runs, for what is done with pictures. */
  readonly desk: Page;
}

export function createBrowserSupply(opening: Opening): BrowserSupply {
  let latest: Promise<Place> | undefined;
  let isClosed = false;
  const start = async (): Promise<Place> => {
    const browser = await openBrowser(opening);
    try {
      const desk = await whileConnected(browser.browser, openDesk(browser));
      return { browser, desk };
    } catch (cause) {
      const hasEnded = !browser.browser.isConnected();
      await browser.close();
      opening.signal.throwIfAborted();
      if (!hasEnded) throw cause;
      throw new UserError(`The browser ${opening.browser} ended as soon as it had started.`, { cause });
    }
  };
  const take = async (): Promise<Place> => {
    let place = await latest;
    if (place === undefined || !isRunning(place)) {
      await place?.browser.close();
      if (isClosed) throw new Error('a browser is wanted after all were closed');
      latest = start();
      place = await latest;
    }
    place.browser.program.renew();
    return place;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    const last = await latest?.catch(() => undefined);
    await last?.browser.close();
  };
  return { take, close };
}

async function openDesk({ browser, program }: PreviewBrowser): Promise<Page> {
  const context = await browser.newContext({ offline: true, acceptDownloads: false });
  const desk = await context.newPage();
  desk.once('crash', program.end);
  return desk;
}

export function isRunning({ browser: { browser, program } }: Place): boolean {
  return browser.isConnected() && !program.isEnded();
}
