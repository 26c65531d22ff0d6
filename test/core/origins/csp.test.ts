import { describe, expect, it } from 'vitest';
import {
  covers,
  declaredDirectives,
  describeSwitch,
  explainOrigin,
  hostOfEntry,
  parseOrigin,
  sortSwitches,
  switchOf,
} from '../../../src/core/origins/csp.js';

describe('an origin of the config', () => {
  it.each([
    ['https://api.example.com', 'https', 'api.example.com'],
    ['HTTPS://API.Example.com/', 'https', 'api.example.com'],
    ['https://api.example.com:443', 'https', 'api.example.com'],
    ['https://api.example.com:0443', 'https', 'api.example.com'],
    ['https://api.example.com:8443', 'https', 'api.example.com:8443'],
    ['https://api.example.com:*', 'https', 'api.example.com:*'],
    ['https://*.example.com', 'https', '*.example.com'],
    ['wss://live.example.com', 'wss', 'live.example.com'],
    ['https://my_host.example-1.com', 'https', 'my_host.example-1.com'],
    ['https://intranet', 'https', 'intranet'],
    ['https://xn--bcher-kva.example', 'https', 'xn--bcher-kva.example'],
  ])('%s', (text, scheme, host) => {
    expect(parseOrigin(text)).toEqual({ scheme, host });
  });

  it.each([
    ['http://api.example.com', /write https:\/\//],
    ['ws://api.example.com', /write wss:\/\//],
    ['https://api.example.com/v1', /without a path/],
    ['https://api.example.com?x', /without a path/],
    ['https://bücher.example', /xn--/],
    ['api.example.com', /such as https:\/\/api/],
    ['https://', /such as/],
    ['https://*', /such as/],
    ['https://a.*.com', /such as/],
    ['https://user:pw@example.com', /such as/],
    ['https://-a.com', /such as/],
    ['https://a..com', /such as/],
    ['https://a.com:0', /such as/],
    ['https://a.com:65536', /such as/],
    ["https://a.com;script-src'unsafe-inline'", /such as/],
    ['https://a.com script-src', /such as/],
    ["'self'", /such as/],
    ['data:', /such as/],
    [`https://${'a.'.repeat(150)}com`, /such as/],
  ])('%s is none', (text, why) => {
    expect(parseOrigin(text)).toBeUndefined();
    expect(explainOrigin(text)).toMatch(why);
  });
});

describe('an entry of the tenant', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    [' https://API.example.com/ ', 'api.example.com'],
    ['wss://api.example.com:443', 'api.example.com'],
    ['*.example.com:8443', '*.example.com:8443'],
    ['data:', 'data:'],
    ['example.com/path/', 'example.com/path'],
  ])('%s', (origin, host) => {
    expect(hostOfEntry(origin)).toBe(host);
  });

  it.each([
    ['api.example.com', 'api.example.com', true],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', '*.b.example.com', true],
    ['*.example.com', '*.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', 'api.example.com:8443', false],
    ['*.example.com:*', 'api.example.com:8443', true],
    ['api.example.com:*', 'api.example.com', true],
    ['api.example.com:8443', 'api.example.com', false],
    ['api.example.com', '*.example.com', false],
    ['*', 'api.example.com:8443', true],
    ['api.example.com/v1', 'api.example.com', false],
    ['https:', 'api.example.com', false],
    ["'self'", 'api.example.com', false],
  ])('%s opens %s: %s', (wide, host, is) => {
    expect(covers(wide, host)).toBe(is);
  });
});

describe('switches', () => {
  it.each([
    ['https', 'connect-src', 'connectSrc', 'connect-src'],
    ['wss', 'connect-src', 'connectSrcWSS', 'connect-src (wss)'],
    ['https', 'frame-ancestors', 'frameAncestors', 'frame-ancestors'],
    ['https', 'form-action', 'formAction', 'form-action'],
  ] as const)('%s %s', (scheme, directive, name, words) => {
    expect(switchOf(scheme, directive)).toBe(name);
    expect(describeSwitch(switchOf(scheme, directive))).toBe(words);
  });

  it('come in one order, each once', () => {
    expect(sortSwitches(['styleSrc', 'childSrc', 'styleSrc'])).toEqual(['childSrc', 'styleSrc']);
  });
});

describe('what is declared for an origin', () => {
  const declared = {
    'https://*.example.com': ['img-src'],
    'https://API.example.com/': ['connect-src'],
    'wss://api.example.com': ['connect-src'],
  } as const;
  it.each([
    ['https://api.example.com', ['img-src', 'connect-src']],
    ['https://b.example.com', ['img-src']],
    ['wss://api.example.com', ['connect-src']],
    ['wss://b.example.com', undefined],
    ['https://example.com', undefined],
  ])('%s', (text, directives) => {
    const origin = parseOrigin(text);
    if (origin === undefined) throw new Error('no origin');
    const found = declaredDirectives(declared, origin);
    expect(found && [...found]).toEqual(directives);
  });
});
