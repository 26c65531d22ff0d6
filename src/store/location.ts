/** The address of a store as people write it, and the place that it names. Pure. */

import { fileURLToPath } from 'node:url';
import { UserError } from '../core/errors.js';
import type { AzurePlace } from './azure.js';
import type { S3Place } from './s3.js';

export type StoreLocation =
  /** Absolute. */
  | { readonly kind: 'file'; readonly folder: string }
  | { readonly kind: 's3'; readonly place: S3Place }
  | { readonly kind: 'azblob'; readonly place: AzurePlace };

type Variables = Readonly<Record<string, string | undefined>>;

/** @param env for what AWS's own tools read from it: region and endpoint @throws UserError if it names no store */
export function parseStoreAddress(address: string, env: Variables): StoreLocation {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const read = url === undefined ? undefined : readers[url.protocol];
  if (url === undefined || read === undefined) {
    throw mistake(
      address,
      'is not one of s3://bucket/prefix, azblob://account/container/prefix, file:///folder',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw mistake(address, 'must not contain a credential');
  }
  return read(url, address, env);
}

type Read = (url: URL, address: string, env: Variables) => StoreLocation;

const readers: Readonly<Record<string, Read>> = {
  'file:': (url, address) => {
    assertKnown(url, [], address);
    if (url.host !== '') throw mistake(address, 'must name a folder of this machine: file:///folder');
    return { kind: 'file', folder: fileURLToPath(url) };
  },
  's3:': (url, address, env) => {
    const query = assertKnown(url, ['region', 'endpoint', 'style'], address);
    const bucket = decodeURIComponent(url.host);
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw mistake(address, 'names no bucket');
    const region = query['region'] ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
    const own = query['endpoint'] ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
    const endpoint = endpointOf(own ?? awsEndpoint(region), address);
    // A dot in the name would not fit the certificate of *.s3.amazonaws.com.
    const style = query['style'] ?? (own === undefined && !bucket.includes('.') ? 'virtual' : 'path');
    if (style !== 'path' && style !== 'virtual') throw mistake(address, 'style must be path or virtual');
    return { kind: 's3', place: { bucket, prefix: prefixOf(url.pathname), region, endpoint, style } };
  },
  'azblob:': (url, address) => {
    const query = assertKnown(url, ['endpoint'], address);
    const account = url.host;
    const [, container = '', ...rest] = url.pathname.split('/');
    if (!/^[a-z0-9]{3,24}$/.test(account) || !/^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(container)) {
      throw mistake(address, 'must name account and container: azblob://account/container/prefix');
    }
    const endpoint = endpointOf(query['endpoint'] ?? `https://${account}.blob.core.windows.net`, address);
    return { kind: 'azblob', place: { account, container, prefix: prefixOf(rest.join('/')), endpoint } };
  },
};

function awsEndpoint(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://s3.${region}.${domain}`;
}

function endpointOf(text: string, address: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw mistake(address, 'endpoint must be an http(s) address');
  }
  return url.href.replace(/\/+$/, '');
}

/** Names are appended to it; empty, or with a `/` at its end only. */
function prefixOf(path: string): string {
  const parts = decodeURIComponent(path)
    .split('/')
    .filter((part) => part !== '');
  return parts.map((part) => `${part}/`).join('');
}

function assertKnown(url: URL, names: readonly string[], address: string): Readonly<Record<string, string>> {
  const unknown = [...url.searchParams.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined || url.hash !== '') {
    const known = names.length === 0 ? 'takes no parameters' : `takes ${names.join(', ')} after its ?`;
    throw mistake(address, `${known}${unknown === undefined ? '' : `, not ${unknown}`}`);
  }
  return Object.fromEntries(url.searchParams);
}

function mistake(address: string, problem: string): UserError {
  return new UserError(`store: ${withoutCredential(address)} ${problem}.`, {
    hint: 'e.g. s3://bucket/prefix?region=eu-central-1; credentials come from the environment, never from the address.',
  });
}

/** The address for messages: without a password, or a signature in the query. */
export function withoutCredential(address: string): string {
  return address
    .replace(/\/\/[^/@]*@/, '//…@')
    .replace(/([?&](?:sig|[^=&]*(?:key|secret|token)[^=&]*)=)[^&]*/gi, '$1…');
}
