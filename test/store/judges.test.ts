/** The sandbox's store before its judges: clients that know S3 from elsewhere. */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import { requireTool } from '../require-tool.js';
import { temporaryFolder } from '../sandbox/support.js';
import { control, envOf, openAt } from './stores.js';

let running: RunningStore;
beforeAll(async () => {
  running = await startStore({ apiKey: 'control' });
});
beforeEach(async () => {
  await control(running, 'DELETE', 'objects');
  await control(running, 'PUT', 'switches', {});
});
afterAll(() => running.close());

const odd = ['a b/ü+&=.txt', "quote'()*!.txt", 'plain/€~-_.zip'];

describe('@aws-sdk/client-s3', () => {
  const clientOf = (keys: Partial<RunningStore> & object, region = running.region): S3Client =>
    new S3Client({
      region,
      endpoint: running.endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: '', secretAccessKey: '', ...keys },
    });
  const Bucket = 'qlik-sync';

  it.each(['own', 'temporary'] as const)(
    'stores, reads, lists and removes with its %s key',
    async (which) => {
      const s3 = clientOf(which === 'own' ? running : running.temporary);
      await s3.send(new HeadBucketCommand({ Bucket }));
      expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(
        'eu-central-1',
      );
      expect((await s3.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
      for (const Key of odd) {
        const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Key) }));
        expect(put.ETag).toMatch(/^"[0-9a-f]{32}"$/);
        const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        expect(await Body?.transformToString()).toBe(Key);
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
        expect(head.ContentLength).toBe(ContentLength);
        expect(head.LastModified).toBeInstanceOf(Date);
      }
      const list = await s3.send(new ListObjectsV2Command({ Bucket }));
      expect(list.Contents?.map(({ Key }) => Key)).toEqual([...odd].sort());
      await s3.send(new DeleteObjectCommand({ Bucket, Key: odd[0] }));
      const rest = odd.slice(1).map((Key) => ({ Key }));
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: rest } }));
      expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
      await expect(s3.send(new GetObjectCommand({ Bucket, Key: odd[0] }))).rejects.toMatchObject({
        name: 'NoSuchKey',
      });
    },
  );

  it('turns pages, groups by a delimiter, and takes encoded keys', async () => {
    const s3 = clientOf(running);
    const keys = Array.from({ length: 25 }, (_, n) => `runs/${n % 3}/${String(n).padStart(2, '0')} +.jsonl`);
    await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))));
    const found: string[] = [];
    for (let token: string | undefined, pages = 0; pages === 0 || token !== undefined; pages += 1) {
      const command = new ListObjectsV2Command({
        ...{ Bucket, Prefix: 'runs/', MaxKeys: 7, EncodingType: 'url' as const },
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const page = await s3.send(command);
      found.push(
        ...(page.Contents ?? []).map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' '))),
      );
      token = page.NextContinuationToken;
      expect(pages).toBeLessThan(5);
    }
    expect(found).toEqual([...keys].sort());
    const grouped = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'runs/', Delimiter: '/' }));
    expect(grouped.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['runs/0/', 'runs/1/', 'runs/2/']);
    expect(grouped.Contents).toBeUndefined();
  });

  it('is refused as S3 refuses', async () => {
    const put = (s3: S3Client, more = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...more }));
    const own = { accessKeyId: running.accessKeyId, secretAccessKey: running.secretAccessKey };
    await put(clientOf(own));
    await expect(put(clientOf({ ...own, secretAccessKey: 'x' }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(put(clientOf({ ...own, accessKeyId: 'x' }))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(put(clientOf(running.readOnly))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(put(clientOf(own), { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await control(running, 'PUT', 'switches', { conditions: 'ignored' });
    await put(clientOf(own), { IfNoneMatch: '*' });
    await control(running, 'PUT', 'switches', { conditions: 'refused' });
    await expect(put(clientOf(own), { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(clientOf(own).send(new ListObjectsV2Command({ Bucket: 'other' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('reads what our driver wrote, and our driver what it wrote', async () => {
    const s3 = clientOf(running);
    const store = await openAt(running.address.replace('?', '/p q/ü?'), envOf(running));
    await store.put('runs/a.jsonl', Buffer.from('ours'));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'p q/ü/runs/a.jsonl' }));
    expect(await Body?.transformToString()).toBe('ours');
    await s3.send(new PutObjectCommand({ Bucket, Key: 'p q/ü/runs/b.jsonl', Body: 'theirs' }));
    expect((await store.get('runs/b.jsonl'))?.toString()).toBe('theirs');
    expect((await store.list('runs/')).objects.map(({ name }) => name)).toEqual([
      'runs/a.jsonl',
      'runs/b.jsonl',
    ]);
    await store.close();
  });

  it('sees a list that lags, and no other read that does', async () => {
    await control(running, 'PUT', 'switches', { listLagMs: 60_000 });
    const s3 = clientOf(running);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'late', Body: 'x' }));
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await s3.send(new HeadObjectCommand({ Bucket, Key: 'late' }));
  });
});

const noProxy = { http_proxy: '', https_proxy: '', HTTP_PROXY: '', HTTPS_PROXY: '', NO_PROXY: '*' };

describe.runIf(requireTool('aws', ['--version']))('awscli', () => {
  const aws = async (...args: readonly string[]): Promise<string> => {
    const env = {
      ...process.env,
      ...noProxy,
      ...envOf(running),
      AWS_DEFAULT_REGION: running.region,
      AWS_PAGER: '',
    };
    const all = ['--endpoint-url', running.endpoint, ...args];
    return (await promisify(execFile)('aws', all, { env })).stdout;
  };

  it('copies there and back, lists, moves pages and removes', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'in'), odd.join());
    for (const key of odd) await aws('s3', 'cp', '--quiet', join(folder, 'in'), `s3://qlik-sync/${key}`);
    await aws('s3', 'cp', '--quiet', `s3://qlik-sync/${odd[0]}`, join(folder, 'out'));
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(odd.join());
    const listed = await aws(
      's3api',
      'list-objects-v2',
      '--bucket',
      'qlik-sync',
      '--page-size',
      '1',
      '--output',
      'json',
    );
    const { Contents } = JSON.parse(listed) as { Contents: readonly { Key: string }[] };
    expect(Contents.map(({ Key }) => Key).sort()).toEqual([...odd].sort());
    expect(await aws('s3', 'ls', 's3://qlik-sync/')).toContain('PRE plain/');
    await aws('s3', 'rm', '--quiet', '--recursive', 's3://qlik-sync/');
    expect(await aws('s3', 'ls', '--recursive', 's3://qlik-sync/').catch(() => '')).toBe('');
  });
});

describe.runIf(requireTool('s3cmd', ['--version']))('s3cmd', () => {
  const s3cmd = async (...args: readonly string[]): Promise<string> => {
    const host = new URL(running.endpoint).host;
    const options = [
      ...['--config=/dev/null', '--no-ssl', `--host=${host}`, `--host-bucket=${host}`],
      ...[`--access_key=${running.accessKeyId}`, `--secret_key=${running.secretAccessKey}`],
      ...[`--region=${running.region}`, '--no-progress'],
    ];
    const env = { ...process.env, ...noProxy };
    return (await promisify(execFile)('s3cmd', [...options, ...args], { env })).stdout;
  };

  it('puts, gets, lists and removes', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'in'), 'content');
    for (const key of odd) await s3cmd('put', join(folder, 'in'), `s3://qlik-sync/${key}`);
    await s3cmd('get', `s3://qlik-sync/${odd[2]}`, join(folder, 'out'));
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('content');
    const listed = await s3cmd('ls', '--recursive', 's3://qlik-sync/');
    for (const key of odd) expect(listed).toContain(`s3://qlik-sync/${key}`);
    await s3cmd('del', '--recursive', '--force', 's3://qlik-sync/');
    expect(await s3cmd('ls', '--recursive', 's3://qlik-sync/')).toBe('');
  });
});
