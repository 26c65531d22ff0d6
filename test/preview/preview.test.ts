/** What a browser makes of extensions that are right, broken, or up to something. */

import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewSide } from '../../src/core/preview.js';
import type { Opening } from '../../src/preview/browser.js';
import { type BrowserSupply, createBrowserSupply } from '../../src/preview/browser-supply.js';
import { findTools, readStardust } from '../../src/preview/find-tools.js';
import { type Means, type Previewed, previewExtension, type ToPreview } from '../../src/preview/preview.js';
import { requireTool } from '../require-tool.js';
import { sound, supernova } from './extensions.js';

const isThere = requireTool('chromium');

const places = { folders: [join(import.meta.dirname, '../..')], env: process.env };

let opening: Opening;
/** Those that draw nothing. */
let supplies: BrowserSupply[] = [];
let proxy: Server;
/** The first line of each request that reached the proxy. */
const asked: string[] = [];
let means: Omit<Means, 'supply'>;

beforeAll(async () => {
  if (!isThere) return;
  proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      asked.push(data.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { signal } = new AbortController();
  const tools = await findTools(places);
  opening = { ...tools, env: process.env, signal, proxy: `127.0.0.1:${port}` };
  supplies = Array.from({ length: atOnce }, () => createBrowserSupply(opening));
  means = { stardust: readStardust(places).script, signal };
});
afterAll(async () => {
  await Promise.all(supplies.map((supply) => supply.close()));
  proxy?.close();
});

type Code = string | Readonly<Record<string, string>>;

function versionOf(code: Code, kind: 'supernova' | 'classic') {
  const files = typeof code === 'string' ? { 'x.js': code } : code;
  return { kind, files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])) };
}

/** Tests run side by side; so many at once are as fast as more. */
const atOnce = 3;

const inTurn = pLimit(atOnce);

/** In a browser that draws nothing else meanwhile. */
function preview(wanted: ToPreview, more: Partial<Means> = {}): Promise<Previewed> {
  return inTurn(async () => {
    const supply = supplies.pop();
    if (supply === undefined) throw new Error('more are drawn at once than there are browsers');
    try {
      return await previewExtension(wanted, { supply, ...means, ...more });
    } finally {
      supplies.push(supply);
    }
  });
}

function draw(code: Code, more: Partial<ToPreview> = {}, limits: Partial<Means> = {}): Promise<Previewed> {
  return preview({ name: 'x', new: versionOf(code, 'supernova'), ...more }, limits);
}

async function drawn(code: Code, limits: Partial<Means> = {}): Promise<PreviewSide> {
  return (await draw(code, {}, limits)).preview.new;
}

async function loaded(code: Code): Promise<PreviewSide> {
  const { preview: made } = await preview(
    { name: 'x', new: versionOf(code, 'classic') },
    { stardust: undefined },
  );
  return made.new;
}

const animated = `let turn = 0; const next = () => {
  turn += 1; element.style.background = 'rgb(' + (turn % 256) + ',' + Math.floor(Math.random() * 256) + ',0)';
  element.textContent = new Date().toISOString() + performance.now() + crypto.randomUUID();
  requestAnimationFrame(next);
}; next();`;

