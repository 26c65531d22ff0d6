import { describe, expect, it } from 'vitest';
import { parseStoreAddress, withoutCredential } from '../../src/store/location.js';

const aws = (region: string): string => `https://s3.${region}.amazonaws.com`;

describe('the address of a store', () => {
  const places: readonly (readonly [string, object, Readonly<Record<string, string>>])[] = [
    ['file:///mnt/share/x', { kind: 'file', folder: '/mnt/share/x' }, {}],
    ['file:///mnt/a%20b', { kind: 'file', folder: '/mnt/a b' }, {}],
    [
      's3://bucket',
      {
        place: {
          bucket: 'bucket',
          prefix: '',
          region: 'us-east-1',
          endpoint: aws('us-east-1'),
          style: 'virtual',
        },
      },
      {},
    ],
    [
      's3://bucket/a//b/?region=eu-west-1',
      { place: { prefix: 'a/b/', region: 'eu-west-1', endpoint: aws('eu-west-1') } },
      {},
    ],
    [
      's3://bucket',
      { place: { region: 'eu-north-1' } },
      { AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'x' },
    ],
    ['s3://bucket', { place: { region: 'sa-east-1' } }, { AWS_DEFAULT_REGION: 'sa-east-1' }],
    ['s3://bucket?region=cn-north-1', { place: { endpoint: `${aws('cn-north-1')}.cn` } }, {}],
    ['s3://dotted.name', { place: { bucket: 'dotted.name', style: 'path' } }, {}],
    [
      's3://bucket/p?endpoint=https://minio.example.com:9000/base/',
      { place: { endpoint: 'https://minio.example.com:9000/base', style: 'path' } },
      {},
    ],
    ['s3://bucket?endpoint=https://r2.example.com&style=virtual', { place: { style: 'virtual' } }, {}],
    [
      's3://bucket',
      { place: { endpoint: 'http://127.0.0.1:1', style: 'path' } },
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    ],
    [
      'azblob://acme/runs/ci/prod',
      {
        kind: 'azblob',
        place: {
          account: 'acme',
          container: 'runs',
          prefix: 'ci/prod/',
          endpoint: 'https://acme.blob.core.windows.net',
        },
      },
      {},
    ],
  ];
  it.each(places)('%s', (address, place, env) => {
    expect(parseStoreAddress(address, env)).toMatchObject(place);
  });

  const mistakes: readonly (readonly [string, string])[] = [
    ['bucket/prefix', 'is not one of s3://'],
    ['https://bucket.s3.amazonaws.com', 'is not one of s3://'],
    ['s3://', 'names no bucket'],
    ['s3://UPPER_case', 'names no bucket'],
    ['s3://bucket?regoin=x', 'takes region, endpoint, style after its ?, not regoin'],
    ['s3://bucket?style=host', 'style must be path or virtual'],
    ['s3://bucket?endpoint=minio', 'endpoint must be an http(s) address'],
    ['s3://key:secret@bucket', 'must not contain a credential'],
    ['file://server/share', 'must name a folder of this machine'],
    ['file:///x?region=a', 'takes no parameters'],
    ['azblob://acme', 'must name account and container'],
    ['azblob://acme/runs?sig=abcdef', 'takes endpoint after its ?, not sig'],
  ];
  it.each(mistakes)('%s is a mistake', (address, message) => {
    expect(() => parseStoreAddress(address, {})).toThrow(message);
  });

  it('is never shown with a credential', () => {
    const addresses = [
      's3://key:hunter2@bucket',
      'azblob://a/runs?sv=1&sig=hunter2',
      's3://b?secretKey=hunter2',
    ];
    for (const address of addresses) {
      expect(withoutCredential(address)).not.toContain('hunter2');
      expect(() => parseStoreAddress(address, {})).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
      );
    }
  });
});
