/** A process among those that this one starts: found by its mark, ended when it sends too much. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchProcess } from '../../src/preview/process-watch.js';

/** Sends so many bytes through the pipe that Playwright reads from, and waits to be ended. */
function startSender(mark: string, bytes: number): ChildProcess {
  const code = `require('node:fs').writeSync(4, Buffer.alloc(${bytes}, 'x')); setInterval(() => 0, 1000);`;
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, ['-e', code, '--', mark], {
    stdio: [...stdio],
    detached: process.platform !== 'win32',
  });
}

/** Once so many bytes of it have come. */
function untilSent({ stdio: [, , , , messages] }: ChildProcess, bytes: number): Promise<void> {
  let sent = 0;
  return new Promise((resolve) => {
    messages?.on('data', ({ length }: Buffer) => {
      sent += length;
      if (sent >= bytes) resolve();
    });
  });
}

describe('a process', () => {
  it('that sends more than it may is ended, and not the one beside it', async () => {
    const [small, large] = [watchProcess('--mark=1', 1000), watchProcess('--mark=2', 1000)];
    const [quiet, loud] = [startSender('--mark=1', 1000), startSender('--mark=2', 1001)];
    await Promise.resolve();
    for (const each of [small, large]) {
      each.stopLooking();
      each.renew();
    }
    const [[, signal]] = await Promise.all([once(loud, 'close'), untilSent(quiet, 1000)]);
    expect([signal, large.isFlooded(), large.isEnded()]).toEqual(['SIGKILL', true, true]);
    expect([quiet.exitCode, small.isFlooded(), small.isEnded()]).toEqual([null, false, false]);
    small.end();
    expect(await once(quiet, 'close')).toEqual([null, 'SIGKILL']);
    expect([small.isFlooded(), small.isEnded()]).toEqual([false, true]);
  });

  it('may send as much again once it is renewed', async () => {
    const watched = watchProcess('--mark=3', 1000);
    const sender = startSender('--mark=3', 900);
    await Promise.resolve();
    watched.renew();
    await untilSent(sender, 900);
    watched.renew();
    sender.stdio[4]?.emit('data', Buffer.alloc(900));
    expect(watched.isFlooded()).toBe(false);
    sender.stdio[4]?.emit('data', Buffer.alloc(101));
    expect(watched.isFlooded()).toBe(true);
    await once(sender, 'close');
    watched.stopLooking();
  });

  it('that is to be ended before it has started is ended as it starts', async () => {
    const watched = watchProcess('--mark=4', 1000);
    watched.end();
    const [, signal] = await once(startSender('--mark=4', 1), 'close');
    watched.stopLooking();
    expect(signal).toBe('SIGKILL');
  });
});
