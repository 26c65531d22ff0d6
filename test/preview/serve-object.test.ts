/** In which order a page is answered, and until when. */

import type { Route } from 'playwright-core';
import { expect, it } from 'vitest';
import { createDoor, origin } from '../../src/preview/serve-object.js';
import { createPageWatch } from '../../src/preview/watch-page.js';

/** A request that is answered once `take` is called. */
function request(path: string) {
  let take = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  const bodies: string[] = [];
  const fulfill = ({ body = '' }: { body?: string | Buffer }) => {
    bodies.push(body.toString());
    return taken;
  };
  const route = { request: () => ({ url: () => `${origin}${path}` }), fulfill } as unknown as Route;
  return { route, bodies, take };
}

it('a page is answered one request after the other, and no more once its door is closed', async () => {
  const files = new Map([['a.txt', Buffer.from('text')]]);
  const object = { name: 'x', kind: 'supernova', files, stardust: undefined, limitMs: 1 } as const;
  const door = createDoor({ ...object, signal: new AbortController().signal }, createPageWatch(''));
  const all = [1, 2, 3].map((at) => request(`/extensions/x/a.txt?${at}`));
  const answers = all.map(({ route }) => door.answer(route));
  const given = () => all.map(({ bodies }) => bodies.join());
  await Promise.resolve();
  expect(given()).toEqual(['text', '', '']);
  all[0]?.take();
  await answers[0];
  await Promise.resolve();
  expect(given()).toEqual(['text', 'text', '']);
  door.close();
  all[1]?.take();
  await Promise.all(answers);
  expect(given()).toEqual(['text', 'text', '']);
});
