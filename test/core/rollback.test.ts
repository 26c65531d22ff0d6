import { describe, expect, it } from 'vitest';
import { archiveName, sendableName } from '../../src/core/marker.js';
import type { ActualExtension, Change, Policy } from '../../src/core/model.js';
import { type NameRollback, planRollback } from '../../src/core/plan-rollback.js';
import type { RecordSide } from '../../src/core/record-side.js';
import { actualExtension, actualState, desiredExtension, hash, md5, policy, project } from './worlds.js';

const ours = `qlik-sync:${project}`;

/** A record as our run leaves it. */
function side(content: string, more: Partial<RecordSide> = {}): RecordSide {
  return { md5: md5(content), archiveName: archiveName(hash(content), md5(content)), tags: [ours], ...more };
}

const [v1, v2] = [side('v1', { version: '1.0.0' }), side('v2', { version: '2.0.0' })];
const byHand = side('hand', { archiveName: 'hand "1".zip', tags: ['team'] });
const archive = desiredExtension('kpi', { content: 'v1', version: '1.0.0' });
const now = (content: string, more: Partial<ActualExtension> = {}) =>
  actualExtension('kpi', { content, ...more });
const kpi = new Set(['kpi']);
const update = { before: v1, after: v2, archive };
const created = { after: v1 };
const removed = { before: v1, archive };

const deleteAlone = (name: string): string => `qlik-sync rollback ${name} --prune --env eu`;

interface Row {
  readonly row: string;
  readonly rollback: Omit<NameRollback, 'name'>;
  readonly actual?: ActualExtension;
  readonly policy?: Partial<Policy>;
  readonly action: Change['action'];
  readonly rail?: string;
  readonly lift?: string;
  readonly write?: Change['write'];
  readonly says?: string;
}

const whole = {
  carries: 'file-and-data',
  tags: [ours],
  archiveName: archiveName(hash('v1'), md5('v1')),
} as const;

