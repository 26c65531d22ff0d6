/** Requests and sockets through a proxy: what each refusal says, what is repeated, and what never leaves. */

import { inspect } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEngine } from '../../src/tenant/engine/engine.js';
import { readNothing } from '../../src/tenant/http/answers.js';
import type { TenantHttp } from '../../src/tenant/http/http.js';
import { createBody } from '../../src/tenant/http/multipart.js';
import { createAuthority, hasOpenssl } from '../fixtures/certificates.js';
import { freePort } from '../fixtures/free-port.js';
import { openFront, openProxy, type Refusal, type TestProxyOptions } from '../fixtures/proxies.js';
import { json, openTestTenant, serve, token } from './serve.js';

const authority = hasOpenssl ? createAuthority() : undefined;
afterAll(() => authority?.dispose());

async function proxyWith(options: TestProxyOptions) {
  const proxy = await openProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
}

async function frontTo(url: string, names = ['DNS:tenant.test'], validity?: 'past' | 'future') {
  const front = await openFront(authority!.issue(names, validity), Number(new URL(url).port));
  onTestFinished(() => front.close());
  return front;
}

const send = {
  GET: (http: TenantHttp) => http.request({ method: 'GET', path: '/api/v1/extensions', read: readNothing }),
  POST: (http: TenantHttp) => {
    const body = createBody('application/json', [Buffer.from('{"x":1}')]);
    return http.request({ method: 'POST', path: '/api/v1/extensions', read: readNothing, body });
  },
};

const methods = ['GET', 'POST'] as const;

/** After which a connection that nobody answers is given up. */
const ownLimitSeconds = 10;

interface Row {
  readonly refusal: Refusal;
  /** Beside the user name and password. */
  readonly tries: 1 | 3;
  readonly says: RegExp;
  readonly wants: RegExp;
  readonly user?: string;
}

