/** Which proxy leads to a tenant: the one table for requests and sockets. */

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findRoute, type ProxyVariables } from '../../src/tenant/http/proxy.js';

const hosts = [
  'example.com',
  'sub.example.com',
  'notexample.com',
  '10.1.2.3',
  '[::1]',
  '127.0.0.2',
  'example.com.',
  '[2001:db8::1]',
];

const proxy = 'http://proxy.test:3128';

function routeTo(host: string, variables: ProxyVariables) {
  return findRoute(`https://${host}:8443`, variables);
}

/** D direct, P through the proxy. */
function letters(variables: ProxyVariables): string {
  return hosts.map((host) => (routeTo(host, variables).kind === 'direct' ? 'D' : 'P')).join('');
}

/** As curl reads it (7.88, run); where it ignores what an entry says, as Go reads it. Loopback is always direct. */
const exceptions: readonly (readonly [noProxy: string, ways: string])[] = [
  ['', 'PPPPDDPP'],
  ['example.com', 'DDPPDDDP'],
  ['.example.com', 'DDPPDDDP'],
  ['*.example.com', 'PDPPDDPP'],
  ['*', 'DDDDDDDD'],
  ['a.com,*', 'DDDDDDDD'],
  [' * ', 'DDDDDDDD'],
  ['example.com:8443', 'DDPPDDDP'],
  ['example.com:443', 'PPPPDDPP'],
  ['10.0.0.0/8', 'PPPDDDPP'],
  ['10.1.2.3', 'PPPDDDPP'],
  ['10.1.2.3:8443', 'PPPDDDPP'],
  ['10.1.2.4/31', 'PPPPDDPP'],
  ['0.0.0.0/0', 'PPPDDDPP'],
  ['10.0.0.0/33', 'PPPPDDPP'],
  ['2.3', 'PPPPDDPP'],
  [' a.com , example.com ', 'DDPPDDDP'],
  ['a.com example.com', 'DDPPDDDP'],
  ['a.com\texample.com', 'DDPPDDDP'],
  ['a.com,,example.com,', 'DDPPDDDP'],
  ['EXAMPLE.com', 'DDPPDDDP'],
  ['[::1]', 'PPPPDDPP'],
  ['::1', 'PPPPDDPP'],
  ['2001:db8::1', 'PPPPDDPD'],
  ['[2001:DB8:0::1]', 'PPPPDDPD'],
  ['[2001:db8::1]:8443', 'PPPPDDPD'],
  ['[2001:db8::1]:443', 'PPPPDDPP'],
  ['2001:db8::/32', 'PPPPDDPD'],
  ['example.com.', 'DDPPDDDP'],
  ['com', 'DDDPDDDP'],
  ['*.com', 'DDDPDDDP'],
  ['.', 'PPPPDDPP'],
  // Nothing anywhere: curl, Go, Python, undici.
  ['10.1.', 'PPPPDDPP'],
  ['10.*', 'PPPPDDPP'],
  ['*example.com', 'PPPPDDPP'],
  ['exam*.com', 'PPPPDDPP'],
  ['https://example.com', 'PPPPDDPP'],
  ['example.com/', 'PPPPDDPP'],
  ['"example.com"', 'PPPPDDPP'],
  ['a.com;example.com', 'PPPPDDPP'],
];

