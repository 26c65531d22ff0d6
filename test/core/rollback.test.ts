import { describe, expect, it } from 'vitest';
import { archiveName, sendableName } from '../../src/core/marker.js';
import type { ActualExtension, Change, Policy } from '../../src/core/model.js';
import { planRollback, type Undo } from '../../src/core/plan-rollback.js';
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
  readonly undo: Omit<Undo, 'name'>;
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
    undo: update,
    actual: now('v2', { qextVersion: '2.0.0' }),
    action: 'update',
    write: whole,
    says: 'restored from its backup, 2.0.0 → 1.0.0',
  },
  {
    row: 'update, and a later one that failed landed anyway',
    undo: { ...update, after: side('v3'), perhaps: [v2] },
    actual: now('v2', { qextVersion: '2.0.0' }),
    action: 'update',
    write: whole,
  },
  {
    row: 'update, and a later one that failed may have deleted it',
    undo: { ...update, perhaps: ['nothing'] },
    action: 'create',
  },
  {
    row: 'create that may not have landed',
    undo: { after: v1, perhaps: [v2] },
    actual: now('v3'),
    action: 'delete',
    rail: 'drift',
  },
  {
    row: 'update, already undone',
    undo: update,
    actual: now('v1'),
    action: 'none',
    says: 'already as it was before',
  },
  {
    row: 'update, content moved since',
    undo: update,
    actual: now('v3'),
    action: 'update',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'update, moved, overwritten',
    undo: update,
    actual: now('v3'),
    policy: { overwrite: kpi },
    action: 'update',
    write: whole,
  },
  {
    row: 'update, moved, onDrift overwrite',
    undo: update,
    actual: now('v3'),
    policy: { onDrift: 'overwrite' },
    action: 'update',
    write: whole,
  },
  {
    row: 'update, moved, onDrift skip',
    undo: update,
    actual: now('v3'),
    policy: { onDrift: 'skip' },
    action: 'none',
    says: 'kept',
  },
  {
    row: 'update, tags moved since',
    undo: update,
    actual: now('v2', { tags: [ours, 'x'] }),
    action: 'update',
    rail: 'drift',
  },
  {
    row: 'update, archive renamed since',
    undo: update,
    actual: now('v2', { archiveName: 'x.zip' }),
    action: 'update',
    rail: 'drift',
  },
  { row: 'update, deleted since', undo: update, action: 'create', rail: 'drift', lift: '--overwrite kpi' },
  {
    row: 'update, deleted since, overwritten',
    undo: update,
    policy: { overwrite: kpi },
    action: 'create',
    write: whole,
  },
  {
    row: 'update, no archive stored',
    undo: { before: v1, after: v2 },
    actual: now('v2'),
    action: 'update',
    rail: 'no-backup',
  },
  {
    row: 'update, protected',
    undo: update,
    actual: now('v2'),
    policy: { protect: kpi },
    action: 'update',
    rail: 'protected',
  },
  {
    row: 'update, foreign since',
    undo: update,
    actual: now('v2', { tags: ['qlik-sync:other'] }),
    action: 'update',
    rail: 'foreign',
    lift: '--take-ownership kpi',
  },
  {
    row: 'update, bundled since',
    undo: update,
    actual: now('v2', { bundled: true }),
    policy: { adopt: kpi },
    action: 'update',
    rail: 'bundled',
  },
  {
    row: 'a lower version needs no approval of its own',
    undo: update,
    actual: now('v2', { qextVersion: '2.0.0' }),
    policy: { versionPolicy: 'enforce' },
    action: 'update',
    write: whole,
  },
  // Tags alone
  {
    row: 'tags',
    undo: { before: v2, after: { ...v2, tags: [ours, 'finance'] } },
    actual: now('v2', { tags: [ours, 'finance'] }),
    action: 'update',
    write: { carries: 'data', tags: [ours] },
    says: 'tags as they were',
  },
  {
    row: 'tags, in another order',
    undo: { before: { ...v2, tags: ['a', ours] }, after: v2 },
    actual: now('v2', { tags: [ours, 'a'] }),
    action: 'none',
  },
  // An adoption, a change of owner, and drift that was overwritten
  {
    row: 'adoption',
    undo: { before: byHand, after: v1, archive },
    actual: now('v1'),
    action: 'update',
    write: { carries: 'file-and-data', tags: ['team'], archiveName: 'hand _1_.zip' },
    says: 'no longer ours',
  },
  {
    row: 'adoption, already undone under the name that could be sent',
    undo: { before: byHand, after: v1, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    action: 'none',
  },
  {
    row: 'ownership taken',
    undo: { before: { ...v1, tags: ['qlik-sync:other'] }, after: v2, archive },
    actual: now('v2'),
    action: 'update',
    write: { ...whole, tags: ['qlik-sync:other'] },
    says: 'given back to project other',
  },
  {
    row: 'an undone adoption, undone',
    undo: { before: v1, after: byHand, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    action: 'update',
    rail: 'unmanaged',
    lift: '--adopt kpi',
  },
  {
    row: 'an undone adoption, undone and adopted',
    undo: { before: v1, after: byHand, archive },
    actual: now('hand', { tags: ['team'], archiveName: 'hand _1_.zip' }),
    policy: { adopt: kpi },
    action: 'update',
    write: whole,
  },
  // supernova
  {
    row: 'it became a supernova',
    undo: { ...update, before: { ...v1, supernova: false } },
    actual: now('v2', { supernova: true }),
    action: 'replace',
    rail: 'replace',
    lift: '--allow-replace kpi',
  },
  {
    row: 'it became a supernova, allowed',
    undo: { ...update, before: { ...v1, supernova: false } },
    actual: now('v2', { supernova: true }),
    policy: { allowReplace: kpi },
    action: 'replace',
    write: whole,
  },
  {
    row: 'a replace whose supernova comes back needs none',
    undo: { ...update, before: { ...v1, supernova: true } },
    actual: now('v2'),
    action: 'update',
    write: whole,
  },
  {
    row: 'tags of a supernova need none',
    undo: { before: { ...v2, supernova: false }, after: { ...v2, tags: [] } },
    actual: now('v2', { supernova: true, tags: [] }),
    policy: { adopt: kpi },
    action: 'update',
    write: { carries: 'data', tags: [ours] },
  },
  // A create
  { row: 'create', undo: created, actual: now('v1'), action: 'delete', rail: 'prune', lift: '--prune' },
  {
    row: 'create, with prune',
    undo: created,
    actual: now('v1'),
    policy: { prune: true },
    action: 'delete',
    says: 'undoes its creation',
  },
  { row: 'create, already gone', undo: created, action: 'none', says: 'already gone' },
  {
    row: 'create, moved since',
    undo: created,
    actual: now('v2'),
    policy: { prune: true },
    action: 'delete',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'create, moved, overwritten',
    undo: created,
    actual: now('v2'),
    policy: { prune: true, overwrite: kpi },
    action: 'delete',
  },
  {
    row: 'create, protected',
    undo: created,
    actual: now('v1'),
    policy: { prune: true, protect: kpi },
    action: 'delete',
    rail: 'protected',
  },
  {
    row: 'create, no longer ours: nothing lifts it',
    undo: created,
    actual: now('v1', { tags: [] }),
    policy: { prune: true, overwrite: kpi, adopt: kpi },
    action: 'delete',
    rail: 'unmanaged',
  },
  {
    row: 'create, of another project now',
    undo: created,
    actual: now('v1', { tags: ['qlik-sync:other'] }),
    policy: { prune: true, overwrite: kpi, takeOwnership: kpi },
    action: 'delete',
    rail: 'foreign',
  },
  // A delete
  {
    row: 'delete',
    undo: removed,
    action: 'create',
    write: whole,
    says: 'restored from its backup, 1.0.0; it gets a new id, the old one cannot be restored',
  },
  { row: 'delete, already restored', undo: removed, actual: now('v1'), action: 'none' },
  {
    row: 'delete, created again since',
    undo: removed,
    actual: now('v2'),
    action: 'update',
    rail: 'drift',
    lift: '--overwrite kpi',
  },
  {
    row: 'delete, created again by a stranger',
    undo: removed,
    actual: now('v2', { tags: [], archiveName: 'x.zip' }),
    policy: { overwrite: kpi },
    action: 'update',
    rail: 'unmanaged',
  },
  { row: 'delete, no archive stored', undo: { before: v1 }, action: 'create', rail: 'no-backup' },
];

describe('planRollback', () => {
  it.each(table)('$row', ({ undo, actual, policy: changes, action, rail, lift, write, says }) => {
    const { changes: decided } = planRollback({
      undos: [{ name: 'kpi', ...undo }],
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

  it.each<readonly [string, Omit<Undo, 'name'>, Partial<Policy>, string | undefined]>([
    ['all is put back', update, {}, undefined],
    ['an archive is not stored', { before: v1, after: v2 }, {}, 'no-substitute'],
    ['something is protected', update, { protect: kpi }, 'no-substitute'],
    ['something is kept by policy', { before: v1, after: side('v3') }, { onDrift: 'skip' }, undefined],
  ])('deletes what the run created only where %s', (_row, undo, changes, rail) => {
    const decided = planRollback({
      undos: [
        { name: 'kpi', ...undo },
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
      undos: [],
      lost: [{ name: 'kpi', action }],
      actual: actualState([now('v2')]),
      policy: policy({ prune: true, overwrite: kpi }),
      tenant: 'sandbox',
      reads: 1,
      deleteAlone,
    });
    expect(changes).toMatchObject([{ name: 'kpi', action: expected, blocked: { rail: 'no-backup' } }]);
  });

  it('leaves alone what the run did not touch, and counts what it did', () => {
    const decided = planRollback({
      undos: [
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
      undos: [{ name: 'kpi', ...update }],
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