const refusals: Readonly<Record<string, Row>> = {
  '407 without credentials': {
    refusal: '407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"',
    tries: 1,
    says: /wants a user name and a password \(407\)/,
    wants: /Write them into HTTPS_PROXY: http:\/\/user:password@host:port/,
  },
  '407 with wrong ones': {
    refusal: '407 Proxy Authentication Required\r\nproxy-authenticate: NTLM, Basic realm="x"',
    user: 'user:geheim@',
    tries: 1,
    says: /does not accept the credentials in HTTPS_PROXY \(407\)/,
    wants: /Check the user name/,
  },
  '407 of a kind that is not supported': {
    refusal: '407 x\r\nproxy-authenticate: Negotiate\r\nproxy-authenticate: NTLM',
    user: 'user:geheim@',
    tries: 1,
    says: /not supported, Negotiate or NTLM \(407\)/,
    wants: /px or cntlm/,
  },
  '403': {
    refusal: '403 Forbidden',
    tries: 1,
    says: /does not allow a connection to tenant\.test:443 \(403\)/,
    wants: /allow CONNECT to tenant\.test:443, or name tenant\.test in NO_PROXY/,
  },
  '405': { refusal: '405 x', tries: 1, says: /does not take CONNECT \(405\)/, wants: /Is it a proxy/ },
  '500': { refusal: '500 x', tries: 1, says: /made no connection to .* \(500\)/, wants: /whoever runs/ },
  '302': { refusal: '302 x', tries: 1, says: /made no connection to .* \(302\)/, wants: /whoever runs/ },
  '502': { refusal: '502 x', tries: 3, says: /could not reach tenant\.test:443 \(502\)/, wants: /spelling/ },
  '503': {
    refusal: '503 x',
    tries: 3,
    says: /overloaded, or could not reach .* \(503\)/,
    wants: /again later/,
  },
  '504': { refusal: '504 x', tries: 3, says: /could not reach tenant\.test:443 \(504\)/, wants: /spelling/ },
  '429': { refusal: '429 x', tries: 3, says: /no more connections .* \(429\)/, wants: /again later/ },
  'hanging up': {
    refusal: (socket) => socket.destroy(),
    tries: 3,
    says: /hung up without an answer/,
    wants: /written https:\/\/ in HTTPS_PROXY/,
  },
  'a reset': {
    refusal: (socket) => void ('resetAndDestroy' in socket && (socket.resetAndDestroy as () => void)()),
    tries: 3,
    says: /hung up without an answer \(ECONNRESET\)/,
    wants: /again later/,
  },
  silence: {
    refusal: (socket) => void socket.resume(),
    tries: 3,
    says: /took the connection, but did not answer within/,
    wants: /check host and port in HTTPS_PROXY/,
  },
  'another protocol': {
    refusal: (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
    tries: 1,
    says: /does not answer in HTTP/,
    wants: /Is it an http proxy/,
  },
};

describe('a proxy that refuses', () => {
  describe.each(methods)('a %s', (method) => {
    it.each(Object.entries(refusals))('with %s', async (name, { refusal, user = '', tries, says, wants }) => {
      const proxy = await proxyWith({ refuse: () => refusal });
      const proxies = { HTTPS_PROXY: proxy.url.replace('//', `//${user}`) };
      // Only silence is waited for; what answers may take its time on a busy machine.
      const timeoutMs = name === 'silence' ? 1000 : 60_000;
      const http = openTestTenant('https://tenant.test', { proxies, timeoutMs });
      const error = await send[method](http).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'proxy', exitCode: 5, message: expect.stringMatching(says) });
      expect(error).toMatchObject({
        message: expect.stringContaining(`the proxy ${proxy.url} `),
        hint: expect.stringMatching(wants),
      });
      expect((error as Error & { hint: string }).hint).not.toContain('may have been made');
      expect(proxy.asked).toHaveLength(tries);
      expect(proxy.asked[0]?.target).toBe('tenant.test:443');
      expect(inspect(error, { depth: 9 })).not.toMatch(/geheim|Z2VoZWlt|secret-token/);
    });
  });

  it('gets a pause as long as it asks for', async () => {
    const proxy = await proxyWith({ refuse: () => '503 x\r\nretry-after: 1' });
    const waits: number[] = [];
    const options = { proxies: { HTTPS_PROXY: proxy.url }, repeats: 1 };
    const http = openTestTenant('https://tenant.test', {
      ...options,
      onWait: ({ seconds }) => waits.push(seconds),
    });
    await expect(send.POST(http)).rejects.toMatchObject({ code: 'proxy' });
    expect(waits).toEqual([1]);
    expect(proxy.asked).toHaveLength(2);
  });

  it('that asks for longer than a run waits is not tried again', async () => {
    const proxy = await proxyWith({ refuse: () => '503 x\r\nretry-after: 3600' });
    const http = openTestTenant('https://tenant.test', { proxies: { HTTPS_PROXY: proxy.url } });
    await expect(send.GET(http)).rejects.toMatchObject({ code: 'proxy' });
    expect(proxy.asked).toHaveLength(1);
  });

  it.each(methods)('ends a %s with the run, not when its own time is up', async (method) => {
    const run = new AbortController();
    const closed: string[] = [];
    const proxy = await proxyWith({
      refuse: () => (socket) => {
        socket.resume().once('end', () => closed.push('connection'));
        run.abort(new Error('interrupted'));
      },
    });
    const proxies = { HTTPS_PROXY: proxy.url };
    const http = openTestTenant('https://tenant.test', { proxies, signal: run.signal });
    await expect(send[method](http)).rejects.toThrow('interrupted');
    expect(closed).toEqual([]);
    const started = process.hrtime.bigint();
    await http.close();
    await expect.poll(() => closed).toEqual(['connection']);
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(ownLimitSeconds);
  });
});

describe.runIf(hasOpenssl)('a proxy that fails at first', () => {
  it.each([
    ['502', '502 x'],
    ['503', '503 x'],
    ['504', '504 x'],
    ['hanging up', (socket: { destroy(): unknown }) => void socket.destroy()],
  ] as const)('with %s costs nothing: the tenant gets each request once', async (_name, refusal) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const method of methods) {
      const { url, seen } = await serve(json({}));
      const front = await frontTo(url);
      const proxy = await proxyWith({ to: front.port, refuse: (count) => (count < 3 ? refusal : undefined) });
      const http = openTestTenant(`https://tenant.test:${front.port}`, {
        proxies: { HTTPS_PROXY: proxy.url },
      });
      await send[method](http);
      expect(seen.map((request) => request.method)).toEqual([method]);
      expect(proxy.asked.map(({ target }) => target)).toEqual(Array(3).fill(`tenant.test:${front.port}`));
    }
  });
});

