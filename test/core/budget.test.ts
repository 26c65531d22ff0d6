import { describe, expect, it } from 'vitest';
import { forecastBackups, forecastRequests, type StoredArchives } from '../../src/core/budget.js';
import type { Change } from '../../src/core/model.js';

function change(action: Change['action'], more: Partial<Change> = {}): Change {
  const carries = { write: { carries: 'file-and-data', tags: [] } } as const;
  const actual = { actual: { id: 'id', md5: 'stored' } };
  return {
    name: action,
    action,
    state: 'changed',
    reason: 'content-changed',
    message: '',
    ...(action === 'delete' || action === 'none' ? {} : carries),
    ...(action === 'create' ? {} : actual),
    ...more,
  };
}

const tagsOnly = { write: { carries: 'data', tags: [] } } as const;
const nothing: StoredArchives = new Set();
const stored: StoredArchives = new Set(['stored']);

describe('requests of a plan', () => {
  it.each<[string, readonly Change[], StoredArchives, number, number]>([
    [
      'the example of the contract',
      [change('create'), change('update'), change('update'), change('delete')],
      nothing,
      7,
      4,
    ],
    ['a create', [change('create')], nothing, 1, 1],
    ['an update', [change('update')], nothing, 3, 1],
    ['an update of what is stored', [change('update')], stored, 2, 1],
    ['an update without a backup', [change('update')], 'off', 2, 1],
    ['tags alone', [change('update', tagsOnly)], nothing, 2, 1],
    ['a replace', [change('replace')], nothing, 3, 2],
    ['a delete', [change('delete')], stored, 3, 1],
    ['a blocked one', [change('update', { blocked: { rail: 'drift', message: '' } })], nothing, 1, 0],
  ])('%s', (_row, changes, archives, reads, writes) => {
    expect(forecastRequests(changes, 1, archives)).toMatchObject({ tier1: reads, tier2: writes });
  });
});

describe('backups of a plan', () => {
  const changes = [
    change('create'),
    change('update'),
    change('update', tagsOnly),
    change('delete'),
    change('none'),
  ];

  it.each<[StoredArchives | undefined, ReturnType<typeof forecastBackups>]>([
    [nothing, { stored: 0, download: 2 }],
    [stored, { stored: 2, download: 0 }],
    ['off', 'off'],
    [undefined, undefined],
  ])('%o', (archives, forecast) => {
    expect(forecastBackups(changes, archives)).toEqual(forecast);
  });

  it('nothing to lose', () => {
    expect(forecastBackups([change('create')], nothing)).toBeUndefined();
  });
});
