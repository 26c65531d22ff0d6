import { describe, expect, it } from 'vitest';
import { ConnectError, type SystemAuthorities } from '../../src/tenant/http/connect.js';
import { failureOf } from '../../src/tenant/http/failures.js';

const target = { method: 'GET', path: '/api/v1/extensions', origin: 'https://acme.example' };

function errorWith(code: string, more: object = {}): Error {
  return Object.assign(new Error('low-level text'), { code, ...more });
}

function atTenant(cause: Error, systemAuthorities: SystemAuthorities = 'unknown'): ConnectError {
  return new ConnectError({ at: 'tenant', cause, systemAuthorities });
}

describe('a connection that could not be made', () => {
  it.each([
    ['ENOTFOUND', 'not-found-host', 'no address is known for https://acme.example', false],
    ['EAI_AGAIN', 'not-found-host', 'no address is known', false],
    ['ECONNREFUSED', 'refused', 'refused the connection', false],
    ['EHOSTUNREACH', 'unreachable', 'there is no way to', false],
    ['ECONNRESET', 'unreachable', 'broke while it was made', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable', 'could not be reached in time', true],
    ['ETIMEDOUT', 'unreachable', 'could not be reached in time', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'from an authority that Node does not know', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', 'from an authority that Node does not know', false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', 'from an authority that Node does not know', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'from an authority that Node does not know', false],
    ['INVALID_CA', 'tls', 'from an authority that Node does not know', false],
    ['CERT_HAS_EXPIRED', 'tls', 'has expired', false],
    ['CERT_NOT_YET_VALID', 'tls', 'is not valid yet', false],
    ['CERT_REVOKED', 'tls', 'was revoked', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'is for another name', false],
    ['HOSTNAME_MISMATCH', 'tls', 'is for another name', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'does not answer in TLS', false],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls', 'does not answer in TLS', false],
    ['EPROTO', 'tls', 'does not answer in TLS', false],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls', 'no version or cipher', false],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'asks for a certificate', false],
    ['INVALID_PURPOSE', 'tls', 'no secure connection', false],
    ['UNSPECIFIED', 'tls', 'no secure connection', false],
  ])('%s is %s', (raw, code, message, transient) => {
    const failure = failureOf(atTenant(errorWith(raw)), target);
    expect(failure).toMatchObject({
      transient,
      sent: 'no',
      error: {
        code,
        exitCode: 5,
        method: 'GET',
        path: '/api/v1/extensions',
        message: expect.stringContaining(message),
      },
    });
    expect(failure?.error.message).toContain(`(${raw})`);
    expect(failure?.error.message).toContain('https://acme.example');
    expect(failure?.error.hint).toBeTruthy();
  });

  it('advises NODE_EXTRA_CA_CERTS for an unknown authority only', () => {
    const hint = (code: string) => failureOf(atTenant(errorWith(code)), target)?.error.hint;
    expect(hint('SELF_SIGNED_CERT_IN_CHAIN')).toContain('NODE_EXTRA_CA_CERTS');
    for (const code of [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_REVOKED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
    ]) {
      expect(hint(code)).not.toContain('NODE_EXTRA_CA_CERTS');
    }
  });

  it.each([
    [
      'unused',
      'NODE_USE_SYSTEM_CA=1 makes Node accept what this machine accepts; or point NODE_EXTRA_CA_CERTS',
    ],
    [
      'used',
      'This machine does not know that authority, either (NODE_USE_SYSTEM_CA=1): point NODE_EXTRA_CA_CERTS',
    ],
    ['set-in-vain', 'from 22.19 and 24.6 on, so not by this one: point NODE_EXTRA_CA_CERTS'],
    ['unknown', 'The network may inspect TLS. Point NODE_EXTRA_CA_CERTS'],
    [
      'deno-unused',
      'DENO_TLS_CA_STORE=system makes Deno accept what this machine accepts; or point NODE_EXTRA_CA_CERTS',
    ],
    ['deno-used', 'either (DENO_TLS_CA_STORE): point NODE_EXTRA_CA_CERTS'],
  ] as const)('authorities of the machine that are %s', (authorities, says) => {
    const error = atTenant(errorWith('SELF_SIGNED_CERT_IN_CHAIN'), authorities);
    expect(failureOf(error, target)?.error.hint).toContain(says);
  });

  it.each([
    ['deno-unused', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'Deno', true],
    ['deno-used', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'Deno', true],
    ['deno-unused', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'Deno', false],
    ['unused', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'Node', false],
  ] as const)(
    'names the runtime, and what it wants of a certificate: %s, %s',
    (authorities, code, name, wants) => {
      const error = failureOf(atTenant(errorWith(code), authorities), target)?.error;
      expect(error?.message).toContain(`an authority that ${name} does not know`);
      expect(error?.hint?.includes('CA:FALSE')).toBe(wants);
    },
  );

  it.each([
    ['DNS:a.example, DNS:*.b.example', 'another name (a.example, *.b.example)'],
    [undefined, 'another name'],
    ['DNS:\u001b[2J', 'another name'],
  ])('says which names a certificate is for: %j', (subjectaltname, says) => {
    const error = errorWith('ERR_TLS_CERT_ALTNAME_INVALID', { cert: { subjectaltname } });
    const message = failureOf(atTenant(error), target)?.error.message;
    expect(message).toContain(`is for ${says} (ERR_TLS_CERT_ALTNAME_INVALID).`);
  });

  it('leaves no doubt about a write', () => {
    const failure = failureOf(atTenant(errorWith('ECONNRESET')), { ...target, method: 'PATCH' });
    expect(failure?.error.hint).not.toContain('may have been made');
  });
});

describe('a failed request', () => {
  it.each([
    ['ECONNRESET', 'reset', 'broke before the answer was complete', true],
    ['EPIPE', 'reset', 'broke before the answer was complete', true],
    ['UND_ERR_SOCKET', 'reset', 'broke before the answer was complete', true],
    ['EHOSTUNREACH', 'reset', 'broke before the answer was complete', true],
    ['ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', 'reset', 'broke before the answer was complete', true],
    ['ETIMEDOUT', 'timeout', 'did not answer in time', false],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', 'did not answer in time', false],
    ['UND_ERR_BODY_TIMEOUT', 'timeout', 'did not answer in time', false],
    ['HPE_INVALID_CONSTANT', 'bad-answer', 'did not answer in HTTP', false],
    ['UNASKED_ANSWER', 'bad-answer', 'gave an answer that fits no request', false],
  ])('%s is %s', (raw, code, message, transient) => {
    const failure = failureOf(errorWith(raw), target);
    expect(failure).toMatchObject({
      transient,
      sent: 'perhaps',
      error: { code, exitCode: 5, message: expect.stringContaining(message) },
    });
    expect(failure?.error.message).toContain(`(${raw})`);
    expect(failure?.error.hint).toBeTruthy();
  });

  it.each(['ECONNRESET', 'ETIMEDOUT', 'HPE_INVALID_CONSTANT', 'UNASKED_ANSWER'])(
    '%s leaves a doubt about a write',
    (raw) => {
      const failure = failureOf(errorWith(raw), { ...target, method: 'PATCH' });
      expect(failure?.error.hint).toContain('may have been made');
    },
  );

  it.each([
    ['a type error', new TypeError('x is not a function')],
    ['a misuse of undici', errorWith('UND_ERR_INVALID_ARG')],
    ['no error at all', 'text'],
  ])('%s is not one', (_name, cause) => {
    expect(failureOf(cause, target)).toBeUndefined();
  });
});