describe('a proxy that cannot be reached', () => {
  it.each(methods)('because nothing listens: %s', async (method) => {
    const proxies = { https_proxy: `http://user:geheim@127.0.0.1:${await freePort()}` };
    const error = await send[method](openTestTenant('https://tenant.test', { proxies })).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'proxy',
      message: expect.stringMatching(
        /the proxy http:\/\/127\.0\.0\.1:\d+ refused the connection \(ECONNREFUSED\)/,
      ),
      hint: expect.stringMatching(/Nothing listens there: check host and port in https_proxy/),
    });
    expect(inspect(error, { depth: 9 })).not.toContain('geheim');
  });

  it('because nobody knows its name', async () => {
    const http = openTestTenant('https://tenant.test', { proxies: { ALL_PROXY: 'proxy.invalid:3128' } });
    await expect(send.GET(http)).rejects.toMatchObject({
      code: 'proxy',
      message: expect.stringContaining('no address is known for the proxy http://proxy.invalid:3128'),
      hint: expect.stringContaining('spelling of the proxy in ALL_PROXY'),
    });
  });

  it('over TLS, which it does not speak', async () => {
    const proxy = await proxyWith({});
    const proxies = { HTTPS_PROXY: proxy.url.replace('http:', 'https:') };
    await expect(send.GET(openTestTenant('https://tenant.test', { proxies }))).rejects.toMatchObject({
      code: 'proxy',
      message: expect.stringMatching(/no secure connection to the proxy .*it does not answer in TLS/),
      hint: expect.stringMatching(/HTTPS_PROXY, and that the proxy is one for https:\/\/, not http:\/\//),
    });
  });
});

describe.runIf(hasOpenssl)('a proxy that is not trusted', () => {
  it.each([
    [
      'because nobody knows its authority',
      undefined,
      {},
      /authority that Node does not know/,
      /NODE_EXTRA_CA_CERTS/,
    ],
    // Either this machine does not know it, or this Node does not ask.
    [
      'nor by the authorities of this machine',
      undefined,
      { NODE_USE_SYSTEM_CA: '1' },
      /does not know/,
      /does not know that authority, either|so not by this one/,
    ],
    // The authority is unknown in this process too; which fault Node tells first is seen with the real commands.
    ['nor valid', 'past', {}, /certificate/, /./],
  ] as const)('%s', async (_name, validity, variables, says, wants) => {
    const tls = authority!.issue(['IP:127.0.0.1'], validity);
    const proxy = await proxyWith({ tls });
    const proxies = { HTTPS_PROXY: proxy.url, ...variables };
    await expect(send.GET(openTestTenant('https://tenant.test', { proxies }))).rejects.toMatchObject({
      code: 'proxy',
      message: expect.stringMatching(says),
      hint: expect.stringMatching(wants),
    });
    expect(proxy.asked).toEqual([]);
  });
});

describe('a socket of the engine', () => {
  const tenant = {
    origin: 'http://tenant.test',
    authorize: async () => `Bearer ${token}`,
    renew: async () => false,
  };

  it('meets the same refusals', async () => {
    const proxy = await proxyWith({ refuse: () => '403 Forbidden' });
    const proxies = { HTTPS_PROXY: proxy.url.replace('//', '//a%b:100%25@') };
    const reading = await createEngine({ tenant, proxies, pauseMs: 1 }).read(
      'app',
      new AbortController().signal,
    );
    expect(reading).toMatchObject({
      reason: expect.stringContaining('does not allow a connection to tenant.test:80'),
    });
    expect(proxy.asked).toEqual([{ target: 'tenant.test:80', credentials: 'a%b:100%' }]);
  });

  it.each(['502 x', '503 x', '504 x'])('is opened again after %s', async (refusal) => {
    const proxy = await proxyWith({ refuse: (count) => (count < 3 ? refusal : '403 x') });
    const proxies = { HTTPS_PROXY: proxy.url };
    const reading = await createEngine({ tenant, proxies, pauseMs: 1 }).read(
      'app',
      new AbortController().signal,
    );
    expect(reading).toMatchObject({ reason: expect.stringContaining('(403)') });
    expect(proxy.asked).toHaveLength(3);
  });

  it('goes through a proxy that is given by an IPv6 address', async () => {
    const proxy = await proxyWith({ host: '::1', refuse: () => '403 x' });
    const engine = createEngine({ tenant, proxies: { HTTPS_PROXY: proxy.url } });
    expect(await engine.read('app', new AbortController().signal)).toMatchObject({
      reason: expect.stringContaining('the proxy http://[::1]:'),
    });
    expect(proxy.asked).toHaveLength(1);
  });
});
