/** Answers of a tenant, of any status, through every operation of the client and on into a plan. */

import { plan } from '../../src/core/plan.js';
import { readActual } from '../../src/tenant/actual.js';
import { createExtensionsClient, type ExtensionsClient } from '../../src/tenant/extensions.js';
import { type Answer, errorOfAnswer, isSuccess } from '../../src/tenant/http/answers.js';
import type { TenantHttp } from '../../src/tenant/http/http.js';
import { pauseBeforeRetry, refusalOf } from '../../src/tenant/http/sender.js';
import { createItemsClient } from '../../src/tenant/items.js';
import { desiredExtension, desiredState, policy } from '../core/worlds.js';
import { answers, archives } from './corpus.js';
import type { Random } from './random.js';
import type { Target } from './target.js';

const origin = 'https://acme.eu.qlikcloud.com';
const statuses = [
  200, 200, 200, 200, 201, 204, 206, 301, 302, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 502, 503,
  599,
];
const types = [
  'application/json',
  'application/json; charset=utf-8',
  'text/html',
  'application/zip',
  '',
  '\u0000',
];
const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  ...['0', '1', '-5', '1e9', 'soon', '99999999999999999999', 'Wed, 21 Oct 2026 07:28:00 GMT', 'GMT'].map(
    (value) => ({ 'retry-after': value }),
  ),
  ...[
    '/login',
    '//evil.example/x',
    'http://',
    'javascript:alert(1)',
    '\u0000',
    'https://evil.example:99999/',
  ].map((value) => ({ location: value })),
];

/** A tenant that answers everything with these bytes. */
function answering(bytes: Buffer, random: Random): TenantHttp {
  const status = random.oneOf(statuses);
  const headers = { 'content-type': random.oneOf(types), ...(random.once(3) && random.oneOf(oddHeaders)) };
  return {
    origin,
    authorize: async () => 'Bearer none',
    renew: async () => false,
    close: async () => undefined,
    request: async ({ method, path, read }) => {
      const answer: Answer = { method, path, origin, credential: 'API key', status, headers, body: bytes };
      checkWait(refusalOf(answer));
      checkWait(pauseBeforeRetry({ kind: 'answer', answer }, 1, 0.5));
      if (!isSuccess(answer)) throw errorOfAnswer(answer);
      return read(answer);
    },
  };
}

function checkWait(ms: number | undefined): void {
  if (ms !== undefined && !(ms >= 0)) throw new Error(`waits ${ms} ms`);
}

const desired = desiredState([desiredExtension('kpi'), desiredExtension('bar', { content: 'new' })]);

/** What a list says must be an error or a plan in which every name stands once. */
async function planFrom(client: ExtensionsClient): Promise<void> {
  const actual = await readActual(client);
  const allowed = policy({ prune: true, tags: ['finance'] });
  const { changes } = plan({ desired, actual, policy: allowed, tenant: origin, reads: 1 });
  if (new Set(changes.map(({ name }) => name)).size !== changes.length) throw new Error('a name twice');
}

type Call = (client: ExtensionsClient) => Promise<unknown>;
const calls: readonly Call[] = [
  (client) => client.get('kpi'),
  (client) => client.create({ data: { tags: [] } }),
  (client) => client.patch('id1', { data: { tags: [] } }),
  (client) => client.remove('id1'),
  (client) => client.downloadArchive('id1'),
  (client) => client.downloadFile('id1', 'kpi.js'),
];

async function readItems(http: TenantHttp): Promise<void> {
  let pages = 0;
  for await (const _page of createItemsClient(http).listPages()) {
    pages += 1;
    if (pages > 10_000) throw new Error('pages without end');
  }
}

export const answerTargets: readonly Target[] = [
  {
    ...{ name: 'list of extensions', runs: 14_000, corpus: answers },
    read: (bytes, random) => planFrom(createExtensionsClient(answering(bytes, random))),
  },
  {
    ...{ name: 'answer to one extension', runs: 9_000, corpus: [...answers, ...archives] },
    read: (bytes, random) => random.oneOf(calls)(createExtensionsClient(answering(bytes, random))),
  },
  {
    ...{ name: 'page of items', runs: 5_000, corpus: answers },
    read: (bytes, random) => readItems(answering(bytes, random)),
  },
];
