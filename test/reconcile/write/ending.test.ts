import { describe, expect, it } from 'vitest';
import { TenantError } from '../../../src/core/errors.js';
import { certaintyOf } from '../../../src/reconcile/write/ending.js';

describe('what an error says about the write that it answers', () => {
  it.each([
    [{ status: 400 }, 'refused'],
    [{ status: 401 }, 'refused'],
    [{ status: 403 }, 'refused'],
    [{ status: 404 }, 'doubted'],
    [{ status: 409 }, 'doubted'],
    [{ status: 410 }, 'doubted'],
    [{ status: 412 }, 'doubted'],
    [{ status: 422 }, 'refused'],
    [{ status: 429 }, 'refused'],
    [{ status: 302, code: 'login-page' }, 'refused'],
    [{ status: 408 }, 'unsure'],
    [{ status: 500 }, 'unsure'],
    [{ status: 502 }, 'unsure'],
    [{ status: 200, code: 'bad-body' }, 'unsure'],
    [{ status: 200, code: 'login-page' }, 'unsure'],
    [{ code: 'timeout' }, 'unsure'],
    [{ code: 'reset' }, 'unsure'],
    [{ code: 'too-large' }, 'unsure'],
    [{}, 'unsure'],
    [{ code: 'refused' }, 'unsent'],
    [{ code: 'not-found-host' }, 'unsent'],
    [{ code: 'tls' }, 'unsent'],
  ] as const)('%j: %s', (details, certainty) => {
    const error = new TenantError('', { method: 'PATCH', path: '/', ...details });
    expect(certaintyOf(error)).toBe(certainty);
  });
});
