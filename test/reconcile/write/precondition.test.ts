import { describe, expect, it } from 'vitest';
import { summariseActual } from '../../../src/core/change.js';
import type { ActualExtension } from '../../../src/core/model.js';
import { describeMovement } from '../../../src/reconcile/write/target.js';
import { actualExtension, md5 } from '../../core/worlds.js';

const planned = actualExtension('kpi', {
  tags: ['qlik-sync:acme', 'finance'],
  revision: '5.0.0',
  userId: 'ada',
  qextVersion: '1.0.0',
});

describe('what moved', () => {
  it.each<[string, Partial<ActualExtension>, string | undefined]>([
    ['nothing', {}, undefined],
    ['tags in another order', { tags: ['finance', 'qlik-sync:acme'] }, undefined],
    ['a tag that went', { tags: ['finance'] }, 'tags [qlik-sync:acme, finance] → [finance]'],
    ['a tag that came', { tags: ['qlik-sync:acme', 'finance', 'x'] }, '→ [qlik-sync:acme, finance, x]'],
    ['the archive', { md5: md5('other') }, `archive md5 ${planned.md5} → ${md5('other')}`],
    ['the archive name', { archiveName: 'mine.zip' }, '→ mine.zip; by user ada at 2026-11-20T10:00:00.000Z'],
    ['the counter', { revision: '6.0.0' }, 'revision 5.0.0 → 6.0.0'],
    ['the time alone', { updatedAt: '2026-11-21T10:00:00.000Z' }, 'last change 2026-11-20'],
  ])('%s', (_row, changes, says) => {
    const movement = describeMovement(summariseActual(planned), { ...planned, ...changes });
    if (says === undefined) expect(movement).toBeUndefined();
    else expect(movement).toContain(says);
  });

  it('an archive that is gone has moved', () => {
    const { md5: _gone, ...without } = planned;
    expect(describeMovement(summariseActual(planned), without)).toContain('→ (none)');
  });

  it('a field that only one side has did not change: a record may lack fields of its list entry', () => {
    const { revision: _r, userId: _u, updatedAt: _t, qextVersion: _v, ...without } = planned;
    expect(describeMovement(summariseActual(planned), without)).toBeUndefined();
    expect(describeMovement(summariseActual(without), planned)).toBeUndefined();
  });
});