const table: readonly Row[] = [
  // An update
  {
    row: 'update',
    rollback: update,
    actual: now('v2', { qextVersion: '2.0.0' }),
    action: 'update',
    write: whole,
    says: 'restored from its backup, 2.0.0 → 1.0.0',
  },
  {
    row: 'update, and a later one that failed landed anyway',
    rollback: { ...update, after: side('v3'), perhaps: [v2] },
    actual: now('v2', { qextVersion: '2.0.0' }),
    action: 'update',
    write: whole,
  },
  {
    row: 'update, and a later one that failed may have deleted it',
    rollback: { ...update, perhaps: ['nothing'] },
    action: 'create',
  },
  {
    row: 'create that may not have landed',
    rollback: { after: v1, perhaps: [v2] },
    actual: now('v3'),
    action: 'delete',
    rail: 'drift',
  },
  {
    row: 'update, already undone',
    rollback: update,
    actual: now('v1'),
    action: 'none',
    says: 'already as it was before',
  },
  {
    row: 'update, content moved since',
    rollback: update,
    actual: now('v3'),
    action: 'update',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'update, moved, overwritten',
    rollback: update,
    actual: now('v3'),
    policy: { overwrite: kpi },
    action: 'update',
    write: whole,
  },
  {
    row: 'update, moved, onDrift overwrite',
    rollback: update,
    actual: now('v3'),
    policy: { onDrift: 'overwrite' },
    action: 'update',
    write: whole,
  },
  {
    row: 'update, moved, onDrift skip',
    rollback: update,
    actual: now('v3'),
    policy: { onDrift: 'skip' },
    action: 'none',
    says: 'kept',
  },
  {
    row: 'update, tags moved since',
    rollback: update,
    actual: now('v2', { tags: [ours, 'x'] }),
    action: 'update',
    rail: 'drift',
  },
  {
    row: 'update, archive renamed since',
    rollback: update,
    actual: now('v2', { archiveName: 'x.zip' }),
    action: 'update',
    rail: 'drift',
  },
  {
    row: 'update, deleted since',
    rollback: update,
    action: 'create',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'update, deleted since, overwritten',
    rollback: update,
    policy: { overwrite: kpi },
    action: 'create',
    write: whole,
  },
  {
    row: 'update, no archive stored',
    rollback: { before: v1, after: v2 },
    actual: now('v2'),
    action: 'update',
    rail: 'no-backup',
  },
  {
    row: 'update, protected',
    rollback: update,
    actual: now('v2'),
    policy: { protect: kpi },
    action: 'update',
    rail: 'protected',
  },
  {
    row: 'update, foreign since',
    rollback: update,
    actual: now('v2', { tags: ['qlik-sync:other'] }),
    action: 'update',
    rail: 'foreign',
    lift: '--take-ownership kpi',
  },
  {
    row: 'update, bundled since',
    rollback: update,
    actual: now('v2', { bundled: true }),
    policy: { adopt: kpi },
    action: 'update',
    rail: 'bundled',
  },
  {
    row: 'a lower version needs no approval of its own',
    rollback: update,
    actual: now('v2', { qextVersion: '2.0.0' }),
    policy: { versionPolicy: 'enforce' },
    action: 'update',
    write: whole,
  },
  // Tags alone
  {
    row: 'tags',
    rollback: { before: v2, after: { ...v2, tags: [ours, 'finance'] } },
    actual: now('v2', { tags: [ours, 'finance'] }),
    action: 'update',
    write: { carries: 'data', tags: [ours] },
    says: 'tags as they were',
  },
  {
    row: 'tags, in another order',
    rollback: { before: { ...v2, tags: ['a', ours] }, after: v2 },
    actual: now('v2', { tags: [ours, 'a'] }),
    action: 'none',
  },
  // An adoption, a change of owner, and drift that was overwritten
  {
    row: 'adoption',
    rollback: { before: byHand, after: v1, archive },
    actual: now('v1'),
    action: 'update',
    write: { carries: 'file-and-data', tags: ['team'], archiveName: 'hand _1_.zip' },
    says: 'no longer ours',
  },
  {
    row: 'adoption, already undone under the name that could be sent',
    rollback: { before: byHand, after: v1, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    action: 'none',
  },
  {
    row: 'ownership taken',
    rollback: { before: { ...v1, tags: ['qlik-sync:other'] }, after: v2, archive },
    actual: now('v2'),
    action: 'update',
    write: { ...whole, tags: ['qlik-sync:other'] },
    says: 'given back to project other',
  },
  {
    row: 'an undone adoption, undone',
    rollback: { before: v1, after: byHand, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    action: 'update',
    rail: 'unmanaged',
    lift: '--adopt kpi',
  },
  {
    row: 'an undone adoption, undone and adopted',
    rollback: { before: v1, after: byHand, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    policy: { adopt: kpi },
    action: 'update',
    write: whole,
  },
  // supernova
  {
    row: 'it became a supernova',
    rollback: { ...update, before: { ...v1, supernova: false } },
    actual: now('v2', { supernova: true }),
    action: 'replace',
    rail: 'replace',
    lift: '--allow-replace kpi',
  },
  {
    row: 'it became a supernova, allowed',
    rollback: { ...update, before: { ...v1, supernova: false } },
    actual: now('v2', { supernova: true }),
    policy: { allowReplace: kpi },
    action: 'replace',
    write: whole,
  },
  {
    row: 'a replace whose supernova comes back needs none',
    rollback: { ...update, before: { ...v1, supernova: true } },
    actual: now('v2'),
    action: 'update',
    write: whole,
  },
  {
    row: 'tags of a supernova need none',
    rollback: { before: { ...v2, supernova: false }, after: { ...v2, tags: [] } },
    actual: now('v2', { supernova: true, tags: [] }),
    policy: { adopt: kpi },
    action: 'update',
    write: { carries: 'data', tags: [ours] },
  },
  // A create
  { row: 'create', rollback: created, actual: now('v1'), action: 'delete', rail: 'prune', lift: '--prune' },
  {
    row: 'create, with prune',
    rollback: created,
    actual: now('v1'),
    policy: { prune: true },
    action: 'delete',
    says: 'undoes its creation',
  },
  { row: 'create, already gone', rollback: created, action: 'none', says: 'already gone' },
  {
    row: 'create, moved since',
    rollback: created,
    actual: now('v2'),
    policy: { prune: true },
    action: 'delete',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'create, moved, overwritten',
    rollback: created,
    actual: now('v2'),
    policy: { prune: true, overwrite: kpi },
    action: 'delete',
  },
  {
    row: 'create, protected',
    rollback: created,
    actual: now('v1'),
    policy: { prune: true, protect: kpi },
    action: 'delete',
    rail: 'protected',
  },
  {
    row: 'create, no longer ours: nothing lifts it',
    rollback: created,
    actual: now('v1', { tags: [] }),
    policy: { prune: true, overwrite: kpi, adopt: kpi },
    action: 'delete',
    rail: 'unmanaged',
  },
  {
    row: 'create, of another project now',
    rollback: created,
    actual: now('v1', { tags: ['qlik-sync:other'] }),
    policy: { prune: true, overwrite: kpi, takeOwnership: kpi },
    action: 'delete',
    rail: 'foreign',
  },
  // A delete
  {
    row: 'delete',
    rollback: removed,
    action: 'create',
    write: whole,
    says: 'restored from its backup, 1.0.0; it gets a new id, the old one cannot be restored',
  },
  { row: 'delete, already restored', rollback: removed, actual: now('v1'), action: 'none' },
  {
    row: 'delete, created again since',
    rollback: removed,
    actual: now('v2'),
    action: 'update',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'delete, created again by a stranger',
    rollback: removed,
    actual: now('v2', { tags: [], archiveName: 'x.zip' }),
    policy: { overwrite: kpi },
    action: 'update',
    rail: 'unmanaged',
  },
  { row: 'delete, no archive stored', rollback: { before: v1 }, action: 'create', rail: 'no-backup' },
];

describe('planRollback', () => {
  it.each(table)('$row', ({ rollback, actual, policy: changes, action, rail, lift, write, says }) => {
    const { changes: decided } = planRollback({
      rollbacks: [{ name: 'kpi', ...rollback }],
      actual: actualState(actual === undefined ? [] : [actual]),
      policy: policy(changes),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    });
    expect(decided).toHaveLength(1);
    const [change] = decided;
    expect(change).toMatchObject({ name: 'kpi', action });
    expect(change?.blocked?.rail).toBe(rail);
    if (lift !== undefined) expect(change?.blocked?.lift).toBe(lift);
    if (write !== undefined) expect(change?.write).toEqual(write);
    if (says !== undefined) expect(change?.message).toContain(says);
  });

  it.each<readonly [string, Omit<NameRollback, 'name'>, Partial<Policy>, string | undefined]>([
    ['all is put back', update, {}, undefined],
    ['an archive is not stored', { before: v1, after: v2 }, {}, 'no-substitute'],
    ['something is protected', update, { protect: kpi }, 'no-substitute'],
    ['something is kept by policy', { before: v1, after: side('v3') }, { onDrift: 'skip' }, undefined],
  ])('deletes what the run created only where %s', (_row, rollback, changes, rail) => {
    const decided = planRollback({
      rollbacks: [
        { name: 'kpi', ...rollback },
        { name: 'new', after: side('new') },
      ],
      actual: actualState([now('v2'), actualExtension('new', { content: 'new' })]),
      policy: policy({ prune: true, ...changes }),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    });
    const [, created] = decided.changes;
    expect(created).toMatchObject({ name: 'new', action: 'delete' });
    expect(created?.blocked?.rail).toBe(rail);
    if (rail !== undefined) expect(created?.blocked?.message).toContain(deleteAlone('new'));
  });

  it.each([
    ['create', 'delete'],
    ['update', 'update'],
    ['replace', 'update'],
    ['delete', 'create'],
  ] as const)('blocks what a damaged journal lost: %s', (action, expected) => {
    const { changes } = planRollback({
      rollbacks: [],
      lost: [{ name: 'kpi', action }],
      actual: actualState([now('v2')]),
      policy: policy({ prune: true, overwrite: kpi }),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    });
    expect(changes).toMatchObject([{ name: 'kpi', action: expected, blocked: { rail: 'no-backup' } }]);
  });

  it('ignores what the run did not touch, and counts what it did', () => {
    const decided = planRollback({
      rollbacks: [
        { name: 'kpi', ...update },
        { name: 'a', ...created },
      ],
      actual: actualState([
        now('v2'),
        actualExtension('a'),
        actualExtension('other'),
        actualExtension(undefined),
      ]),
      policy: policy({ prune: true }),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    });
    expect(decided.changes.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'a delete',
      'kpi update',
    ]);
    expect(decided.summary).toMatchObject({ update: 1, delete: 1, unmanaged: 0 });
    expect(decided.requests.tier2).toBe(2);
    expect(decided.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('refuses names that differ only in case', () => {
    const actual = actualState([actualExtension('kpi'), actualExtension('kpi', { id: 'twin' })]);
    const input = {
      rollbacks: [{ name: 'kpi', ...update }],
      actual,
      policy: policy(),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    };
    expect(() => planRollback(input)).toThrow('holds 2 extensions named kpi');
  });
});

describe('sendableName', () => {
  it.each([
    ['kpi.zip', 'kpi.zip'],
    ['größe "x" 100%.zip', 'gr__e _x_ 100_.zip'],
    ['a/b\\c\n.zip', 'a_b_c_.zip'],
  ])('%j', (name, expected) => expect(sendableName(name)).toBe(expected));
});
