/** A browser that ends while a page is opened: Playwright then says neither that the page is there nor that it never will be. */

import { EventEmitter } from 'node:events';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { whileConnected } from '../../src/preview/browser.js';
import type { Place } from '../../src/preview/browser-supply.js';
import { previewExtension } from '../../src/preview/preview.js';

/** Ends while it is asked for its first page. */
function openMortal(): Place {
  const events = new EventEmitter();
  let isConnected = true;
  const browser = Object.assign(events, {
    isConnected: () => isConnected,
    newContext: () => {
      isConnected = false;
      setImmediate(() => events.emit('disconnected'));
      return new Promise(() => undefined);
    },
  });
  const program = { isEnded: () => false, isFlooded: () => false, end: () => undefined };
  return { browser: { browser, program }, desk: {} } as unknown as Place;
}

it('is tried once more, and then said to have ended', async () => {
  let taken = 0;
  const take = async (): Promise<Place> => {
    taken += 1;
    return openMortal();
  };
  const { signal } = new AbortController();
  const means = { supply: { take, close: async () => undefined }, stardust: undefined, signal };
  const wanted = { name: 'x', new: { kind: 'supernova', files: new Map() } } as const;
  await expect(previewExtension(wanted, means)).rejects.toThrow('The browser ended while it drew x.');
  expect(taken).toBe(2);
});

it('is not waited for where it had ended before', async () => {
  const { browser } = openMortal().browser;
  void browser.newContext();
  const never = new Promise<never>(() => undefined);
  await expect(whileConnected(browser, never)).rejects.toThrow('the browser ended');
  expect((browser as unknown as EventEmitter & Browser).listenerCount('disconnected')).toBe(0);
});
