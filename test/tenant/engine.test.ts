/** What opening an app comes to: against the sandbox with its faults, and against peers that are no engine at all. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import newest from 'enigma.js/schemas/12.2027.0.json' with { type: 'json' };
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createEngine, createSeat, type Engine, type EngineOptions } from '../../src/tenant/engine/engine.js';
import { engineSchema } from '../../src/tenant/engine/session.js';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant } from '../../src/tenant/http/http.js';
import { control, start } from '../sandbox/support.js';

const token = 'secret-token-of-the-test';
const never = new AbortController().signal;

type Options = Partial<Omit<EngineOptions, 'tenant'>>;

function engineFor(url: string, key = token, options: Options = {}): Engine {
  return createEngine({ tenant: openTenant({ url, auth: apiKeyAuth(key) }), pauseMs: 1, ...options });
}

/** A sandbox with one app that holds one object and one master item, and its engine as we ask it. */
async function oneApp(options: Options = {}) {
  const sandbox = await start({ engine: { apps: 5, refusals: 'none' } });
  const { body } = await control(sandbox, 'GET', 'apps');
  const { id } = body.apps.find(({ spaceId }: { spaceId?: string }) => spaceId !== undefined);
  const objects = [{ id: 'one', type: 'kpi-card', title: 'One' }];
  await control(sandbox, 'POST', 'apps', {
    id,
    sheets: [{ id: 's', title: 'S', objects }],
    masterItems: [{ id: 'm', title: 'Main', visualization: 'sankey' }],
    theme: 'corporate',
  });
  await control(sandbox, 'DELETE', 'requests');
  return {
    engine: engineFor(sandbox.url, sandbox.apiKey, options),
    id: id as string,
    fault: (fault: object) =>
      control(sandbox, 'POST', 'faults', [{ method: 'WS', path: '/app/*', ...fault }]),
    tries: async (): Promise<number> => {
      const log = (await control(sandbox, 'GET', 'requests')).body as { method: string }[];
      return log.filter(({ method }) => method === 'WS').length;
    },
  };
}

const whole = {
  kind: 'read',
  content: {
    objects: expect.arrayContaining([
      { id: 'one', type: 'kpi-card' },
      { id: 's', type: 'sheet' },
      { id: 'm', type: 'masterobject' },
      { id: 'AppPropsList', type: 'theme:corporate' },
    ]),
    masterItems: [{ title: 'Main', type: 'sankey' }],
  },
};

/** The greeting, and the answers to OpenDoc, GetAllInfos, and twice CreateSessionObject and GetLayout. */
const messages = [1, 2, 3, 4, 5, 6, 7];

describe('the schema', () => {
  it('is a part of the newest one that enigma.js ships, word for word', () => {
    const { Global, Doc, GenericObject } = newest.structs;
    expect(engineSchema.structs).toEqual({
      Global: { OpenDoc: Global.OpenDoc },
      Doc: {
        GetAllInfos: Doc.GetAllInfos,
        CreateSessionObject: Doc.CreateSessionObject,
        GetObject: Doc.GetObject,
      },
      GenericObject: {
        GetLayout: GenericObject.GetLayout,
        GetEffectiveProperties: GenericObject.GetEffectiveProperties,
      },
    });
  });
});

