/** A browser for code that nobody has read yet: nothing of this machine is in it, and nothing leaves it. */

import { tmpdir } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { UserError } from '../core/errors.js';
import type { PreviewBrowserFacts } from '../core/preview.js';
import type { Tools, Variables } from './find-tools.js';

export interface PreviewBrowser extends Pick<PreviewBrowserFacts, 'version' | 'sandbox'> {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

const noSandbox = /without --no-sandbox|no usable sandbox|suid sandbox|sandboxing failed/i;

interface Opening extends Tools {
  readonly env: Variables;
  /** `host:port` that every connection would take; by default one where nothing listens. */
  readonly proxy?: string | undefined;
}

/** The port of the discard service (RFC 863), on which nothing listens. */
const nowhere = '127.0.0.1:9';

/** @throws UserError where the browser does not start */
export async function openBrowser(opening: Opening): Promise<PreviewBrowser> {
  const started = await startWith(opening, 'on')
    .catch(async (error: unknown) => {
      // As root, and where the kernel gives no namespaces, Chromium refuses to start with its sandbox.
      if (!noSandbox.test(String(error))) throw error;
      return startWith(opening, 'off');
    })
    .catch((cause: unknown) => {
      throw new UserError(`The browser ${opening.browser} does not start: ${firstLineOf(cause)}`, { cause });
    });
  return { ...started, close: () => started.browser.close().catch(() => undefined) };
}

async function startWith(
  { chromium, browser: executablePath, env, proxy = nowhere }: Opening,
  sandbox: 'on' | 'off',
): Promise<Omit<PreviewBrowser, 'close'>> {
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: sandbox === 'on',
    env: environmentOf(env),
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false, timeout: 60_000 },
    args: [
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
  return {
    browser,
    sandbox,
    version: `${chromium.name() === 'chromium' ? 'Chromium' : ''} ${browser.version()}`.trim(),
  };
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

export function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 300);
}

/** A page in which no extension ever runs, for what is done with pictures. */
export async function openDesk({ browser }: Pick<PreviewBrowser, 'browser'>): Promise<Page> {
  const context = await browser.newContext({ offline: true, acceptDownloads: false });
  return context.newPage();
}
