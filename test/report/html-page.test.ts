/** The page in a real browser: Debian's Chromium, where it is. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/html.js';
import type { RunResult } from '../../src/report/run-result.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  failedPart,
  runOf,
  sampleAnswers,
  sampleApplyReport,
  sampleDrift,
  samplePlanReport,
  samplePreview,
} from './sample.js';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere)
  process.emitWarning(`NOT TESTED: the HTML page in a browser, because ${executablePath} is missing`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const everything = Object.values(hostileWords).join(' ');
const pages: readonly (readonly [string, RunResult])[] = [
  ['plan', runOf(samplePlanReport())],
  ['apply', runOf(sampleApplyReport())],
  ['several', runOf(sampleDrift(), failedPart(), samplePlanReport())],
  ['answers', runOf(...sampleAnswers(), samplePreview())],
  ['hostile', runOf(sampleApplyReport(taintWith(everything)), samplePreview(taintWith(everything)))],
];

let browser: Browser;
let folder: string;

describe.skipIf(!isThere)('the page in Chromium', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qlik-sync-page-'));
    for (const [name, run] of pages) writeFileSync(join(folder, `${name}.html`), renderHtml(run));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each(pages.map(([name]) => [name]))(
      '%s: no message, no request, nothing that axe takes for serious',
      async (name) => {
        const context = await browser.newContext({ colorScheme, bypassCSP: false });
        const page = await context.newPage();
        const seen = listen(page);
        const address = pathToFileURL(join(folder, `${name}.html`)).href;
        await page.goto(address);
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        expect(seen).toEqual([`request ${address}`]);
        expect(await findViolations(page)).toEqual([]);
        await context.close();
      },
    );
  });

  it('is used by keyboard: every fold and every tile has its turn', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, 'plan.html')).href);
    const folds = await page.locator('summary').count();
    const reached = new Set<string>();
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(
        'document.activeElement.tagName + document.activeElement.textContent',
      );
      reached.add(String(focus));
      if (String(focus).startsWith('SUMMARY')) await page.keyboard.press('Enter');
    }
    expect([...reached].filter((one) => one.startsWith('SUMMARY')).length).toBeGreaterThanOrEqual(
      Math.min(folds, 5),
    );
    expect([...reached].filter((one) => one.startsWith('A')).length).toBe(6);
    expect(await page.locator('details[open]').count()).toBeGreaterThan(0);
    await page.close();
  });

  it('fits a telephone', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 700 } });
    await page.goto(pathToFileURL(join(folder, 'hostile.html')).href);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.close();
  });
});

function listen(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => seen.push(`request ${request.url()}`));
  page.on('console', (message) => seen.push(`console ${message.text()}`));
  page.on('pageerror', (error) => seen.push(`error ${error.message}`));
  page.on('dialog', async (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    await dialog.dismiss();
  });
  return seen;
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations, passes } = (await page.evaluate('axe.run(document)')) as AxeResults;
  expect(passes.length).toBeGreaterThan(15);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