describe('opening an app', () => {
  it('reports what it contains', async () => {
    const { engine, id, tries } = await oneApp();
    expect(await engine.read(id, never)).toEqual(whole);
    expect(await tries()).toBe(1);
  });

  it.each(messages)('tries again when the socket breaks at message %i', async (message) => {
    const { engine, id, fault, tries } = await oneApp();
    await fault({ kind: 'reset', message, times: 2 });
    expect(await engine.read(id, never)).toEqual(whole);
    expect(await tries()).toBe(3);
  });

  it.each([0, ...messages])('says so when it always breaks at message %i', async (message) => {
    const { engine, id, fault, tries } = await oneApp();
    await fault({ kind: 'reset', message, times: 9 });
    const reading = await engine.read(id, never);
    expect(reading).toMatchObject({ kind: 'unopened', lasts: 'passing' });
    expect(reading).toMatchObject({ reason: expect.stringMatching(/broke/) });
    expect(await tries()).toBe(3);
  });

  it.each([0, ...messages])('waits no longer than told for message %i', async (message) => {
    const { engine, id, fault } = await oneApp({ timeoutMs: 150 });
    await fault({ kind: 'stall', message, stallMs: 60_000, times: 9 });
    expect(await engine.read(id, never)).toEqual({
      kind: 'unopened',
      reason: 'the engine did not answer within 1 s',
      lasts: 'passing',
      halts: 'repeated',
    });
  });

  it.each(
    messages.flatMap((message) =>
      (['garbage', 'html', 'truncate'] as const).map((kind) => ({ kind, message })),
    ),
  )('takes $kind at message $message for no engine', async ({ kind, message }) => {
    const { engine, id, fault } = await oneApp();
    await fault({ kind, message, times: 9 });
    expect(await engine.read(id, never)).toMatchObject({
      kind: 'unopened',
      reason: "it answered with something that is not the engine's protocol",
    });
  });

  it('ends with the run', async () => {
    const { engine, id, fault } = await oneApp();
    await fault({ kind: 'stall', message: 2, stallMs: 60_000 });
    const run = new AbortController();
    const reading = engine.read(id, run.signal);
    setTimeout(() => run.abort(new Error('interrupted')), 50);
    await expect(reading).rejects.toThrow('interrupted');
  });
});

const emptyList = { qAppObjectList: { qItems: [] } };

/** An engine that answers `GetAllInfos` and the layouts of the lists of master items and app properties with these. */
async function answering(qInfos: unknown, masters: unknown, props: unknown = emptyList): Promise<Engine> {
  const { url } = await serveSockets(answerWith(qInfos, masters, props));
  return engineFor(url);
}

function answerWith(qInfos: unknown, masters: unknown, props: unknown): (socket: WebSocket) => void {
  return (socket) => {
    socket.on('message', (data) => {
      const request = JSON.parse(String(data));
      const { id, method } = request as { id: number; method: string };
      const reference = (qType: string, qHandle: number) => ({ qReturn: { qType, qHandle } });
      const ofProps = String(data).includes('AppPropsList') || request.handle === 3;
      const results: Readonly<Record<string, unknown>> = {
        OpenDoc: reference('Doc', 1),
        GetAllInfos: { qInfos },
        CreateSessionObject: reference('GenericObject', ofProps ? 3 : 2),
        GetLayout: { qLayout: ofProps ? props : masters },
      };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }));
    });
  };
}

describe('sessions of one seat', () => {
  /** An engine that confirms the end of a session only when it is told to. */
  async function slowToClose() {
    const opened: WebSocket[] = [];
    const served = await serveSockets((socket) => {
      opened.push(socket);
      answerWith([], emptyList, emptyList)(socket);
      // The last answer of a session; what the peer sends after it is left unread.
      let layouts = 0;
      socket.on('message', (data) => {
        if (String(data).includes('GetLayout')) layouts += 1;
        if (layouts === 2) socket.pause();
      });
    });
    return { ...served, opened };
  }

  it('are never two: the next begins when the engine has closed the last', async () => {
    const { url, opened, server } = await slowToClose();
    const engine = engineFor(url);
    const seat = createSeat();
    expect(await engine.read('first', never, seat)).toMatchObject({ kind: 'read' });
    const connected = once(server, 'connection');
    const second = engine.read('second', never, seat);
    await connected;
    expect(opened).toHaveLength(1);
    const [first] = opened;
    first?.resume();
    expect(await second).toMatchObject({ kind: 'read' });
    expect(opened).toHaveLength(2);
    expect(first?.readyState).toBe(first?.CLOSED);
    opened[1]?.resume();
    await seat.closed;
  });

  it('continue if the engine never says that it closed one', async () => {
    const { url, opened } = await slowToClose();
    const engine = engineFor(url);
    const seat = createSeat();
    await engine.read('first', never, seat);
    expect(await engine.read('second', never, seat)).toMatchObject({ kind: 'read' });
    expect(opened).toHaveLength(2);
    await seat.closed;
  });

  it('without a seat are closed when their content is there', async () => {
    const { url, open } = await serveSockets(answerWith([], emptyList, emptyList));
    expect(await engineFor(url).read('app', never)).toMatchObject({ kind: 'read' });
    await expect.poll(open).toBe(0);
  });
});

