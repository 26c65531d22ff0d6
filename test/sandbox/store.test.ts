import { describe, expect, it } from 'vitest';
import { envOf, openAt } from '../store/stores.js';
import { start, temporaryFolder } from './support.js';

describe('the object store of a sandbox', () => {
  it('is served where it is asked for, and keeps its objects and keys in the folder', async () => {
    expect((await start()).store).toBeUndefined();
    const dir = await temporaryFolder();
    const first = await start({ dir, store: 'served' });
    const before = await openAt(first.store?.address ?? '', envOf(first.store ?? noKeys));
    await before.put('runs/ä b', Buffer.from('kept'));
    await before.close();
    await first.close();
    const second = await start({ dir, store: 'served' });
    expect(second.store?.secretAccessKey).toBe(first.store?.secretAccessKey);
    const after = await openAt(second.store?.address ?? '', envOf(second.store ?? noKeys));
    expect((await after.get('runs/ä b'))?.toString()).toBe('kept');
    await after.close();
  });
});

const noKeys = { accessKeyId: '', secretAccessKey: '' };