describe('NO_PROXY', () => {
  it.each(exceptions)('%j', (noProxy, ways) => {
    expect(letters({ HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBe(ways);
  });

  it('counts in lower case first, and an empty one counts as unset', () => {
    expect(letters({ HTTPS_PROXY: proxy, NO_PROXY: '*', no_proxy: 'example.com' })).toBe('DDPPDDDP');
    expect(letters({ HTTPS_PROXY: proxy, NO_PROXY: '*', no_proxy: ' ' })).toBe('DDDDDDDD');
  });

  it('says which entry names the tenant', () => {
    expect(routeTo('sub.example.com', { https_proxy: proxy, no_proxy: 'a.com, .example.com' })).toEqual({
      kind: 'direct',
      because: 'exception',
      variable: 'no_proxy',
      entry: '.example.com',
      unused: 'https_proxy',
    });
  });

  it('names a tenant before the proxy is looked at', () => {
    expect(routeTo('example.com', { HTTPS_PROXY: 'socks5://x', NO_PROXY: 'example.com' }).kind).toBe(
      'direct',
    );
  });

  it('a missing port in the URL is 443', () => {
    const variables = { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:443' };
    expect(findRoute('https://example.com', variables).kind).toBe('direct');
  });
});

describe('the variable that counts', () => {
  const [one, two, three] = ['http://one.test:1', 'http://two.test:2', 'http://three.test:3'];
  it.each<[string, ProxyVariables, string | undefined]>([
    ['none', {}, undefined],
    ['HTTPS_PROXY', { HTTPS_PROXY: one }, one],
    ['lower case first', { HTTPS_PROXY: one, https_proxy: two }, two],
    ['lower case that is empty is not set', { HTTPS_PROXY: one, https_proxy: '' }, one],
    ['HTTP_PROXY is for plain http', { HTTP_PROXY: one, http_proxy: two }, undefined],
    ['ALL_PROXY', { ALL_PROXY: one }, one],
    ['all_proxy', { ALL_PROXY: one, all_proxy: two }, two],
    ['HTTPS_PROXY before all_proxy', { HTTPS_PROXY: one, all_proxy: two, HTTP_PROXY: three }, one],
    ['space around it', { HTTPS_PROXY: ` ${one} ` }, one],
  ])('%s', (_row, variables, shown) => {
    const route = routeTo('example.com', variables);
    expect(route.kind === 'proxy' ? route.proxy.shown : undefined).toBe(shown);
  });

  it('says which variable does not count', () => {
    expect(routeTo('example.com', { http_proxy: one })).toEqual({
      kind: 'direct',
      because: 'no-proxy',
      unused: 'http_proxy',
    });
  });
});

const bytes = (authorization: string | undefined): string | undefined =>
  authorization === undefined
    ? undefined
    : Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('latin1');

describe('a proxy', () => {
  it.each<[value: string, shown: string, credentials: string | undefined]>([
    ['http://p.test:3128', 'http://p.test:3128', undefined],
    ['https://p.test:3128', 'https://p.test:3128', undefined],
    ['HTTP://P.TEST:3128', 'http://p.test:3128', undefined],
    ['p.test:3128', 'http://p.test:3128', undefined],
    ['p.test', 'http://p.test:80', undefined],
    ['http://p.test', 'http://p.test:80', undefined],
    ['https://p.test', 'https://p.test:443', undefined],
    ['127.0.0.1:3128', 'http://127.0.0.1:3128', undefined],
    ['http://[::1]:3128', 'http://[::1]:3128', undefined],
    ['[::1]:3128', 'http://[::1]:3128', undefined],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]:443', undefined],
    ['http://p.test:3128/', 'http://p.test:3128', undefined],
    ['http://p.test:3128/some/path?a=b#c', 'http://p.test:3128', undefined],
    ['u:p@p.test:3128', 'http://p.test:3128', 'u:p'],
    ['http://u:p@p.test:3128/', 'http://p.test:3128', 'u:p'],
    ['http://u@p.test:1', 'http://p.test:1', 'u:'],
    ['http://u:@p.test:1', 'http://p.test:1', 'u:'],
    ['http://:p@p.test:1', 'http://p.test:1', ':p'],
    ['http://@p.test:1', 'http://p.test:1', undefined],
    ['http://u:%40%3A%2F%25@p.test:1', 'http://p.test:1', 'u:@:/%'],
    ['http://u:%C3%A4@p.test:1', 'http://p.test:1', 'u:\xc3\xa4'],
    ['http://u:ä@p.test:1', 'http://p.test:1', 'u:\xc3\xa4'],
    ['http://u:%E4@p.test:1', 'http://p.test:1', 'u:\xe4'],
    ['http://u:100%@p.test:1', 'http://p.test:1', 'u:100%'],
    ['http://u%x:%zz%4@p.test:1', 'http://p.test:1', 'u%x:%zz%4'],
    ['http://u:a@b@p.test:1', 'http://p.test:1', 'u:a@b'],
    ['http://u:a:b@p.test:1', 'http://p.test:1', 'u:a:b'],
    ['http://DOMAIN\\u:p@p.test:1', 'http://p.test:1', 'DOMAIN\\u:p'],
    ['http://u:p"{}|^@p.test:1', 'http://p.test:1', 'u:p"{}|^'],
    ['http://u:p w@p.test:1', 'http://p.test:1', 'u:p w'],
    ['http://p_q.test:1', 'http://p_q.test:1', undefined],
  ])('%j', (value, shown, credentials) => {
    const route = routeTo('example.com', { HTTPS_PROXY: value });
    if (route.kind !== 'proxy') throw new Error('expected a proxy');
    expect(route.proxy.shown).toBe(shown);
    expect(route.proxy.hostname).not.toMatch(/[[\]]/);
    expect(bytes(route.proxy.authorization)).toBe(credentials);
  });

  it.each<[value: string, says: RegExp]>([
    ['socks5://u:geheim@p.test:1', /names a SOCKS proxy/],
    ['SOCKS5H://p.test:1', /names a SOCKS proxy/],
    ['socks4a://p.test:1', /names a SOCKS proxy/],
    ['socks://p.test:1', /names a SOCKS proxy/],
    ['ftp://u:geheim@p.test:1', /is not the URL/],
    ['http://', /is not the URL/],
    ['http:///path', /is not the URL/],
    ['http:p.test:1', /is not the URL/],
    ['http://u:geheim@', /is not the URL/],
    ['http://p.test:', /is not the URL/],
    ['http://p.test:0', /is not the URL/],
    ['http://p.test:65536', /is not the URL/],
    ['http://p.test:port', /is not the URL/],
    ['http://p.test:1,http://q.test:2', /is not the URL/],
    ['http://u:geheim@p test:1', /is not the URL/],
    ['http://p.test:1\nx', /is not the URL/],
    ['::1', /is not the URL/],
    ['http://::1:3128', /is not the URL/],
    ['http://[::1:3128', /is not the URL/],
    ['http://[fe80::1%25eth0]:3128', /is not the URL/],
    ['"http://u:geheim@p.test:1"', /is not the URL.*quotes/],
    ["'p.test:1'", /is not the URL.*quotes/],
    ['http://u:geheim/x@p.test:1', /is not the URL.*raw/],
    ['http://u:1/geheim@p.test:1', /is not the URL.*raw/],
    ['http://u:1#geheim@p.test:1', /is not the URL.*raw/],
    ['http://u:1?geheim@p.test:1', /is not the URL.*raw/],
  ])('%j is refused, with how to write it', (value, says) => {
    const error = errorOf(() => routeTo('example.com', { https_proxy: value }));
    expect(error).toMatchObject({ name: 'UserError', exitCode: 3, message: expect.stringMatching(says) });
    expect(error).toMatchObject({
      message: expect.stringContaining('https_proxy'),
      hint: expect.stringContaining('http://user:password@proxy.example.com:8080'),
    });
    expect(inspect(error, { depth: 9 })).not.toContain('geheim');
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
