/**
 * The process of a browser, which Playwright starts and keeps to itself. Playwright reads what it sends without any limit, and
 * breaks this whole program where one message is longer than a text can be; and an extension decides how long messages are.
 */

import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Readable } from 'node:stream';
import { isObject } from '../core/json.js';

export interface BrowserProcess {
  /** That it may send. */
  readonly mostBytes: number;
  /** From here on it may send as much as at first; one that sends more is ended before Playwright has joined it to a text. */
  readonly renew: () => void;
  /** Whether it was ended for that. */
  readonly isFlooded: () => boolean;
  /** Ends it at once with all that it started, also where it is still to start. */
  readonly end: () => void;
  /** Whether it was ended, for whatever reason. */
  readonly isEnded: () => boolean;
  /** It has started, or never will. */
  readonly stopLooking: () => void;
}

/**
 * Looks for it among the processes that Node announces (the channel `child_process` of `diagnostics_channel`). Where a runtime
 * announces none, none is limited or ended.
 * @param mark one of its arguments, and of no other process
 */
export function watchProcess(mark: string, mostBytes: number): BrowserProcess {
  let child: ChildProcess | undefined;
  let [isEnded, isFlooded] = [false, false];
  /** Absent until somebody wants it limited. */
  let sent: number | undefined;
  const end = (): void => {
    isEnded = true;
    if (child !== undefined) endProcess(child);
  };
  const look = (message: unknown): void => {
    const announced = isObject(message) ? (message['process'] as ChildProcess) : undefined;
    // It is announced before it knows what it is to start.
    queueMicrotask(() => {
      if (announced?.spawnargs?.includes(mark) !== true) return;
      child = announced;
      if (isEnded) end();
    });
  };
  const count = (bytes: number): void => {
    sent = (sent ?? 0) + bytes;
    if (sent <= mostBytes || isFlooded) return;
    isFlooded = true;
    end();
  };
  subscribe('child_process', look);
  return {
    mostBytes,
    renew: () => {
      if (sent === undefined && child !== undefined) listen(child, count);
      sent = 0;
    },
    isFlooded: () => isFlooded,
    end,
    isEnded: () => isEnded,
    stopLooking: () => void unsubscribe('child_process', look),
  };
}

/** Beside Playwright, once that listens: what flows before somebody listens is lost. */
function listen(
  { stdio: [, stdout, stderr, , messages] }: ChildProcess,
  count: (bytes: number) => void,
): void {
  for (const stream of [stdout, stderr, messages]) {
    if (stream instanceof Readable) stream.on('data', ({ length }: Buffer | string) => count(length));
  }
}

function endProcess(child: ChildProcess): void {
  // What was sent and is not read yet is not read any more.
  child.stdio[4]?.destroy();
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { kill } = process;
  try {
    // Playwright makes it the leader of a group, but on Windows, where its helpers end with it.
    kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
