/** preview against the sandbox: what it draws, what it leaves, and how it ends. */

import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { sound, supernova, supernovaFiles } from '../preview/extensions.js';
import { requireTool } from '../require-tool.js';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const isThere = requireTool('chromium');

const scene = useScene();
const { qlikSyncWith, succeed } = scene;

const PATH = process.env['PATH'] ?? '';

/** As a project that has installed what preview needs. */
function installPeers(): void {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(scene.workspace.folder, 'node_modules'));
}

const previewed = (...args: readonly string[]) => qlikSyncWith({ PATH }, 'preview', ...args);

describe('without what it needs', () => {
  it.each<[string, () => void, Record<string, string>, readonly string[], RegExp]>([
    [
      'no playwright-core',
      () => undefined,
      { PATH },
      [],
      /^preview draws with playwright-core.*npm install --save-dev/,
    ],
    [
      'a browser that is none',
      installPeers,
      { CHROME_PATH: '/no/browser' },
      [],
      /^CHROME_PATH names \/no\/browser/,
    ],
    ['--no-exec', installPeers, { PATH }, ['--no-exec'], /--no-exec forbids that/],
  ])('%s: says so and ends with 3, without a request', async (_what, prepare, env, args, message) => {
    prepare();
    scene.workspace.write(supernovaFiles('ring', supernova(sound)));
    const { code, stderr, stdout } = await qlikSyncWith(env, 'preview', ...args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.replace(/^error: /, '')).toMatch(message);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});

describe.runIf(isThere)('with a browser', () => {
  it('draws what changes, on both sides, and fails only where that is asked for', async () => {
    installPeers();
    const colour = (name: string) => supernova(`element.innerHTML = '<b style="color:${name}">x</b>';`);
    scene.workspace.write({
      ...supernovaFiles('better', supernova('throw new Error("broken before");')),
      ...supernovaFiles('colour', colour('green')),
      ...supernovaFiles('same', supernova(sound)),
      ...supernovaFiles('worse', supernova(sound)),
      ...extensionFiles('classic'),
    });
    await succeed('apply', '--yes');
    scene.workspace.write({
      ...supernovaFiles('better', supernova('throw new Error("broken still");')),
      ...supernovaFiles('colour', colour('red')),
      ...supernovaFiles('worse', supernova('')),
      ...extensionFiles('classic', { code: 'two' }),
    });
    const { code, stdout } = await previewed(
      '--json',
      '--report',
      'html=page.html',
      '--report',
      'markdown=page.md',
    );
    expect(code).toBe(0);
    const { previews, browser } = JSON.parse(stdout);
    const seen = previews.map(({ name, old, new: fresh, worse }: Record<string, Record<string, string>>) => [
      ...[name, old?.['result'], fresh?.['result'], worse],
    ]);
    expect(seen).toEqual([
      ['better', 'failed', 'failed', false],
      ['classic', 'loaded', 'loaded', false],
      ['colour', 'drawn', 'drawn', false],
      ['worse', 'drawn', 'blank', true],
    ]);
    expect(previews[2].difference).toMatchObject({ picture: '.qlik-sync/preview/colour.diff.png' });
    expect(previews[2].difference.pixels).toBeGreaterThan(5);
    expect(browser.stardust).toMatch(/^\d+\.\d+\.\d+$/);
    for (const suffix of ['old', 'new', 'diff']) {
      expect(existsSync(join(scene.workspace.folder, `.qlik-sync/preview/colour.${suffix}.png`))).toBe(true);
    }
    expect(scene.read('page.md')).toContain('colour.diff.png');
    await expectSoundPage(join(scene.workspace.folder, 'page.html'), 8);
    const failing = await previewed('worse', '--require', 'drawn', '--report', 'junit=j.xml');
    expect(failing.code).toBe(6);
    expect(failing.stdout).toMatch(/worse +drawn → blank/);
    expect(scene.read('j.xml')).toContain('type="preview-blank"');
    expect((await previewed('better', '--require', 'drawn', '-q')).code).toBe(0);
  });

  it('draws from a fixture, and only the folder where the archive may not be read or is not there', async () => {
    installPeers();
    const code = supernova(
      'element.textContent = layout.word; if (layout.word !== "given") throw new Error();',
    );
    scene.workspace.write({
      ...supernovaFiles('word', code),
      'extensions/word.preview.json': '{"layout": {"word": "given"}, "properties": {}}',
    });
    const first = await previewed('--json');
    expect(JSON.parse(first.stdout).previews).toMatchObject([
      {
        withoutOld: 'new: the tenant has none',
        new: { result: 'drawn' },
        data: { from: 'fixture', file: 'extensions/word.preview.json' },
      },
    ]);
    await succeed('apply', '--yes');
    expect((await previewed()).stdout).toContain('Nothing to preview');
    scene.workspace.write({ 'extensions/word.preview.json': '{"layout": 5}' });
    const broken = await previewed('word');
    expect(broken.code).toBe(3);
    expect(broken.stderr).toContain('it has no object "layout"');
  });

  it.each(['extensions/ring', 'extensions/ring/pictures'])(
    'writes no picture into an extension: %s',
    async (out) => {
      installPeers();
      scene.workspace.write(supernovaFiles('ring', supernova(sound)));
      const { code, stderr } = await previewed('--out', out);
      expect(code).toBe(3);
      expect(stderr).toMatch(/cannot be written: .* the extension ring/);
    },
  );
});

/** No message, nothing loaded, and nothing that axe takes for serious. @param pictures how many the page shows */
async function expectSoundPage(file: string, pictures: number): Promise<void> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const seen: string[] = [];
    page.on('console', (message) => seen.push(message.text()));
    page.on('request', (request) => seen.push(request.url().slice(0, 22)));
    await page.goto(pathToFileURL(file).href);
    expect(seen.filter((one) => !one.startsWith('data:image/png;base64,'))).toEqual([
      pathToFileURL(file).href.slice(0, 22),
    ]);
    expect(await page.evaluate('[...document.images].filter((one) => one.naturalWidth === 640).length')).toBe(
      pictures,
    );
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found = (await page.evaluate('axe.run(document)')) as {
      violations: { id: string; impact: string }[];
    };
    expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual(
      [],
    );
  } finally {
    await browser.close();
  }
}
