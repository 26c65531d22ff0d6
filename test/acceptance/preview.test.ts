/** preview against the sandbox: what it draws, what it leaves, and how it ends. */

import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AppObject } from '../../src/sandbox/engine/app.js';
import type { RunningSandbox } from '../../src/sandbox/start.js';
import { sound, supernova, supernovaFiles } from '../preview/extensions.js';
import { requireTool } from '../require-tool.js';
import { control } from '../sandbox/support.js';
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
  it('draws what changes, on both sides, and fails only if requested', async () => {
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
    // As a browser shows it: test/report/html-page.test.ts.
    expect(scene.read('page.html').match(/<img src="data:image\/png;base64,/g)).toHaveLength(8);
    const failing = await previewed('worse', '--require', 'drawn', '--report', 'junit=j.xml');
    expect(failing.code).toBe(6);
    expect(failing.stdout).toMatch(/worse +drawn → blank/);
    expect(scene.read('j.xml')).toContain('type="preview-blank"');
  });

  it('draws from a fixture, and only the folder if the archive may not be read or does not exist', async () => {
    installPeers();
    const code = supernova(
      'element.textContent = layout.word; if (layout.word !== "given") throw new Error();',
    );
    scene.workspace.write({
      ...supernovaFiles('word', code),
      'extensions/word.preview.json': '{"layout": {"word": "given"}, "properties": {}}',
    });
    const first = await previewed('--json', '--require', 'drawn');
    expect(first.code).toBe(0);
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

  it("draws from the engine's answers about an object, and overwrites no fixture but its own", async () => {
    installPeers();
    const code = supernova(
      'if (layout.word !== "captured") throw new Error(); element.textContent = layout.word;',
    );
    scene.workspace.write({ ...supernovaFiles('word', code), ...supernovaFiles('other', supernova(sound)) });
    const app = await openApp(scene.tenant.sandbox, [
      { id: 'one', type: 'word', title: 'One', layout: { word: 'captured' }, properties: { word: '=x' } },
      { id: 'two', type: 'barchart', title: 'Two' },
      { id: 'odd', type: '../\u001b[2J\n::error::x', title: 'Odd' },
      {
        ...{ id: 'proto', type: 'nobody', title: 'Proto' },
        layout: JSON.parse('{"visualization": "nobody", "__proto__": {"visualization": "word"}}'),
      },
    ]);
    const { code: done, stdout, stderr } = await previewed('--capture', `${app}/one`, '--json');
    expect({ done, stderr }).toMatchObject({
      done: 0,
      stderr: expect.stringContaining('which holds data of the app'),
    });
    expect(JSON.parse(stdout).previews).toMatchObject([
      {
        name: 'word',
        new: { result: 'drawn' },
        data: { from: 'fixture', file: 'extensions/word.preview.json' },
      },
    ]);
    const file = 'extensions/word.preview.json';
    expect(JSON.parse(scene.read(file))).toMatchObject({
      captured: { app, object: 'one' },
      layout: { word: 'captured', visualization: 'word' },
      properties: { word: '=x' },
    });
    scene.workspace.write({ [file]: '{"layout": {}}' });
    const cases: readonly (readonly [string, number, RegExp])[] = [
      [`${app}/one`, 3, /word.preview.json cannot be written: somebody wrote one by hand/],
      [`${app}/two`, 3, /two is drawn by barchart, which is none of these/],
      [`${app}/odd`, 3, /odd is drawn by \.\.\/\\u001b\[2J\\u000a::error::x, which is none of these/],
      [`${app}/proto`, 3, /proto is drawn by nobody, which is none of these/],
      [`${app}/none`, 3, /has no object none/],
      ['../x/one', 3, /"\.\.\/x\/one" is not <app>\/<object>/],
      ['..x/one', 4, /the app \.\.x cannot be read: its id does not have the form of an app id/],
      ['no-app/one', 4, /the app no-app cannot be read: the engine does not find it/],
      ['one', 3, /"one" is not <app>\/<object>/],
    ];
    for (const [object, exit, message] of cases) {
      const refused = await previewed('--capture', object);
      expect({ object, code: refused.code, stdout: refused.stdout }).toEqual({
        object,
        code: exit,
        stdout: '',
      });
      expect(refused.stderr).toMatch(message);
    }
    expect(scene.read(file)).toBe('{"layout": {}}');
  });

  it('ends with one message if the key is refused while the browser opens', async () => {
    installPeers();
    scene.workspace.write(supernovaFiles('ring', supernova(sound)));
    await succeed('apply', '--yes');
    scene.workspace.write(supernovaFiles('ring', supernova('')));
    await scene.tenant.addFaults([
      { method: 'GET', path: '/api/v1/extensions/*/file', kind: 'status', status: 401 },
    ]);
    const { code, stdout, stderr } = await previewed('--no-cache');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/^error: .*401/);
  });

  it('says that themes are not drawn', async () => {
    installPeers();
    scene.workspace.write({
      'extensions/corporate/corporate.qext': JSON.stringify({
        name: 'corporate',
        type: 'theme',
        version: '1.0.0',
      }),
      'extensions/corporate/theme.json': '{}',
      ...supernovaFiles('ring', supernova(sound)),
    });
    const { code, stdout, stderr } = await previewed('theme:corporate');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to preview'),
    });
    expect(stderr).toContain('Not drawn, since themes are no extensions: theme:corporate.');
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

  it('writes and removes no picture where a link in .qlik-sync leads', async () => {
    installPeers();
    scene.workspace.write({
      ...supernovaFiles('ring', supernova(sound)),
      'elsewhere/ring.old.png': 'theirs',
    });
    mkdirSync(join(scene.workspace.folder, '.qlik-sync'));
    symlinkSync(
      join(scene.workspace.folder, 'elsewhere'),
      join(scene.workspace.folder, '.qlik-sync/preview'),
    );
    const { code, stderr } = await previewed();
    expect(code).toBe(3);
    expect(stderr).toMatch(/--out: \.qlik-sync\/preview cannot be written: .* is a link to another place/);
    expect(scene.read('elsewhere/ring.old.png')).toBe('theirs');
  });
});

/** An app that holds these objects. */
async function openApp(sandbox: RunningSandbox, objects: readonly AppObject[]): Promise<string> {
  const { apps } = (await control(sandbox, 'GET', 'apps')).body;
  const [{ id }] = apps.filter(({ spaceId }: { spaceId?: string }) => spaceId !== undefined);
  const sheets = [{ id: 's', title: 'S', objects }];
  await control(sandbox, 'POST', 'apps', { id, opening: { kind: 'opens' }, sheets });
  return id;
}