describe('master items', () => {
  const master = (qId: string) => ({ qId, qType: 'masterobject' });
  const item = (qId: string, qData?: object) => ({ qInfo: { qId }, ...(qData && { qData }) });
  const list = (...qItems: readonly object[]) => ({ qAppObjectList: { qItems } });
  const untold = 'a master item does not say what draws it';

  it.each<[string, readonly object[], object, string | undefined]>([
    ['are told', [master('m')], list(item('m', { visualization: 'kpi' })), undefined],
    ['may be none', [], list(), undefined],
    ['without a name are told', [], list(item('m', { name: '', visualization: 'kpi' })), undefined],
    ['without what draws them', [master('m')], list(item('m')), untold],
    ['with an empty one', [master('m')], list(item('m', { visualization: '' })), untold],
    ['that the list leaves out', [master('m'), master('n')], list(), untold],
    ['of which it has one', [master('m'), master('n')], list(item('m', { visualization: 'kpi' })), untold],
    ['of a list that failed', [], { qError: { qErrorCode: 5 }, ...list() }, 'its answer is not understood'],
  ])('that %s', async (_name, infos, layout, reason) => {
    const reading = await (await answering(infos, layout)).read('app', never);
    if (reason === undefined) return expect(reading).toMatchObject({ kind: 'read' });
    expect(reading).toMatchObject({ kind: 'unopened', reason, halts: 'never' });
  });
});

describe('the theme', () => {
  const list = (theme?: unknown) => ({
    qAppObjectList: { qItems: [{ qInfo: { qId: 'p' }, qData: { theme } }] },
  });
  const props = { qId: 'p', qType: 'appprops' };

  it.each([
    ['is told', list('corporate'), [props.qType, 'theme:corporate']],
    ["may be Qlik's default", list(), [props.qType]],
    ['may be an empty text', list(''), [props.qType]],
    ['that is none', list({ id: 'corporate' }), undefined],
    ['that the list leaves out', emptyList, undefined],
  ])('that %s', async (_name, layout, types) => {
    const reading = await (await answering([props], emptyList, layout)).read('app', never);
    const reason = 'it does not say which theme it has';
    if (types === undefined) return expect(reading).toMatchObject({ kind: 'unopened', reason });
    expect(reading).toMatchObject({ content: { objects: types.map((type) => ({ id: 'p', type })) } });
  });

  it('is not confused with an extension of the same name', async () => {
    const engine = await answering([{ qId: 'o', qType: 'theme:corporate' }], emptyList);
    const reading = await engine.read('app', never);
    expect(reading).toMatchObject({ content: { objects: [{ id: 'o', type: 'extension:theme:corporate' }] } });
  });
});

describe('an error of the engine', () => {
  it.each([
    [5, '"Access is denied"', 'the engine refused: "Access is denied" (5)', 'lasting', 1],
    [10, '"no\\n\\u001b[31m"', 'the engine refused: "no\\n\\u001b[31m" (10)', 'passing', 1],
    [15, '""', 'the engine refused (15)', 'passing', 3],
  ])('%i with %s', async (code, message, reason, lasts, tries) => {
    let asked = 0;
    const { url } = await serveSockets((socket) => {
      asked += 1;
      socket.on('message', () =>
        socket.send(`{"jsonrpc":"2.0","id":1,"error":{"code":${code},"message":${message}}}`),
      );
    });
    const reading = await engineFor(url).read('app', never);
    expect(reading).toEqual({ kind: 'unopened', reason, lasts, halts: 'never' });
    expect(asked).toBe(tries);
  });
});

