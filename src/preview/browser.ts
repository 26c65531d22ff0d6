/** A browser for code that nobody has read yet: nothing of this machine is in it, and nothing leaves it. */

import { randomUUID } from 'node:crypto';
import { platform, tmpdir } from 'node:os';
import type { Browser } from 'playwright-core';
import { UserError } from '../core/errors.js';
import type { PreviewBrowserFacts } from '../core/preview.js';
import { untilAborted } from '../tenant/http/until-aborted.js';
import type { Tools, Variables } from './find-tools.js';
import { type BrowserProcess, watchProcess } from './process-watch.js';
import { firstLineOf } from './texts.js';

export interface PreviewBrowser extends Pick<PreviewBrowserFacts, 'version' | 'sandbox'> {
  readonly browser: Browser;
  readonly program: BrowserProcess;
  readonly close: () => Promise<void>;
}

const noSandbox = /without --no-sandbox|no usable sandbox|suid sandbox|sandboxing failed/i;

export interface Opening extends Tools {
  readonly env: Variables;
  /** Ends the start, too. */
  readonly signal: AbortSignal;
  /** `host:port` that every connection would take; by default one where nothing listens. */
  readonly proxy?: string | undefined;
  /** Milliseconds that its start may take; absent: 60,000. */
  readonly startMs?: number;
  /** What it may send to this program for one extension; absent: `mostSent`. */
  readonly mostBytes?: number;
}

/** Bytes: 40 KB is usual; two extensions that move and never show the same picture twice take 18 MB. */
const mostSent = 32_000_000;

/** The port of the discard service (RFC 863), on which nothing listens. */
const nowhere = '127.0.0.1:9';

/** @throws UserError where the browser does not start; the signal's reason */
export async function openBrowser(opening: Opening): Promise<PreviewBrowser> {
  const started = await startInSandbox(opening).catch((cause: unknown) => {
    opening.signal.throwIfAborted();
    throw new UserError(`The browser ${opening.browser} does not start: ${whyNotStarted(cause)}`, { cause });
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeInTime(started);
    return closing;
  };
  return { ...started, close };
}

/** When the browser ends, Playwright never settles the promise of a page that is being opened. @throws once the browser has ended, too */
export async function whileConnected<T>(
  browser: Pick<Browser, 'isConnected' | 'once' | 'off'>,
  work: Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('the browser ended'));
  browser.once('disconnected', end);
  if (!browser.isConnected()) end();
  return untilAborted(ended.signal, work).finally(() => browser.off('disconnected', end));
}

/** Milliseconds. */
const patience = 10_000;

async function closeInTime({ browser, program }: Started): Promise<void> {
  const late = setTimeout(program.end, patience);
  await browser.close().catch(() => undefined);
  clearTimeout(late);
}

/** As root, and where the kernel gives no namespaces, Chromium refuses to start with its sandbox. */
async function startInSandbox(opening: Opening): Promise<Started> {
  const { getuid } = process;
  if (platform() === 'linux' && getuid?.() === 0) return startWith(opening, 'off');
  return startWith(opening, 'on').catch(async (error: unknown) => {
    if (!noSandbox.test(String(error))) throw error;
    return startWith(opening, 'off');
  });
}

type Started = Omit<PreviewBrowser, 'close'>;

async function startWith(opening: Opening, sandbox: 'on' | 'off'): Promise<Started> {
  const { chromium, browser: executablePath, proxy = nowhere, signal, startMs = 60_000 } = opening;
  signal.throwIfAborted();
  const mark = `--qlik-sync-preview=${randomUUID()}`;
  const program = watchProcess(mark, opening.mostBytes ?? mostSent);
  const launching = chromium.launch({
    executablePath,
    chromiumSandbox: sandbox === 'on',
    env: environmentOf(opening.env),
    // Signals are for this program, which also ends a start that takes too long before Playwright does.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false, timeout: startMs + patience },
    args: [
      mark,
      ...[`--proxy-server=${proxy}`, '--proxy-bypass-list=<-loopback>'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ...[
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
        '--dns-prefetch-disable',
        '--no-pings',
      ],
      // MB of its heap that a page may take.
      '--js-flags=--max-old-space-size=512',
      ...['--disable-gpu', '--font-render-hinting=none', '--disable-lcd-text', '--disable-partial-raster'],
    ],
  });
  launching.then(program.stopLooking, program.stopLooking);
  const browser = await inTime(launching, { program, signal, startMs });
  return {
    ...{ browser, program, sandbox },
    version: `${chromium.name() === 'chromium' ? 'Chromium' : ''} ${browser.version()}`.trim(),
  };
}

/** Playwright gives a start that hangs half a minute more. A browser that starts after all is closed again. */
async function inTime(
  launching: Promise<Browser>,
  {
    program,
    signal,
    startMs,
  }: Pick<Started, 'program'> & { readonly signal: AbortSignal; readonly startMs: number },
): Promise<Browser> {
  const late = new AbortController();
  const expire = (): void => late.abort(new Error(`it did not start within ${startMs / 1000} s`));
  const timer = setTimeout(expire, startMs);
  try {
    return await untilAborted(AbortSignal.any([signal, late.signal]), launching);
  } catch (error) {
    program.end();
    launching.then((started) => started.close()).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Playwright says first what it called, and what the browser said last among many lines. */
function whyNotStarted(cause: unknown): string {
  const text = String(cause);
  const said = [...text.matchAll(/\[pid=\d+\]\[err\] (.+)/g)].at(-1)?.[1];
  return said?.trim().slice(0, 300) ?? firstLineOf(cause).replace(/^browserType\.launch: /, '');
}

/** Of the variables of this run, which may hold credentials, only what a program needs to start. */
function environmentOf(env: Variables): Record<string, string> {
  const names = [
    ...[
      'PATH',
      'HOME',
      'LANG',
      'TMPDIR',
      'LD_LIBRARY_PATH',
      'FONTCONFIG_PATH',
      'FONTCONFIG_FILE',
      'XDG_RUNTIME_DIR',
    ],
    ...['SystemRoot', 'windir', 'TEMP', 'TMP', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA', 'ProgramFiles'],
  ];
  const kept = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { HOME: tmpdir(), ...Object.fromEntries(kept) };
}
