import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/core/errors.js';
import type { DesiredExtension } from '../../../src/core/model.js';
import type { Archive } from '../../../src/source/archive/pack.js';
import { createPacks, type Packs } from '../../../src/source/watch/packs.js';

function extension(name: string, digest: string): DesiredExtension {
  const manifest = { displayName: name, type: 'visualization', supernova: false, fields: {}, text: '{}' };
  return {
    ...{ name, digest, manifest },
    folder: `/x/${name}`,
    displayFolder: name,
    files: [],
    leftOut: [],
    bytes: 0,
  };
}

interface Session {
  /** One look at the folders. */
  readonly look: (confirms?: (read: DesiredExtension) => boolean) => Packs;
  /** What was packed, as `name digest`. */
  readonly packed: readonly string[];
}

function openSession(fail?: () => Error | undefined): Session {
  const packed: string[] = [];
  const digests = new Map<string, string>();
  const pack = async ({ name, digest }: DesiredExtension): Promise<Archive> => {
    packed.push(`${name} ${digest}`);
    const error = fail?.();
    if (error !== undefined) throw error;
    return { bytes: Buffer.from(digest), md5: digest, size: digest.length };
  };
  return {
    packed,
    look: (confirms = () => true) => createPacks({ pack, digests, uploadCheck: { confirms } }),
  };
}

/** For packs that were begun: they are asked for one after the other. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await undefined;
}

describe('packs', () => {
  it('begin with what was saved, once', async () => {
    const { look, packed } = openSession();
    look().onRead([extension('a', '1'), extension('b', '1')], 'everything');
    await settle();
    expect(packed).toEqual([]);
    const packs = look();
    packs.onRead([extension('a', '2'), extension('b', '1'), extension('new', '1')], 'save');
    await settle();
    expect(packed).toEqual(['a 2', 'new 1']);
    expect((await packs.pack(extension('a', '2'))).md5).toBe('2');
    expect(packed).toEqual(['a 2', 'new 1']);
    expect((await packs.pack(extension('b', '1'))).md5).toBe('1');
    expect(packed).toEqual(['a 2', 'new 1', 'b 1']);
  });

  it('never return other content than requested', async () => {
    const { look } = openSession();
    const packs = look();
    packs.onRead([extension('a', '1')], 'save');
    expect((await packs.pack(extension('a', '2'))).md5).toBe('2');
  });

  it('do not begin with a whole checkout', async () => {
    const { look, packed } = openSession();
    look().onRead(
      Array.from({ length: 9 }, (_, index) => extension(`e${index}`, '1')),
      'save',
    );
    await settle();
    expect(packed).toEqual([]);
  });

  it('are not returned for a folder that is being written', async () => {
    const { look } = openSession();
    const packs = look(() => false);
    packs.onRead([extension('a', '1')], 'save');
    await expect(packs.pack(extension('a', '1'))).rejects.toThrow('it is being written');
    expect([...packs.unconfirmed]).toEqual(['a']);
  });

  it('that failed early fail when they are requested, and only then', async () => {
    const { look } = openSession(() => new SourceError('the file changed after it was read', { file: 'a' }));
    const packs = look();
    packs.onRead([extension('a', '1')], 'save');
    await settle();
    await expect(packs.pack(extension('a', '1'))).rejects.toThrow('changed after it was read');
    expect(packs.unconfirmed.size).toBe(0);
  });
});