describe.runIf(isThere).concurrent('a supernova', () => {
  it.each<[string, string, Partial<PreviewSide>]>([
    [
      'draws, and asks for a file that is not there',
      supernova(`${sound} fetch(new URL('/extensions/x/gone.json', location.href));`),
      { result: 'drawn', errors: [], blocked: [], missing: ['gone.json'] },
    ],
    [
      'throws when it is loaded',
      supernova(sound, { load: "throw new RangeError('no licence');" }),
      { result: 'failed', why: 'threw while it was loaded: RangeError: no licence' },
    ],
    [
      'throws when it is drawn',
      supernova('element.querySelector("p").hidden = true;'),
      { result: 'failed', why: expect.stringMatching(/TypeError: Cannot set properties of null/) },
    ],
    [
      'throws some time later, and rejects what nobody waits for',
      supernova(
        `${sound} setTimeout(() => { throw new Error('late'); }, 900); Promise.reject(new Error('unheard'));`,
      ),
      {
        ...{ result: 'failed', why: 'threw while it was drawn: Error: unheard' },
        errors: [
          expect.objectContaining({ kind: 'exception', message: 'Error: unheard' }),
          expect.objectContaining({ kind: 'exception', message: 'Error: late' }),
        ],
      },
    ],
    [
      'writes an error to the console',
      supernova(`${sound} console.error('wrong', 7);`),
      { result: 'failed', why: 'wrote an error to the console: wrong 7' },
    ],
    ['draws nothing', supernova('element.innerHTML = "";'), { result: 'blank', why: 'one colour only' }],
    ['is no script', 'define([], () => {', { result: 'failed', why: expect.stringMatching(/SyntaxError/) }],
    [
      'gives a text',
      'define([], () => "text");',
      { result: 'failed', why: 'its module gives a value of the type string, not a supernova' },
    ],
  ])('%s', async (_what, code, expected) => {
    expect(await drawn(code)).toMatchObject(expected);
  });

  it('says where in its files an error is', async () => {
    const { errors } = await drawn({
      'x.js': "define(['./lib/draw'], (supernova) => supernova);",
      'lib/draw.js': supernova('null.wrong;'),
    });
    expect(errors).toEqual([
      {
        ...{ kind: 'console', file: 'lib/draw.js', line: 8, column: expect.any(Number) },
        message: "TypeError: Cannot read properties of null (reading 'wrong')",
      },
    ]);
  });

  it('is stopped when it never ends, as it is loaded or drawn', async () => {
    const endless = 'for (;;) {}';
    const { preview } = await draw(
      supernova(endless),
      { old: versionOf(supernova('', { load: endless }), 'supernova') },
      { limitMs: 2_000 },
    );
    for (const side of [preview.old, preview.new])
      expect(side).toMatchObject({ result: 'failed', why: 'did not end within 2 s' });
  });

  it('is drawn apart from an archive that never ends, since each may be what holds up the other', async () => {
    const supply = createBrowserSupply(opening);
    let taken = 0;
    const take: BrowserSupply['take'] = () => {
      taken += 1;
      return supply.take();
    };
    const old = versionOf(supernova('for (;;) {}'), 'supernova');
    const { preview } = await draw(
      supernova(sound),
      { old },
      { limitMs: 2_000, supply: { ...supply, take } },
    ).finally(supply.close);
    expect(preview.old).toMatchObject({ result: 'failed', why: 'did not end within 2 s' });
    // Together, each alone, and for the comparison.
    expect(taken).toBe(4);
  });

  it('is stopped when it takes more memory than it may', async () => {
    // A quarter more than a page may have, and then no more.
    const greedy =
      'const all = []; while (all.length < 80) all.push(new Array(1_000_000).fill(all.length + 0.5));';
    expect(await drawn(supernova(`${sound} ${greedy}`))).toMatchObject({
      ...{ result: 'failed', why: 'the page crashed, or took more memory than it may' },
    });
  });

  it('is the same picture every time, even while it moves, and told from another', async () => {
    const { preview: moving, pictures: shown } = await draw(supernova(animated), {
      old: versionOf(supernova(animated), 'supernova'),
    });
    expect(shown.new?.length).toBeGreaterThan(1000);
    expect(moving.difference).toEqual({ pixels: 0, of: 256_000 });
    const box = (width: number) =>
      supernova(`element.innerHTML = '<div style="background:red;height:10px;width:${width}px"></div>';`);
    const { preview, pictures } = await draw(box(30), { old: versionOf(box(20), 'supernova') });
    expect(preview.difference).toEqual({ pixels: 100, of: 256_000 });
    expect(pictures.difference?.subarray(1, 4).toString()).toBe('PNG');
  });

  it('is waited for when its own files come late', async () => {
    const late = await draw({
      'x.js': supernova(
        "fetch('/extensions/x/a.json').then((a) => a.json()).then((a) => { element.innerHTML = a; });",
      ),
      'a.json': JSON.stringify(`<p>${'late '.repeat(50_000)}</p>`),
    });
    expect(late.preview.new.result).toBe('drawn');
  });

  it('gets the data that it asks for, the same on both sides, or that of a fixture', async () => {
    const shows = (what: string): string => `element.textContent = JSON.stringify(${what});
      if (JSON.stringify(${what}) !== layout.expected) throw new Error(JSON.stringify(${what}));`;
    const target =
      "[{ path: '/box/qHyperCubeDef', dimensions: { min: 2, max: 3 }, measures: { min: () => 1 } }]";
    const size = 'layout.box.qHyperCube.qSize';
    const properties = `{ box: { qHyperCubeDef: {} }, expected: '{"qcx":3,"qcy":15}' }`;
    const asking = supernova(shows(size), { properties, targets: target });
    const elder = supernova(shows(size), { properties });
    const { preview } = await draw(asking, { old: versionOf(elder, 'supernova') });
    expect([preview.old?.why, preview.new.why]).toEqual([undefined, undefined]);
    const fixture = { layout: { expected: '5', answer: 5 }, properties: {} };
    const fixed = await draw(supernova(shows('layout.answer')), { fixture });
    expect(fixed.preview.new).toMatchObject({ result: 'drawn', errors: [] });
  });

  it.each([
    ['elsewhere', "'/box/qHyperCubeDef'"],
    ['where nobody can', "'/a'.repeat(60)"],
  ])('gets what it needs as an archive, too, when the folder asks for data %s', async (_where, path) => {
    const limits = '{ min: 1, max: 1 }';
    const at = (where: string): string => `[{ path: ${where}, dimensions: ${limits}, measures: ${limits} }]`;
    const reads = `if (layout.qHyperCube.qSize.qcx < 2) throw new Error('no data'); ${sound}`;
    const properties = '{ qHyperCubeDef: {} }';
    const elder = supernova(reads, { properties, targets: at("'/qHyperCubeDef'") });
    const asking = supernova('null.wrong;', { targets: at(path) });
    const { preview } = await draw(asking, { old: versionOf(elder, 'supernova') });
    expect([preview.old?.why, preview.old?.result, preview.new.result]).toEqual([
      undefined,
      'drawn',
      'failed',
    ]);
  });
});

