/** What goes wrong with a store is told in one sentence that says whose fault it is. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import { StoreError } from '../../src/store/store.js';
import { openContainer } from './azurite.js';
import { control, envOf, openAt, type Variables } from './stores.js';

let running: RunningStore;
beforeAll(async () => {
  running = await startStore({ apiKey: 'control' });
});
afterEach(async () => {
  await control(running, 'PUT', 'switches', {});
  await control(running, 'DELETE', 'faults');
});
afterAll(() => running.close());

interface Failure {
  readonly problem: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
}

async function failureOf(
  address: string,
  env: Variables,
  verb: 'put' | 'get' | 'list' = 'put',
): Promise<Failure> {
  const store = await openAt(address, env, 3_000);
  try {
    if (verb === 'put') await store.put('runs/a', Buffer.from('x'));
    else if (verb === 'get') await store.get('runs/a');
    else await store.list('runs/');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { problem, message, hint, exitCode } = error;
    return { problem, message, hint, exitCode };
  } finally {
    await store.close();
  }
  throw new Error('it did not fail');
}

describe('a bucket that refuses', () => {
  it('a wrong secret', async () => {
    const env = { ...envOf(running), AWS_SECRET_ACCESS_KEY: 'wrong-wrong-wrong-wrong' };
    expect(await failureOf(running.address, env)).toEqual({
      problem: 'credentials',
      message: `The store ${running.address}: the secret access key does not belong to the access key (SignatureDoesNotMatch).`,
      hint: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
      exitCode: 4,
    });
  });

  it('an unknown key, a temporary key without its token or with another', async () => {
    const unknown = { ...envOf(running), AWS_ACCESS_KEY_ID: 'AKIANOBODY' };
    const { AWS_SESSION_TOKEN: _, ...bare } = envOf(running.temporary);
    const other = { ...envOf(running.temporary), AWS_SESSION_TOKEN: 'another-token' };
    expect((await failureOf(running.address, unknown)).message).toContain('it does not know the access key');
    expect((await failureOf(running.address, bare)).message).toContain('it does not know the access key');
    expect((await failureOf(running.address, other)).message).toContain('the session token does not belong');
  });

  it('a wrong region', async () => {
    const address = running.address.replace('eu-central-1', 'us-west-2');
    expect(await failureOf(address, envOf(running))).toMatchObject({
      problem: 'region',
      message: `The store ${address}: the bucket is in the region eu-central-1, not us-west-2 (AuthorizationHeaderMalformed).`,
      hint: expect.stringContaining('?region='),
      exitCode: 5,
    });
  });

  it('a clock that is wrong', async () => {
    await control(running, 'PUT', 'switches', { skewMs: 20 * 60_000 });
    expect(await failureOf(running.address, envOf(running))).toMatchObject({
      problem: 'clock',
      message: `The store ${running.address}: the clock of this machine is off by about 20 minutes (RequestTimeTooSkewed).`,
    });
  });

  it('a missing right, for each verb', async () => {
    const readOnly = envOf(running.readOnly);
    expect(await failureOf(running.address, readOnly)).toMatchObject({
      problem: 'rights',
      message: `The store ${running.address}: writing runs/a is not permitted (AccessDenied).`,
      hint: expect.stringContaining('s3:PutObject'),
      exitCode: 4,
    });
    await control(running, 'PUT', 'switches', { denied: ['GET'] });
    expect((await failureOf(running.address, envOf(running), 'list')).message).toContain(
      'reading runs/ is not permitted',
    );
  });

  it('no such bucket', async () => {
    const address = running.address.replace('s3://qlik-sync', 's3://another');
    const failure = await failureOf(address, envOf(running), 'get');
    expect(failure).toMatchObject({ problem: 'missing', message: expect.stringContaining('no such bucket') });
  });

  it('a store that is full', async () => {
    await control(running, 'PUT', 'switches', { capacity: 0 });
    expect((await failureOf(running.address, envOf(running))).message).toContain('no space left');
  });
});

describe('a bucket that fails in passing', () => {
  const faults = [
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503, when: 'after' },
    { kind: 'reset' },
    { kind: 'reset', when: 'after' },
    { kind: 'truncate', when: 'after' },
  ];
  it.each(faults)('is asked again: %o', async (fault) => {
    const store = await openAt(running.address, envOf(running));
    await store.put('seen/a', Buffer.from('before'));
    await control(running, 'POST', 'faults', [{ path: '/qlik-sync/*', times: 2, ...fault }]);
    if (fault.kind !== 'truncate') await store.put('seen/a', Buffer.from('after'));
    expect((await store.get('seen/a'))?.toString()).toBe(fault.kind === 'truncate' ? 'before' : 'after');
    await control(running, 'POST', 'faults', [{ path: '/qlik-sync/*', times: 1, ...fault }]);
    expect((await store.list('seen/')).objects.map(({ name }) => name)).toEqual(['seen/a']);
    await control(running, 'POST', 'faults', [{ path: '/qlik-sync/*', times: 1, ...fault }]);
    await store.remove('seen/a');
    expect(await store.get('seen/a')).toBeUndefined();
    await store.close();
  });

  it('is given up after four tries', async () => {
    await control(running, 'DELETE', 'requests');
    await control(running, 'POST', 'faults', [{ times: 100, kind: 'status', status: 503 }]);
    expect(await failureOf(running.address, envOf(running))).toMatchObject({ problem: 'busy', exitCode: 5 });
    expect(await control(running, 'GET', 'requests')).toHaveLength(4);
  });

  it('a silent one is unreachable, and says that the run can do without', async () => {
    await control(running, 'POST', 'faults', [{ times: 100, kind: 'stall', stallMs: 60_000 }]);
    expect(await failureOf(running.address, envOf(running))).toMatchObject({
      problem: 'unreachable',
      hint: expect.stringContaining('--no-store'),
    });
  });
});

describe('what is no bucket', () => {
  const answers = {
    'a page': [200, '<!doctype html><title>Sign in</title>'],
    'an empty answer': [200, ''],
    'a list without times': [
      200,
      '<ListBucketResult><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>',
    ],
    'a list that breaks off': [200, '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>'],
  } as const;
  it.each(Object.entries(answers))('is never an empty list: %s', async (_name, [status, body]) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const address = `s3://qlik-sync?endpoint=http://127.0.0.1:${port}`;
    expect(await failureOf(address, envOf(running), 'list')).toMatchObject({ problem: 'answer' });
    server.close();
  });

  it('nothing that listens', async () => {
    const address = 's3://qlik-sync?endpoint=http://127.0.0.1:9';
    const failure = await failureOf(address, envOf(running));
    expect(failure).toMatchObject({ problem: 'unreachable', exitCode: 5 });
    expect(failure.message).toContain('refused the connection');
  });

  it('plain http to anything but loopback', async () => {
    await expect(openAt('s3://qlik-sync?endpoint=http://minio.example.com', envOf(running))).rejects.toThrow(
      'is plain http',
    );
  });
});

describe('a container that refuses', () => {
  const env = (sas: string): Variables => ({ AZURE_STORAGE_SAS_TOKEN: sas });

  it('a wrong or expired signature, a missing right, no such container, no credential', async () => {
    const container = await openContainer();
    const wrong = container.sas('rcwdl').replace(/sig=[^&]*/, `sig=${encodeURIComponent('A'.repeat(43))}%3D`);
    // Azurite has one code for all of these, where Azure says AuthenticationFailed.
    const expired = container.sas('rcwdl', -5);
    for (const sas of [wrong, expired]) {
      expect(await failureOf(container.address, env(sas))).toMatchObject({ exitCode: 4 });
    }
    expect(await failureOf(container.address, env(container.sas('rl')))).toMatchObject({
      problem: 'rights',
      hint: expect.stringContaining('sp=rcwdl'),
      exitCode: 4,
    });
    await expect(openAt(container.address, {})).rejects.toThrow('No credential for the store was found.');
  });
});

it('a store that does not tell its time judges nothing older than by its newest object', async () => {
  const server = createServer((_, response) => {
    response.sendDate = false;
    const of = (name: string, time: string): string =>
      `<Contents><Key>${name}</Key><Size>1</Size><LastModified>${time}</LastModified></Contents>`;
    const [old, newer] = ['2001-02-03T04:05:06.000Z', '2001-02-03T04:06:00.000Z'];
    response.end(`<ListBucketResult>${of('a', old)}${of('b', newer)}${of('c', old)}</ListBucketResult>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = encodeURIComponent(`http://127.0.0.1:${port}`);
  const store = await openAt(`s3://bucket?region=here&endpoint=${endpoint}`, {
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  });
  expect((await store.list('')).now).toEqual(new Date('2001-02-03T04:06:00.000Z'));
  await store.close();
  await new Promise((resolve) => server.close(resolve));
});