describe('close codes', () => {
  it.each([
    [4003, 'the engine is shutting down', 3, 'passing', 'repeated'],
    [4205, 'too many requests to the engine', 3, 'passing', 'repeated'],
    [4206, 'a network error on the way to the engine', 3, 'passing', 'repeated'],
    [4211, 'a service that the engine needs is not available', 3, 'passing', 'repeated'],
    [4240, 'no engine is free', 3, 'passing', 'repeated'],
    [4001, 'the engine ended an idle session', 1, 'passing', 'never'],
    [4002, 'the licence does not allow it', 1, 'lasting', 'never'],
    [4004, 'the app was deleted', 1, 'lasting', 'never'],
    [4005, 'the limit of sessions is reached', 1, 'passing', 'repeated'],
    [4006, 'the engine does not accept the credentials', 1, 'passing', 'repeated'],
    [4203, 'no permission to open it', 1, 'lasting', 'never'],
    [4204, 'the engine does not find it', 1, 'lasting', 'never'],
    [4210, 'a service that the engine needs failed', 1, 'passing', 'repeated'],
    [4220, 'the engine failed', 1, 'passing', 'repeated'],
    [4222, 'the session no longer exists', 1, 'passing', 'never'],
    [4230, 'the user is not entitled to open it', 1, 'lasting', 'never'],
    [4299, 'the engine closed the connection', 1, 'passing', 'repeated'],
  ])('%i: %s', async (code, words, tries, lasts, halts) => {
    const app = await oneApp();
    await app.fault({ kind: 'close', code, message: 2, times: 9 });
    const reading = await app.engine.read(app.id, never);
    expect(reading).toEqual({ kind: 'unopened', reason: `${words} (${code})`, lasts, halts });
    expect(await app.tries()).toBe(tries);
  });
});

describe('the handshake', () => {
  it.each([
    [401, 'the engine does not accept the credentials (401)', 1],
    [403, 'the connection to the engine was refused (403)', 1],
    [503, 'the connection to the engine was refused (503)', 3],
  ])('refused with %i: %s', async (status, reason, tries) => {
    const app = await oneApp();
    await app.fault({ kind: 'status', status, message: 0, times: 9 });
    expect(await app.engine.read(app.id, never)).toMatchObject({ kind: 'unopened', reason });
    expect(await app.tries()).toBe(tries);
  });

  it.each([
    ['100', 'the connection to the engine was refused (429), for the next 100 s'],
    ['Wed, 01 Jan 2099 00:00:00 GMT', 'the connection to the engine was refused (429), for the next '],
  ])('that asks to stay away for longer than a run waits (%s) ends there', async (retryAfter, reason) => {
    const server = await listen(createServer());
    let asked = 0;
    server.on('upgrade', (_request, socket) => {
      asked += 1;
      socket.end(`HTTP/1.1 429 Too Many Requests\r\nretry-after: ${retryAfter}\r\ncontent-length: 0\r\n\r\n`);
    });
    const reading = await engineFor(`http://127.0.0.1:${portOf(server)}`).read('app', never);
    expect(reading).toMatchObject({ kind: 'unopened', lasts: 'passing', halts: 'at-once' });
    expect(reading).toMatchObject({ reason: expect.stringContaining(reason) });
    expect(asked).toBe(1);
  });

  it('is made once more with fresh credentials, and never with the old ones', async () => {
    const sandbox = await start({ engine: { apps: 1, refusals: 'none' } });
    const refused: string[] = [];
    let key = 'stale';
    const tenant = openTenant({
      url: sandbox.url,
      auth: {
        describe: 'token',
        authorize: async () => `Bearer ${key}`,
        renew: async (header) => {
          refused.push(header);
          key = sandbox.apiKey;
          return true;
        },
      },
    });
    const engine = createEngine({ tenant, pauseMs: 1 });
    expect(await engine.read('no-such-app', never)).toMatchObject({ reason: expect.stringMatching(/4204/) });
    expect(refused).toEqual(['Bearer stale']);
  });

  it.each(['', '..', 'a/b', 'x'.repeat(65), 'app?x=1'])('is not made for the id %j', async (id) => {
    const { engine, tries } = await oneApp();
    expect(await engine.read(id, never)).toMatchObject({ kind: 'unopened', lasts: 'lasting' });
    expect(await tries()).toBe(0);
  });

  it('waits for nobody: a refused connection is reported', async () => {
    const server = await listen(createServer());
    const { port } = server.address() as AddressInfo;
    server.close();
    const reading = await engineFor(`http://127.0.0.1:${port}`).read('app', never);
    expect(reading).toMatchObject({
      kind: 'unopened',
      reason: expect.stringMatching(/refused the connection/),
    });
  });

  it('follows no redirect, so that no other host gets the credential', async () => {
    const other = await listen(createServer());
    const asked: string[] = [];
    other.on('upgrade', ({ headers }) => asked.push(headers.authorization ?? ''));
    other.on('request', ({ headers }) => asked.push(headers.authorization ?? ''));
    const front = await listen(createServer());
    front.on('upgrade', (_request, socket) => {
      socket.end(
        `HTTP/1.1 302 Found\r\nlocation: http://localhost:${portOf(other)}/app/x\r\ncontent-length: 0\r\n\r\n`,
      );
    });
    const reading = await engineFor(`http://127.0.0.1:${portOf(front)}`).read('app', never);
    expect(reading).toMatchObject({ kind: 'unopened', reason: expect.stringMatching(/refused \(302\)/) });
    expect(asked).toEqual([]);
  });
});