describe.runIf(isThere).concurrent('the way out', () => {
  const ways: readonly (readonly [string, string, string | undefined])[] = [
    ['fetch', "fetch('https://a.example/x').catch(() => 0);", 'connect-src https://a.example'],
    [
      'XMLHttpRequest',
      "const r = new XMLHttpRequest(); r.open('GET', 'http://b.example:81/'); r.send();",
      'connect-src http://b.example:81',
    ],
    ['a socket', "new WebSocket('wss://c.example/s');", 'connect-src wss://c.example'],
    ['a beacon', "navigator.sendBeacon('https://d.example/', 'x');", 'connect-src https://d.example'],
    ['an image', "new Image().src = 'https://e.example/x.png';", 'img-src https://e.example'],
    [
      'a style',
      "document.body.style.backgroundImage = 'url(https://f.example/x.png)';",
      'img-src https://f.example',
    ],
    [
      'a script',
      "document.head.append(Object.assign(document.createElement('script'), { src: 'https://g.example/x.js' }));",
      'script-src https://g.example',
    ],
    [
      'a frame',
      "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://h.example' }));",
      'frame-src https://h.example',
    ],
    ['a module', "import('https://j.example/x.js').catch(() => 0);", 'script-src https://j.example'],
    [
      'a worker',
      'new Worker(URL.createObjectURL(new Blob([\'fetch("https://k.example/").catch(() => 0)\'])));',
      undefined,
    ],
    ['a window', "window.open('https://l.example/');", undefined],
    [
      'a form',
      "document.body.insertAdjacentHTML('beforeend', '<form action=\"https://m.example/\">'); document.forms[0].submit();",
      undefined,
    ],
    [
      'a connection',
      'document.head.insertAdjacentHTML(\'beforeend\', \'<link rel="preconnect" href="https://n.example"><link rel="dns-prefetch" href="https://o.example"><link rel="prefetch" href="https://p.example">\');',
      undefined,
    ],
    [
      'a ping',
      "document.body.insertAdjacentHTML('beforeend', '<a href=\"#\" ping=\"https://q.example\">x</a>'); document.querySelector('a[ping]').click();",
      undefined,
    ],
    [
      'a call',
      "const { RTCPeerConnection: Call } = window; if (Call) { const c = new Call({ iceServers: [{ urls: 'stun:127.0.0.1:9' }] }); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)); }",
      undefined,
    ],
    ['a loopback server', "fetch('http://127.0.0.1:80/').catch(() => 0);", 'connect-src http://127.0.0.1'],
  ];

  it('is closed for everything, and what was asked for is named as a policy has it', async () => {
    const all = ways.map(
      ([name, code]) => `try { ${code} } catch (error) { console.log(${JSON.stringify(name)}, error); }`,
    );
    const side = await drawn(supernova(`${sound} ${all.join('\n')}`));
    const named = ways.flatMap(([, , directive]) => directive ?? []);
    expect(side.blocked).toEqual(expect.arrayContaining(named));
    expect(side.result).toBe('drawn');
    const leaving = await drawn(supernova(`${sound} location.href = 'https://i.example/?secret';`));
    expect(leaving).toMatchObject({ result: 'drawn', blocked: ['navigation https://i.example'] });
    // The browser asks its maker for updates, and opens a connection for a frame, a form or an address before it asks what
    // to do with it. By default that leads nowhere, as all else; nothing is sent on it.
    const reached = asked.filter((line) => /example|127\.0\.0\.1/.test(line));
    expect(reached.filter((line) => !/^CONNECT (?:[him]|blank)\.example:443 HTTP\/1\.1$/.test(line))).toEqual(
      [],
    );
  });

  it('is closed for questions, windows, downloads, workers of its own and addresses that are no text', async () => {
    const code = `
      alert('x'); confirm('y'); prompt('z'); print(); element.textContent = 'asked';
      addEventListener('beforeunload', (event) => event.preventDefault());
      document.title = '<script>'; location.hash = '#there'; history.pushState({}, '', '/elsewhere'); window.close();
      const frame = document.body.appendChild(document.createElement('iframe'));
      frame.contentWindow.open('https://pop.example/'); frame.contentWindow.alert('x');
      const link = Object.assign(document.createElement('a'), { href: 'data:text/plain,x', download: 'x.txt' });
      document.body.append(link); link.click(); link.target = '_blank'; link.href = 'https://blank.example/';
      link.removeAttribute('download'); link.click();
      navigator.serviceWorker?.register('x.js').catch(() => 0);
      fetch('/extensions/x/%E0%A4').catch(() => 0); fetch('/%').catch(() => 0);
      fetch('https://[::1]:1/').catch(() => 0); new Image().src = 'http://%/';`;
    expect(await drawn(supernova(code))).toMatchObject({
      ...{ result: 'drawn', errors: [], missing: ['%E0%A4', '/%'] },
    });
    expect(asked.filter((line) => line.includes('pop.example'))).toEqual([]);
  });

  it('is not closed by answers in place of ours', async () => {
    const code = `${sound} JSON.stringify = () => { throw new Error('mine'); }; globalThis.settle = () => 'x';`;
    expect(await drawn(supernova(code))).toMatchObject({ errors: [] });
  });

  it.each([
    [
      'that are no texts',
      '{"exports": "supernova", "unknown": [{"toString": 0}], "targets": [{"path": {"toString": 0}}]}',
      'drawn',
    ],
    ['that nest', `{"unknown": [${'['.repeat(50_000)}${']'.repeat(50_000)}], "exports": "x"}`, 'failed'],
    ['that are long', `{"exports": "${'x'.repeat(1_000_000)}"}`, 'failed'],
    ['that are too long', `{"exports": "${'x'.repeat(5_000_000)}"}`, 'failed'],
  ])('is not closed by answers %s', async (_what, answer, expected) => {
    const load = `JSON.stringify = () => ${JSON.stringify(answer)};`;
    const { result, why = '' } = await drawn(supernova(sound, { load }));
    expect([result, why.length < 600], why).toEqual([expected, true]);
  });

  it.each([
    ['for itself again', 'location.reload();'],
    ['for a file of its own', "location.href = '/extensions/x/x.js';"],
    ['by writing another', "document.open(); document.write('<p>mine</p>'); document.close();"],
  ])('is told when an extension leaves its page %s', async (_what, code) => {
    expect(await drawn(supernova(`${sound} ${code}`))).toMatchObject({
      ...{ result: 'failed', why: 'it left its page, or replaced it' },
    });
  });

  it('is not what the browser does with an extension that says too much of itself', async () => {
    const properties =
      '(() => { let deep = {}; for (let at = 0; at < 5000; at += 1) deep = { deep }; return deep; })()';
    const { result, why } = await drawn(supernova(sound, { properties }));
    expect([result, why]).toEqual(['failed', expect.stringMatching(/nested too deeply|call stack/)]);
    const layout = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const { preview } = await draw(supernova(sound), { fixture: { layout: { layout }, properties: {} } });
    expect(preview.new.why).toMatch(/nested too deeply/);
  });

  it.each(["it's a#b?c%20d, ä (1)", 'lib.js'])('leads to the files of %s', async (name) => {
    const version = versionOf({ [`${name}.js`]: supernova('null.wrong;') }, 'supernova');
    const { errors } = (await draw('', { name, new: version })).preview.new;
    expect(errors).toMatchObject([
      { file: expect.stringMatching(/\.js$/), message: expect.stringContaining('null') },
    ]);
  });
});

