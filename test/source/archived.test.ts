import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestArchive } from '../../src/source/archive/archive.js';
import { createArchivePacker, readArchived } from '../../src/source/archive/archived.js';
import { zipOf } from '../acceptance/support/zips.js';

const origin = { name: 'kpi', displayFolder: 'backup of run r' };
const qext = JSON.stringify({ name: 'KPI', type: 'visualization', version: '1.10', supernova: true });

describe('readArchived', () => {
  it('describes an archive as a folder would be, wrapped or not', async () => {
    for (const folder of ['', 'wrapped/']) {
      const bytes = await zipOf({ [`${folder}kpi.qext`]: qext, [`${folder}kpi.js`]: 'define()' });
      const extension = await readArchived(bytes, origin);
      expect(extension).toMatchObject({
        ...origin,
        folder: '',
        digest: (await digestArchive(bytes)).digest,
        bytes: qext.length + 'define()'.length,
        manifest: { displayName: 'KPI', version: '1.10', supernova: true },
      });
      expect(extension.files.map(({ path }) => path)).toEqual(['kpi.js', 'kpi.qext']);
    }
  });

  it.each([
    ['no zip at all', () => Promise.resolve(Buffer.from('not a zip'))],
    ['nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['a zip that leads out', () => zipOf({ 'kpi.qext': qext, '../evil.js': 'x' })],
    ['a zip without a .qext', () => zipOf({ 'kpi.js': 'x' })],
  ])('knows %s by its bytes alone, and throws nothing', async (_row, make) => {
    const bytes = await make();
    const extension = await readArchived(bytes, origin);
    expect(extension).toMatchObject({
      ...origin,
      files: [],
      bytes: bytes.length,
      manifest: { supernova: false },
    });
    expect(extension.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('treats an unreadable manifest as missing', async () => {
    const bytes = await zipOf({ 'kpi.qext': '{ "name": ', 'kpi.js': 'x' });
    expect((await readArchived(bytes, origin)).manifest).toMatchObject({
      displayName: 'kpi',
      type: 'visualization',
    });
  });
});

describe('createArchivePacker', () => {
  const bytes = Buffer.from('PK stored');
  const md5 = createHash('md5').update(bytes).digest('hex');

  it('gives the very bytes, and leaves other names to the other packer', async () => {
    const other = { bytes: Buffer.from('x'), md5: 'm', size: 1 };
    const pack = createArchivePacker(new Map([['kpi', { md5, read: async () => bytes }]]), async () => other);
    const extension = await readArchived(bytes, origin);
    expect(await pack(extension)).toEqual({ bytes, md5, size: bytes.length });
    expect(await pack({ ...extension, name: 'other' })).toBe(other);
  });

  it('sends only the bytes that were announced', async () => {
    const pack = createArchivePacker(new Map([['kpi', { md5, read: async () => Buffer.from('changed') }]]));
    const extension = await readArchived(bytes, origin);
    await expect(pack(extension)).rejects.toThrow(
      'backup of run r: the stored archive is no longer what it was',
    );
    await expect(pack({ ...extension, name: 'other' })).rejects.toThrow('no archive of other is at hand');
  });
});