describe('a peer that is not an engine', () => {
  const answers: readonly (readonly [string, string | Buffer])[] = [
    ['null', 'null'],
    ['a list', '[1]'],
    ['an id of ours', '{"id":"opened"}'],
    ['an answer without a result', '{"jsonrpc":"2.0","id":1}'],
    [
      'a handle of another kind',
      '{"jsonrpc":"2.0","id":1,"result":{"qReturn":{"qHandle":7,"qType":"Field"}}}',
    ],
    ['an unknown type', '{"jsonrpc":"2.0","id":1,"result":{"qReturn":{"qHandle":7,"qType":"Nonsense"}}}'],
    ['a polluting answer', '{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"polluted":1}}}'],
    ['binary data', Buffer.from([1, 2, 3])],
    ['an error that is a text', '{"jsonrpc":"2.0","id":1,"error":"no"}'],
    ['an error that is a number', '{"jsonrpc":"2.0","id":1,"error":5}'],
    ['an error without a number', '{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"no"}}'],
    ['an error whose words are an object', '{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":{"a":1}}}'],
    ['an error without words', '{"jsonrpc":"2.0","id":1,"error":{"code":5}}'],
    ['a change that is no list', '{"jsonrpc":"2.0","id":1,"result":{},"change":{"a":1},"close":"zz"}'],
    [
      'a patch of what it must not touch',
      '{"jsonrpc":"2.0","id":1,"delta":true,"result":{"qReturn":[{"op":"add","path":"/__proto__/polluted","value":1}]}}',
    ],
    ['a message without end', `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
    ['our credential', `{"jsonrpc":"2.0","id":1,"error":{"code":7,"message":"no ${token}"}}`],
  ];

  it.each(answers)('is told apart when it sends %s', async (_name, answer) => {
    const { url, open } = await serveSockets((socket) => {
      socket.on('message', () => socket.send(answer));
    });
    const reading = await engineFor(url, token, { timeoutMs: 500 }).read('app', never);
    expect(reading).toMatchObject({ kind: 'unopened' });
    expect(JSON.stringify(reading)).not.toContain(token);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    await expect.poll(open).toBe(0);
  });

  it.each(['Sec-WebSocket-Extensions: permessage-deflate', 'Sec-WebSocket-Protocol: qix'])(
    'is told apart when it answers the handshake with %s, which nobody asked for',
    async (header) => {
      const server = await listen(createServer());
      server.on('upgrade', ({ headers }, socket) => {
        socket.on('error', () => undefined);
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${acceptFor(headers['sec-websocket-key'])}\r\n${header}\r\n\r\n`,
        );
      });
      expect(await engineFor(`http://127.0.0.1:${portOf(server)}`).read('app', never)).toEqual({
        kind: 'unopened',
        reason: 'it does not answer as an engine does',
        lasts: 'passing',
        halts: 'repeated',
      });
    },
  );

  it('leaves no socket behind, however it ends', async () => {
    let turn = 0;
    const { url, open } = await serveSockets((socket) => {
      turn += 1;
      if (turn % 3 === 0) socket.terminate();
      else if (turn % 3 === 1) socket.on('message', () => socket.send('nonsense'));
    });
    const engine = engineFor(url, token, { timeoutMs: 50 });
    await Promise.all(Array.from({ length: 9 }, () => engine.read('app', never)));
    await expect.poll(open).toBe(0);
  });
});