describe.runIf(isThere).concurrent('a browser that has to send too much', () => {
  /** One after the other in it, as each is drawn in what the one before has left. */
  let supply: BrowserSupply;
  beforeAll(() => {
    supply = createBrowserSupply({ ...opening, mostBytes: 600_000 });
  });
  afterAll(() => supply.close());
  const alone = pLimit(1);
  const previewLimited = (wanted: Omit<ToPreview, 'name'>): Promise<Previewed> =>
    alone(() => preview({ name: 'x', ...wanted }, { supply }));

  const text = "'x'.repeat(1_000_000)";
  const worker = (code: string): string => `new Worker(URL.createObjectURL(new Blob([\`${code}\`])));`;
  it.each([
    ['a thrown error', `${sound} setTimeout(() => { throw new Error(${text}); });`],
    ['the console of a worker', `${sound} ${worker(`console.log(${text})`)}`],
    ['a request', `${sound} fetch('/extensions/x/a', { method: 'POST', body: ${text} });`],
    [
      'many addresses',
      `${sound} for (let at = 0; at < 100; at += 1) new Image().src = '/' + at + 'x'.repeat(10_000);`,
    ],
    ['an answer of its own', `${sound} globalThis.settle = () => ${text};`],
  ])('is ended, and its extension told from the other version of it: %s', async (_what, code) => {
    const { preview: made } = await previewLimited({
      new: versionOf(supernova(sound), 'supernova'),
      old: versionOf(supernova(code), 'supernova'),
    });
    expect(made.old).toMatchObject({
      ...{ result: 'failed', why: 'sent more than 0.6 MB in messages, errors and requests' },
    });
    expect(made.new).toMatchObject({ result: 'drawn', errors: [] });
  });

  it('is not one in which each side sends two thirds of that, or more is said on the console', async () => {
    const half = versionOf(supernova(`${sound} Promise.reject(new Error('x'.repeat(80_000)));`), 'supernova');
    const { preview: made } = await previewLimited({ new: half, old: half });
    expect([made.old?.why, made.new.why]).toEqual(
      Array(2).fill(expect.stringMatching(/^threw while it was drawn: Error: x{280,}$/)),
    );
    const chatty = versionOf(supernova(`${sound} console.log(${text}, 5);`), 'supernova');
    expect((await previewLimited({ new: chatty })).preview.new.result).toBe('drawn');
  });

  it('is not one that ended for another reason: what it drew is drawn in another', async () => {
    const supply = createBrowserSupply(opening);
    try {
      const { browser } = await supply.take();
      const drawing = preview({ name: 'x', new: versionOf(supernova(sound), 'supernova') }, { supply });
      browser.program.end();
      expect((await drawing).preview.new.result).toBe('drawn');
    } finally {
      await supply.close();
    }
  });
});

