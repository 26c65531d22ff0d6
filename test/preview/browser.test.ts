/** How a browser starts, and how that ends where it does not. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../../src/preview/browser.js';
import { findTools } from '../../src/preview/find-tools.js';
import { isGone } from './processes.js';

const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says its process before it does something else. */
function program(name: string, script: string) {
  const file = join(folder, name);
  const noted = `${file}.pid`;
  writeFileSync(file, `#!/bin/sh\necho $$ > '${noted}'\n${script}\n`, { mode: 0o755 });
  return { file, pid: () => readNumber(noted) };
}

function readNumber(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

const start = (browser: string, more: { readonly startMs?: number; readonly signal?: AbortSignal } = {}) =>
  openBrowser({ chromium, browser, env: process.env, signal: new AbortController().signal, ...more });

describe('a browser that CHROME_PATH names', () => {
  it.each([
    ['is not there', 'none'],
    ['is a folder', '.'],
    ['may not be run', 'notes.txt'],
  ])('and that %s is told in one line', async (_what, name) => {
    writeFileSync(join(folder, 'notes.txt'), '', { mode: 0o644 });
    const named = join(folder, name);
    const finding = findTools({ folders: [import.meta.dirname], env: { CHROME_PATH: named } });
    await expect(finding).rejects.toMatchObject({
      message: `CHROME_PATH names ${named}, which is no program: name that of Chrome, Chromium or Edge, or unset the variable`,
      ...{ hint: undefined, exitCode: 3 },
    });
  });

  it('is looked for along PATH past a folder of its name', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    mkdirSync(join(first, 'google-chrome'), { recursive: true });
    mkdirSync(second);
    const file = join(second, 'google-chrome');
    writeFileSync(file, '', { mode: 0o755 });
    const PATH = [first, second].join(delimiter);
    expect(await findTools({ folders: [import.meta.dirname], env: { PATH } })).toMatchObject({
      browser: file,
    });
  });
});

describe.skipIf(process.platform === 'win32')('a browser that does not start', () => {
  it('says last why', async () => {
    const { file } = program('broken', 'echo "libnss3.so: cannot open shared object file" >&2; exit 127');
    await expect(start(file)).rejects.toThrow(
      `The browser ${file} does not start: libnss3.so: cannot open shared object file`,
    );
  });

  it('and hangs is ended', async () => {
    const { file, pid } = program('hanging', 'exec sleep 1000');
    await expect(start(file, { startMs: 500 })).rejects.toThrow('it did not start within 0.5 s');
    // On a slow machine it was ended before it could say which process it is.
    await expect.poll(() => pid() === 0 || isGone(pid())).toBe(true);
  });

  it('is not waited for by who is interrupted', async () => {
    const { file, pid } = program('interrupted', 'exec sleep 1000');
    const interrupt = new AbortController();
    const starting = start(file, { startMs: 60_000, signal: interrupt.signal });
    await expect.poll(pid).toBeGreaterThan(0);
    interrupt.abort(new Error('stop'));
    await expect(starting).rejects.toThrow('stop');
    await expect.poll(() => isGone(pid())).toBe(true);
  });
});
