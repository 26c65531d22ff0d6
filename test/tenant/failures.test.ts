import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/tenant/http/failures.js';

const target = { method: 'GET', path: '/api/v1/extensions', origin: 'https://acme.example' };

function errorWith(code: string): Error {
  return Object.assign(new Error('low-level text'), { code });
}

describe('a failed connection', () => {
  it.each([
    ['ENOTFOUND', 'not-found-host', 'no address is known for https://acme.example', false],
    ['EAI_AGAIN', 'not-found-host', 'no address is known', false],
    ['ECONNREFUSED', 'refused', 'refused the connection', false],
    ['EHOSTUNREACH', 'unreachable', 'there is no way to', false],
    ['ECONNRESET', 'reset', 'broke before the answer was complete', true],
    ['EPIPE', 'reset', 'broke before the answer was complete', true],
    ['UND_ERR_SOCKET', 'reset', 'broke before the answer was complete', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'could not be reached in time', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', 'did not answer in time', false],
    ['UND_ERR_BODY_TIMEOUT', 'timeout', 'did not answer in time', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'no secure connection', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', 'no secure connection', false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', 'no secure connection', false],
    ['CERT_HAS_EXPIRED', 'tls', 'no secure connection', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'no secure connection', false],
    ['UND_ERR_ABORTED', 'proxy', 'the proxy did not connect', false],
    ['HPE_INVALID_CONSTANT', 'bad-answer', 'did not answer in HTTP', false],
  ])('%s is %s', (raw, code, message, transient) => {
    const failure = failureOf(errorWith(raw), target);
    expect(failure).toMatchObject({
      transient,
      error: {
        code,
        exitCode: 5,
        method: 'GET',
        path: '/api/v1/extensions',
        message: expect.stringContaining(message),
      },
    });
    expect(failure?.error.message).toContain(`(${raw})`);
    expect(failure?.error.hint).toBeTruthy();
  });

  it.each([
    ['a type error', new TypeError('x is not a function')],
    ['a misuse of undici', errorWith('UND_ERR_INVALID_ARG')],
    ['no error at all', 'text'],
  ])('%s is not one', (_name, cause) => {
    expect(failureOf(cause, target)).toBeUndefined();
  });
});