describe('a proxy', () => {
  const tenant = {
    origin: 'http://tenant.invalid',
    authorize: async () => `Bearer ${token}`,
    renew: async () => false,
  };

  it('is used for any host but this machine', async () => {
    const { url } = await serveSockets((socket) => socket.close(4203));
    const proxy = await proxyTo(Number(new URL(url).port));
    const engine = createEngine({ tenant, proxies: { HTTPS_PROXY: `http://user:pass@${proxy.host}` } });
    expect(await engine.read('app', never)).toMatchObject({ reason: 'no permission to open it (4203)' });
    expect(proxy.asked).toEqual(['CONNECT tenant.invalid:80 Basic dXNlcjpwYXNz']);
  });

  it.each(['tenant.invalid', '.invalid', 'other, *.invalid:80', '*'])(
    'is left out by NO_PROXY=%s',
    async (no) => {
      const proxy = await proxyTo(9);
      const engine = createEngine({ tenant, proxies: { https_proxy: `http://${proxy.host}`, no_proxy: no } });
      expect(await engine.read('app', never)).toMatchObject({
        reason: expect.stringMatching(/no address is known/),
      });
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each<[string, (socket: Duplex) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['leads to something that speaks no TLS', (socket) => socket.end('SSH-2.0-OpenSSH\r\n')],
  ])('that %s behind the tunnel is told', async (_name, serve) => {
    const server = await listen(createServer());
    server.on('connect', (_request, socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n', () => serve(socket));
    });
    const proxies = { HTTPS_PROXY: `http://127.0.0.1:${portOf(server)}` };
    const engine = createEngine({
      tenant: { ...tenant, origin: 'https://tenant.invalid' },
      proxies,
      pauseMs: 1,
    });
    expect(await engine.read('app', never)).toMatchObject({ kind: 'unopened', lasts: 'passing' });
  });

  it('that refuses is named, without its password', async () => {
    const proxy = await proxyTo(undefined);
    const engine = createEngine({ tenant, proxies: { HTTPS_PROXY: `http://user:geheim@${proxy.host}` } });
    const reading = await engine.read('app', never);
    expect(reading).toMatchObject({
      reason: expect.stringMatching(/the proxy .* does not accept the credentials in HTTPS_PROXY \(407\)/),
    });
    expect(JSON.stringify(reading)).not.toMatch(/geheim|secret/);
  });
});

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** RFC 6455, 4.2.2. */
function acceptFor(key: string | undefined): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** `open` counts the sockets that are there. */
async function serveSockets(serve: (socket: WebSocket) => void) {
  const server = await listen(createServer());
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  onTestFinished(() => sockets.close());
  return { url: `http://127.0.0.1:${portOf(server)}`, server, open: () => sockets.clients.size };
}

/** Connects everybody to one port of this machine, or nobody. */
async function proxyTo(port: number | undefined) {
  const asked: string[] = [];
  const server = await listen(createServer());
  server.on('connect', ({ url, headers }, socket) => {
    asked.push(`CONNECT ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    socket.on('error', () => undefined);
    if (port === undefined) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  return { host: `127.0.0.1:${portOf(server)}`, asked };
}
