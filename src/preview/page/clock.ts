/**
 * Time and chance in the page: they begin at the same point in every run, and time passes only when the program says so.
 * What an animation shows after three seconds is then the same on every machine. Sent to the page as text, before any of
 * its scripts; each function names nothing of this program.
 */

type Callback = (...values: unknown[]) => unknown;

interface Timer {
  readonly id: number;
  at: number;
  readonly every: number | undefined;
  readonly call: () => void;
}

export interface PageClock {
  /** Milliseconds since the page began. */
  now: number;
  readonly timers: Map<number, Timer>;
  /** A turn of the browser's own event loop: answers arrive, and what waits for them goes on. */
  readonly pause: () => Promise<void>;
  /** Until it has drawn, and told observers of sizes. */
  readonly frame: () => Promise<void>;
}

/** @param start milliseconds, as `Date.now` gives them */
export function installClock(start: number): PageClock {
  const host = globalThis as unknown as Record<string, unknown>;
  const clock: PageClock = { now: 0, timers: new Map(), ...keepBrowserTime() };
  let last = 0;
  const add = (call: () => void, wait: number, every?: number): number => {
    last += 1;
    clock.timers.set(last, { id: last, at: clock.now + wait, every, call });
    return last;
  };
  const delayOf = (given: unknown): number => Math.max(1, Math.trunc(Number(given)) || 0);
  const callOf = (given: unknown, values: readonly unknown[]) => (): void => {
    if (typeof given === 'function') (given as Callback)(...values);
  };
  const remove = (id: unknown): void => void clock.timers.delete(Number(id));
  host['setTimeout'] = (call: unknown, wait?: unknown, ...values: unknown[]) =>
    add(callOf(call, values), delayOf(wait));
  host['setInterval'] = (call: unknown, wait?: unknown, ...values: unknown[]) =>
    add(callOf(call, values), delayOf(wait), delayOf(wait));
  host['requestAnimationFrame'] = (call: Callback) =>
    add(() => call(clock.now), 16 - (Math.trunc(clock.now) % 16));
  host['requestIdleCallback'] = (call: Callback) =>
    add(() => call({ didTimeout: false, timeRemaining: () => 50 }), 1);
  for (const name of ['clearTimeout', 'clearInterval', 'cancelAnimationFrame', 'cancelIdleCallback'])
    host[name] = remove;
  const performance = host['performance'] as { now: () => number };
  performance.now = () => clock.now;
  host['Date'] = dateFrom(() => start + Math.trunc(clock.now));
  installChance();
  return clock;
}

interface BrowserTime {
  readonly requestAnimationFrame: (call: () => void) => void;
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: () => void };
    readonly port2: { postMessage: (message: undefined) => void };
  };
}

/** Keeps the browser's own functions, before they are replaced. A message comes at once, where timers in a row wait 4 ms each. */
export function keepBrowserTime(): Pick<PageClock, 'pause' | 'frame'> {
  const host = globalThis as unknown as BrowserTime;
  const draw = host.requestAnimationFrame.bind(globalThis);
  const { MessageChannel: Channel } = host;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const { port1, port2 } = new Channel();
      port1.onmessage = () => resolve();
      port2.postMessage(undefined);
    });
  return { pause, frame: () => new Promise((resolve) => draw(() => void pause().then(resolve))) };
}

export function dateFrom(now: () => number): unknown {
  const Real = Date;
  return new Proxy(Real, {
    construct: (target, given: unknown[], asked) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, asked) as object,
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}

/** The same sequence in every run (xorshift). */
export function installChance(): void {
  let state = 0x2545f491;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
  Math.random = next;
  const { Crypto } = globalThis as unknown as { readonly Crypto: { prototype: Record<string, unknown> } };
  Crypto.prototype['getRandomValues'] = (given: ArrayBufferView): ArrayBufferView => {
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = next() * 256;
    return given;
  };
  Crypto.prototype['randomUUID'] = (): string => {
    const digits = Array.from({ length: 32 }, () => Math.trunc(next() * 16).toString(16)).join('');
    return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
  };
}

/** Lets what the browser does by itself happen, and only then the timers that are next. */
export async function passToNext(clock: PageClock): Promise<void> {
  await clock.frame();
  const times = [...clock.timers.values()].map(({ at }) => at);
  if (times.length > 0) runDue(clock, Math.min(...times));
}

/** @param until milliseconds of the page's time; what moves forever is stopped after many turns */
export async function passUntil(clock: PageClock, until: number): Promise<void> {
  await clock.frame();
  for (let turns = 0; turns < 2_000; turns += 1) {
    await clock.pause();
    const times = [...clock.timers.values()].map(({ at }) => at).filter((at) => at <= until);
    if (times.length === 0) break;
    runDue(clock, Math.min(...times));
  }
  clock.now = Math.max(clock.now, until);
  await clock.frame();
}

/** In their order; what is thrown is reported as the browser would. */
export function runDue(clock: PageClock, at: number): void {
  const { reportError } = globalThis as unknown as { readonly reportError: (error: unknown) => void };
  clock.now = Math.max(clock.now, at);
  const due = [...clock.timers.values()].filter((timer) => timer.at <= clock.now);
  for (const timer of due.sort((a, b) => a.at - b.at || a.id - b.id)) {
    if (!clock.timers.has(timer.id)) continue;
    if (timer.every === undefined) clock.timers.delete(timer.id);
    else timer.at += timer.every;
    try {
      timer.call();
    } catch (error) {
      reportError(error);
    }
  }
}