describe.runIf(isThere)('the proxy', () => {
  it('counts what leaves where nothing closes the way out', async () => {
    const [supply] = supplies;
    const page = await (await supply?.take())?.browser.browser.newPage();
    if (page === undefined) throw new Error('no browser is free');
    await page.goto('https://open.example/').catch(() => undefined);
    await page.close();
    expect(asked.filter((line) => line.includes('open.example'))).not.toEqual([]);
  });
});

describe.runIf(isThere).concurrent('an extension of the kind before nebula.js', () => {
  it.each<[string, Code, Partial<PreviewSide>]>([
    [
      'asks for all that Qlik provides',
      {
        'x.js': `define(['qlik', 'jquery', 'underscore', 'qvangular', 'angular', 'ng!$q', 'text!./a.html', 'css!./a.css', './b/c'],
          (qlik, $, _, q, a, ng, html, css, c) => { $('<style>').html(html).appendTo('head'); _.each([1], () => 0);
            q.directive('x', () => 0); if (html !== '<b></b>' || c !== 5) throw new Error(html);
            return { definition: {}, paint: () => qlik.currApp().model };
          });`,
        ...{ 'a.html': '<b></b>', 'a.css': 'b {}', 'b/c.js': "define(['../d'], (d) => d);" },
        'd.js': 'define(function (require, exports, module) { module.exports = require("./e"); });',
        'e.js': 'define(5);',
      },
      { result: 'loaded', why: 'loaded with stubs and not drawn; exports paint, definition' },
    ],
    [
      'has an angular template',
      'define([], () => ({ template: "<b/>", controller: [] }));',
      { result: 'loaded' },
    ],
    [
      'throws',
      'define([], () => { throw new Error("no"); });',
      { result: 'failed', why: 'threw while it was loaded: Error: no' },
    ],
    [
      'exports nothing to draw with',
      'define([], () => ({ definition: {} }));',
      { result: 'failed', why: 'exports neither paint nor template' },
    ],
    ['gives nothing', 'define([], () => undefined);', { result: 'failed' }],
    [
      'lacks a file',
      "define(['./gone'], () => ({ paint() {} }));",
      {
        result: 'failed',
        missing: ['gone.js'],
        why: expect.stringMatching(/gone\.js: there is no such file/),
      },
    ],
    [
      'needs what only Qlik has',
      "define(['client.utils/state'], ({ a: { b } }) => { throw new Error(b.c); });",
      { result: 'unclear' },
    ],
  ])('%s', async (_what, code, expected) => {
    expect(await loaded(code)).toMatchObject(expected);
  });
});
