/** What fuzzing found, kept: each of these once crashed, ran without end, or led somewhere else. */

import { describe, expect, it } from 'vitest';
import { UnreadableArchiveError } from '../../src/core/zip/unreadable.js';
import { digestArchive } from '../../src/source/archive/archive.js';
import { createExtensionsClient } from '../../src/tenant/extensions.js';
import { createItemsClient } from '../../src/tenant/items.js';
import { rawZip } from '../fixtures/raw-zip.js';
import { json, openTestTenant, serve } from '../tenant/serve.js';
import { jsonConfigTarget, yamlConfigTarget } from './config-targets.js';
import { planTarget } from './file-targets.js';
import { createRandom } from './random.js';

const deep = (open: string, close: string): string => `${open.repeat(50_000)}1${close.repeat(50_000)}`;
const random = createRandom(1);

const files: readonly (readonly [title: string, read: () => unknown, message: RegExp])[] = [
  ['a JSON config nested without end', () => readJson(deep('[', ']')), /nested more than 100 levels/],
  ['a YAML config nested without end', () => readYaml(deep('[', ']')), /nested too deeply/],
  [
    'a YAML config of many levels',
    () => readYaml(`a: ${'['.repeat(200)}${']'.repeat(200)}`),
    /nested more than 100/,
  ],
  ['a YAML config that holds itself', () => readYaml('base: &base\n  inner: *base\n'), /refers to itself/],
  [
    'a YAML config that is its own part',
    () => readYaml('&all\na: [*all]\n'),
    /refers to itself|not valid YAML/,
  ],
  [
    'a plan nested without end',
    () => planTarget(Buffer.from(`{"schemaVersion":${deep('[', ']')}}`)),
    /nested too deeply/,
  ],
];

function readJson(text: string): void {
  jsonConfigTarget.read(Buffer.from(text), random);
}

function readYaml(text: string): void {
  yamlConfigTarget.read(Buffer.from(text), random);
}

describe('files', () => {
  it.each(files)('%s', (_title, read, message) => {
    expect(read).toThrow(message);
  });

  it('a YAML config with an alias and thousands of mistakes is told in seconds', () => {
    const text = `project: a\nextensions: [x]\ntags: &t [${'"a":1,'.repeat(3_000)}]\nprotect: *t\n`;
    const before = process.cpuUsage().user;
    expect(() => readYaml(text)).toThrow(/tags\[48\][\s\S]*and \d+ more problems/);
    expect((process.cpuUsage().user - before) / 1_000).toBeLessThan(5_000);
  });

  it.each(['w//etc/evil.js', 'w/C:/evil.js'])(
    '%s is absolute once its wrapping folder is gone',
    async (name) => {
      const manifest = { name: 'w/kpi.qext', content: '{"name":"kpi","type":"visualization"}' };
      const reading = digestArchive(rawZip({ entries: [manifest, { name, content: 'evil' }] }));
      await expect(reading).rejects.toThrow(UnreadableArchiveError);
    },
  );
});

describe('answers', () => {
  it('a list nested without end is an error for people', async () => {
    const body = `{"data":[],"x":${deep('{"a":', '}')}}`;
    const { url } = await serve((_request, response) => response.writeHead(200).end(body));
    await expect(createExtensionsClient(openTestTenant(url)).list()).rejects.toThrow('nested deeper');
  });

  it('a list with a damaged letter is not taken for the truth, lest it be sent back', async () => {
    const body = Buffer.concat([
      Buffer.from('{"data":[{"id":"a","tags":["gr'),
      Buffer.of(0xf6),
      Buffer.from('n"]}]}'),
    ]);
    const { url } = await serve((_request, response) => response.writeHead(200).end(body));
    await expect(createExtensionsClient(openTestTenant(url)).list()).rejects.toThrow('is not UTF-8 text');
  });

  it('a page that leads to a deeper path, and that to a deeper one, is no list', async () => {
    const { url, seen } = await serve(json({ data: [], links: { next: { href: 'deeper/items?page=2' } } }));
    const reading = async (): Promise<void> => {
      for await (const _item of createItemsClient(openTestTenant(url)).list()) expect.unreachable();
    };
    await expect(reading()).rejects.toThrow('leads to /api/v1/deeper/items for its next page');
    expect(seen).toHaveLength(1);
  });
});
