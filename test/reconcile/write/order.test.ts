import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/core/model.js';
import { orderChanges } from '../../../src/reconcile/apply.js';

function change(name: string, action: Change['action'], more: Partial<Change> = {}): Change {
  return { name, action, state: 'changed', reason: 'content-changed', message: '', ...more };
}

describe('the order of a run', () => {
  it('is safest first, deletes last and apart, without what is blocked or left', () => {
    const file = { write: { carries: 'file-and-data', tags: [] } } as const;
    const changes = [
      change('a', 'delete'),
      change('b', 'replace', file),
      change('c', 'update', file),
      change('d', 'update', { write: { carries: 'data', tags: [] } }),
      change('e', 'create', file),
      change('f', 'none'),
      change('g', 'update', { ...file, blocked: { rail: 'drift', message: '' } }),
      change('h', 'create', file),
    ];
    const { uploads, deletes } = orderChanges({ changes });
    expect(uploads.map(({ name }) => name)).toEqual(['e', 'h', 'd', 'c', 'b']);
    expect(deletes.map(({ name }) => name)).toEqual(['a']);
  });
});
