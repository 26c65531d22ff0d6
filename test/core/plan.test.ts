import { describe, expect, it } from 'vitest';
import type { UnfinishedReplace } from '../../src/core/decide.js';
import type { UnreadFolder } from '../../src/core/half-built.js';
import { archiveName } from '../../src/core/marker.js';
import type { ActualExtension, Change, DesiredExtension, Policy } from '../../src/core/model.js';
import { assertKnownApprovals } from '../../src/core/names.js';
import { plan } from '../../src/core/plan.js';
import {
  actualExtension,
  actualState,
  desiredExtension,
  desiredState,
  hash,
  md5,
  policy,
  project,
} from './worlds.js';

function decide(
  desired: DesiredExtension | undefined,
  actual: ActualExtension | undefined,
  changes: Partial<Policy> = {},
  { unread, unfinished }: Pick<Row, 'unread' | 'unfinished'> = {},
): Change | undefined {
  const result = plan({
    desired: { ...desiredState(desired === undefined ? [] : [desired]), ...(unread && { unread }) },
    ...(unfinished && { unfinished: new Map([['kpi', unfinished]]) }),
    actual: actualState(actual === undefined ? [] : [actual]),
    policy: policy(changes),
    tenant: 'https://t.example',
    reads: 1,
  });
  return result.changes[0];
}

const kpi = desiredExtension('kpi', { content: 'new', version: '1.5.0' });
const kpiSet = new Set(['kpi']);
const ours = (content: string, more: Partial<ActualExtension> = {}): ActualExtension =>
  actualExtension('kpi', { content, qextVersion: '1.4.0', ...more });
const halfBuilt = (displayFolder: string, ...names: readonly string[]): UnreadFolder => ({
  ...{ displayFolder, lacks: 'manifest', leaveOut: `!${displayFolder}` },
  ...(names.length > 0 && { names }),
});
const byHand = { archiveName: 'kpi.zip' };
const olderRules = { archiveName: `qs0-${'0'.repeat(32)}-${'0'.repeat(12)}.zip`, md5: '0'.repeat(32) };

const version1 = (content: string) => ({
  archiveName: archiveName(hash(content), md5('new')).replace(/^qs\d+/, 'qs1'),
  md5: md5('new'),
});

interface Row {
  readonly row: string;
  readonly desired?: DesiredExtension;
  readonly unread?: readonly UnreadFolder[];
  readonly unfinished?: UnfinishedReplace;
  readonly actual?: ActualExtension;
  readonly policy?: Partial<Policy>;
  readonly action: Change['action'];
  readonly state: Change['state'];
  readonly reason: Change['reason'];
  readonly rail?: string;
  readonly lift?: string;
  readonly carries?: 'file-and-data' | 'data';
}

/** The decision table of src/README.md, row by row, with the approvals that change a row's answer. */
const table: readonly Row[] = [
  {
    row: 'absent',
    desired: kpi,
    action: 'create',
    state: 'missing',
    reason: 'new',
    carries: 'file-and-data',
  },
  {
    row: 'owned, same',
    desired: kpi,
    actual: ours('new'),
    action: 'none',
    state: 'in-sync',
    reason: 'in-sync',
  },
  {
    row: 'owned, other',
    desired: kpi,
    actual: ours('old'),
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    carries: 'file-and-data',
  },
  {
    row: 'owned, unmarked, resolved equal',
    desired: kpi,
    actual: ours('old', { ...byHand, resolvedDigest: hash('new') }),
    action: 'update',
    state: 'unmarked',
    reason: 'marker-missing',
    carries: 'file-and-data',
  },
  {
    row: 'owned, older rule version, resolved equal',
    desired: kpi,
    actual: ours('old', { ...olderRules, resolvedDigest: hash('new') }),
    action: 'update',
    state: 'unmarked',
    reason: 'marker-outdated',
    carries: 'file-and-data',
  },
  {
    row: 'owned, older rule version, differs',
    desired: kpi,
    actual: ours('old', { ...olderRules, resolvedDigest: hash('old') }),
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    carries: 'file-and-data',
  },
  {
    row: 'owned, version 1, same',
    desired: kpi,
    actual: ours('new', version1('new')),
    action: 'none',
    state: 'in-sync',
    reason: 'in-sync',
  },
  {
    row: 'owned, version 1, uploaded with files that are left out now',
    desired: { ...kpi, olderDigest: hash('new and desktop.ini') },
    actual: ours('new', version1('new and desktop.ini')),
    action: 'none',
    state: 'in-sync',
    reason: 'in-sync',
  },
  {
    row: 'owned, version 1, such a file was added since',
    desired: { ...kpi, olderDigest: hash('new and desktop.ini') },
    actual: ours('new', version1('new')),
    action: 'none',
    state: 'in-sync',
    reason: 'in-sync',
  },
  {
    row: 'owned, version 1, such a file was changed since: resolved equal',
    desired: { ...kpi, olderDigest: hash('new and desktop.ini') },
    actual: ours('new', { ...version1('new and old desktop.ini'), resolvedDigest: hash('new') }),
    action: 'update',
    state: 'unmarked',
    reason: 'marker-outdated',
    carries: 'file-and-data',
  },
  {
    row: 'owned, version 1, differs',
    desired: kpi,
    actual: ours('old', { ...version1('old'), resolvedDigest: hash('old') }),
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    carries: 'file-and-data',
  },
  {
    row: 'owned, version 1, not resolved',
    desired: kpi,
    actual: ours('old', version1('old')),
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    carries: 'file-and-data',
  },
  {
    row: 'version 1 without our tag, same, adopted: only the tag is missing',
    desired: kpi,
    actual: ours('new', { ...version1('new'), tags: [] }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'disowned',
    reason: 'adopted',
    carries: 'data',
  },
  {
    row: 'version 1 without our tag, resolved equal, adopted: with the file, for the marker',
    desired: kpi,
    actual: ours('new', { ...version1('other'), tags: [], resolvedDigest: hash('new') }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'disowned',
    reason: 'adopted',
    carries: 'file-and-data',
  },
  {
    row: 'owned, not our archive name, differs',
    desired: kpi,
    actual: ours('old', { ...byHand, resolvedDigest: hash('other') }),
    action: 'update',
    state: 'drifted',
    reason: 'changed-on-tenant',
    rail: 'drift',
    lift: '--overwrite kpi',
    carries: 'file-and-data',
  },
  {
    row: 'owned, not our archive name, unknown content counts as different',
    desired: kpi,
    actual: ours('new', byHand),
    action: 'update',
    state: 'drifted',
    reason: 'changed-on-tenant',
    rail: 'drift',
    lift: '--overwrite kpi',
    carries: 'file-and-data',
  },
  {
    row: 'our archive name over another archive is not ours',
    desired: kpi,
    actual: ours('new', { md5: 'f'.repeat(32) }),
    action: 'update',
    state: 'drifted',
    reason: 'changed-on-tenant',
    rail: 'drift',
    lift: '--overwrite kpi',
    carries: 'file-and-data',
  },
  {
    row: 'drifted, onDrift overwrite',
    desired: kpi,
    actual: ours('old', byHand),
    policy: { onDrift: 'overwrite' },
    action: 'update',
    state: 'drifted',
    reason: 'changed-on-tenant',
    carries: 'file-and-data',
  },
  {
    row: 'drifted, onDrift skip',
    desired: kpi,
    actual: ours('old', byHand),
    policy: { onDrift: 'skip' },
    action: 'none',
    state: 'drifted',
    reason: 'kept',
  },
  {
    row: 'drifted, skip but overwritten by name',
    desired: kpi,
    actual: ours('old', byHand),
    policy: { onDrift: 'skip', overwrite: kpiSet },
    action: 'update',
    state: 'drifted',
    reason: 'changed-on-tenant',
    carries: 'file-and-data',
  },
  {
    row: 'our archive name, no tag of ours',
    desired: kpi,
    actual: ours('old', { tags: ['finance'] }),
    action: 'update',
    state: 'disowned',
    reason: 'adopted',
    rail: 'disowned',
    lift: '--adopt kpi',
    carries: 'file-and-data',
  },
  {
    row: 'disowned, adopted, other content',
    desired: kpi,
    actual: ours('old', { tags: ['finance'] }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'disowned',
    reason: 'adopted',
    carries: 'file-and-data',
  },
  {
    row: 'disowned, adopted, same content needs only its tag',
    desired: kpi,
    actual: ours('new', { tags: ['finance'] }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'disowned',
    reason: 'adopted',
    carries: 'data',
  },
  {
    row: 'no tag, no archive name of ours',
    desired: kpi,
    actual: ours('old', { ...byHand, tags: [] }),
    action: 'update',
    state: 'unmanaged',
    reason: 'adopted',
    rail: 'unmanaged',
    lift: '--adopt kpi',
    carries: 'file-and-data',
  },
  {
    row: 'unmanaged, adopted: uploaded even if equal',
    desired: kpi,
    actual: ours('new', { ...byHand, tags: [], resolvedDigest: hash('new') }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'unmanaged',
    reason: 'adopted',
    carries: 'file-and-data',
  },
  {
    row: "another project's tag",
    desired: kpi,
    actual: ours('old', { tags: ['qlik-sync:others'] }),
    action: 'update',
    state: 'foreign',
    reason: 'ownership-taken',
    rail: 'foreign',
    lift: '--take-ownership kpi',
    carries: 'file-and-data',
  },
  {
    row: 'two ownership tags',
    desired: kpi,
    actual: ours('new', { tags: [`qlik-sync:${project}`, 'qlik-sync:others'] }),
    action: 'update',
    state: 'foreign',
    reason: 'ownership-taken',
    rail: 'foreign',
    lift: '--take-ownership kpi',
    carries: 'file-and-data',
  },
  {
    row: 'foreign is not adopted by --adopt',
    desired: kpi,
    actual: ours('old', { tags: ['qlik-sync:others'] }),
    policy: { adopt: kpiSet },
    action: 'update',
    state: 'foreign',
    reason: 'ownership-taken',
    rail: 'foreign',
    lift: '--take-ownership kpi',
    carries: 'file-and-data',
  },
  {
    row: 'foreign, ownership taken',
    desired: kpi,
    actual: ours('old', { tags: ['qlik-sync:others'] }),
    policy: { takeOwnership: kpiSet },
    action: 'update',
    state: 'foreign',
    reason: 'ownership-taken',
    carries: 'file-and-data',
  },
  {
    row: 'owned, would lose supernova',
    desired: kpi,
    actual: ours('old', { supernova: true }),
    action: 'replace',
    state: 'changed',
    reason: 'supernova-off',
    rail: 'replace',
    lift: '--allow-replace kpi',
    carries: 'file-and-data',
  },
  {
    row: 'owned, may lose supernova',
    desired: kpi,
    actual: ours('old', { supernova: true }),
    policy: { allowReplace: kpiSet },
    action: 'replace',
    state: 'changed',
    reason: 'supernova-off',
    carries: 'file-and-data',
  },
  {
    row: 'gains supernova: an ordinary update',
    desired: desiredExtension('kpi', { content: 'new', supernova: true }),
    actual: ours('old'),
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    carries: 'file-and-data',
  },
  { row: 'orphan, no prune', actual: ours('old'), action: 'none', state: 'orphan', reason: 'kept' },
  {
    row: 'orphan, prune',
    actual: ours('old'),
    policy: { prune: true },
    action: 'delete',
    state: 'orphan',
    reason: 'no-longer-desired',
  },
  {
    row: 'orphan that a folder without .qext may hold, prune',
    unread: [halfBuilt('extensions/src', 'kpi', 'kpi.min')],
    actual: ours('old'),
    policy: { prune: true },
    action: 'none',
    state: 'orphan',
    reason: 'kept',
  },
  {
    row: 'orphan that an unbuilt folder may hold, prune',
    unread: [halfBuilt('extensions/other', 'other'), halfBuilt('packages/kpi/dist')],
    actual: ours('old'),
    policy: { prune: true },
    action: 'none',
    state: 'orphan',
    reason: 'kept',
  },
  {
    row: 'orphan beside a folder of another name without .qext, prune',
    unread: [halfBuilt('extensions/shared', 'shared', 'common')],
    actual: ours('old'),
    policy: { prune: true },
    action: 'delete',
    state: 'orphan',
    reason: 'no-longer-desired',
  },
  {
    row: 'unfinished replace, not selected',
    desired: kpi,
    unfinished: { at: '2026-11-22T10:00:00Z', tags: ['team'] },
    policy: { selection: new Set(['other']), tags: ['finance'] },
    action: 'create',
    state: 'missing',
    reason: 'unfinished-replace',
    carries: 'file-and-data',
  },
  {
    row: 'unmanaged alone, prune',
    actual: ours('old', { tags: [], ...byHand }),
    policy: { prune: true },
    action: 'none',
    state: 'unmanaged',
    reason: 'not-ours',
  },
  {
    row: 'foreign alone, prune',
    actual: ours('old', { tags: ['qlik-sync:others'] }),
    policy: { prune: true },
    action: 'none',
    state: 'unmanaged',
    reason: 'not-ours',
  },
  {
    row: 'bundled under our tag, prune',
    actual: ours('old', { bundled: true }),
    policy: { prune: true },
    action: 'none',
    state: 'unmanaged',
    reason: 'not-ours',
  },
  {
    row: 'bundled and desired: nothing lifts it',
    desired: kpi,
    actual: ours('old', { bundled: true }),
    policy: { adopt: kpiSet, takeOwnership: kpiSet },
    action: 'update',
    state: 'unmanaged',
    reason: 'adopted',
    rail: 'bundled',
    carries: 'file-and-data',
  },
  {
    row: 'config tag missing on the record',
    desired: kpi,
    actual: ours('new'),
    policy: { tags: ['finance'] },
    action: 'update',
    state: 'in-sync',
    reason: 'tags-changed',
    carries: 'data',
  },
  {
    row: 'protected: update',
    desired: kpi,
    actual: ours('old'),
    policy: { protect: kpiSet },
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    rail: 'protected',
    carries: 'file-and-data',
  },
  {
    row: 'protected: delete',
    actual: ours('old'),
    policy: { protect: kpiSet, prune: true },
    action: 'delete',
    state: 'orphan',
    reason: 'no-longer-desired',
    rail: 'protected',
  },
  {
    row: 'protected: create is neither',
    desired: kpi,
    policy: { protect: kpiSet },
    action: 'create',
    state: 'missing',
    reason: 'new',
    carries: 'file-and-data',
  },
  {
    row: 'not selected: changed',
    desired: kpi,
    actual: ours('old'),
    policy: { selection: new Set(['other']) },
    action: 'none',
    state: 'changed',
    reason: 'not-selected',
  },
  {
    row: 'not selected: orphan with prune',
    actual: ours('old'),
    policy: { selection: new Set(['other']), prune: true },
    action: 'none',
    state: 'orphan',
    reason: 'not-selected',
  },
];

describe('decision table', () => {
  it.each(table)(
    '$row',
    ({
      row: _row,
      desired,
      actual,
      policy: changes,
      action,
      state,
      reason,
      rail,
      lift,
      carries,
      ...more
    }) => {
      const change = decide(desired, actual, changes, more);
      expect(change).toMatchObject({ name: 'kpi', action, state });
      expect(change?.blocked?.rail).toBe(rail);
      expect(change?.reason).toBe(reason);
      expect(change?.blocked?.lift).toBe(lift);
      expect(change?.write?.carries).toBe(carries);
    },
  );

  it("keeps the tags that are there, adds the config's and ours, drops other claims", () => {
    const actual = ours('old', { tags: ['a', 'qlik-sync:others'] });
    const change = decide(kpi, actual, { tags: ['finance', 'a'], takeOwnership: kpiSet });
    expect(change?.write?.tags).toEqual(['a', 'finance', `qlik-sync:${project}`]);
  });

  it('finishes a replace with the tags that it deleted, and says where its content comes from', () => {
    const unfinished = { at: '2026-11-22T10:00:00Z', tags: ['team', `qlik-sync:${project}`] };
    const fromFolder = decide(kpi, undefined, { tags: ['finance'] }, { unfinished });
    expect(fromFolder?.message).toBe('finishes the replace that was interrupted on 2026-11-22');
    const tags = ['team', `qlik-sync:${project}`, 'finance'];
    expect(fromFolder?.write).toEqual({ carries: 'file-and-data', tags });
    const fromBackup = decide(kpi, undefined, {}, { unfinished: { ...unfinished, archiveName: 'kpi.zip' } });
    expect(fromBackup?.message).toContain('with its backup');
    expect(fromBackup?.write?.archiveName).toBe('kpi.zip');
  });

  it.each([
    ['-leading', "--adopt='-leading'"],
    ['two words', "--adopt='two words'"],
    ["it's", "--adopt='it'\\''s'"],
    ['sense.kpi', '--adopt sense.kpi'],
  ])('names the flag for %s so that a shell reads it back', (name, lift) => {
    const change = decide(desiredExtension(name), actualExtension(name, { tags: [], archiveName: 'x.zip' }));
    expect(change?.blocked?.lift).toBe(lift);
  });
});

describe('version policy', () => {
  const rows: readonly [
    string,
    string | undefined,
    string | undefined,
    Policy['versionPolicy'],
    boolean,
    string | undefined,
  ][] = [
    ['raised', '1.5.0', '1.4.0', 'enforce', false, undefined],
    ['not raised, warn', '1.4.0', '1.4.0', 'warn', false, 'warning: version not raised'],
    [
      'not raised, enforce',
      '1.4.0',
      '1.4.0',
      'enforce',
      false,
      'blocked: version not raised in the .qext, which versionPolicy enforces',
    ],
    ['not raised, off', '1.4.0', '1.4.0', 'off', false, undefined],
    [
      'lower, warn',
      '1.3.0',
      '1.4.0',
      'warn',
      false,
      'warning: version 1.3.0 is lower than 1.4.0 on the tenant',
    ],
    [
      'lower, enforce',
      '1.3.0',
      '1.4.0',
      'enforce',
      false,
      'blocked: version 1.3.0 is lower than 1.4.0 on the tenant',
    ],
    [
      'lower, enforce, permitted',
      '1.3.0',
      '1.4.0',
      'enforce',
      true,
      'warning: version 1.3.0 is lower than 1.4.0 on the tenant',
    ],
    ['loose order', '0.5.019', '0.5.18', 'enforce', false, undefined],
    ['coerced order', '1.0-beta.3', '1.0-beta.2', 'enforce', false, undefined],
    ['same opaque text', 'latest', 'latest', 'warn', false, 'warning: version not raised'],
    ['no order between opaque texts', 'latest', 'newest', 'enforce', false, undefined],
    ['missing here', undefined, '1.4.0', 'enforce', false, undefined],
    ['missing there', '1.4.0', undefined, 'enforce', false, undefined],
  ];

  it.each(rows)('%s', (_row, local, remote, versionPolicy, allowDowngrade, expected) => {
    const desired = desiredExtension('kpi', {
      content: 'new',
      ...(local !== undefined && { version: local }),
    });
    const actual = actualExtension('kpi', {
      content: 'old',
      ...(remote !== undefined && { qextVersion: remote }),
    });
    const change = decide(desired, actual, { versionPolicy, allowDowngrade });
    const said = change?.blocked
      ? `blocked: ${change.blocked.message}`
      : change?.warning && `warning: ${change.warning}`;
    expect(said).toBe(expected);
  });

  it.each([
    ['1.10', 1.1, '1.1', 'content changed, version still 1.1', 'version not raised'],
    ['1.10', 1.1, '1.9', 'content changed, 1.9 → 1.1', 'version 1.1 is lower than 1.9 on the tenant'],
    ['2.0', 2, '1.9', 'content changed, 1.9 → 2', undefined],
  ])('compares what the tenant will show of the number %s', (version, value, remote, message, warning) => {
    const desired = desiredExtension('kpi', { content: 'new', version });
    const actual = actualExtension('kpi', { content: 'old', qextVersion: remote });
    const manifest = { ...desired.manifest, fields: { version: value } };
    const change = decide({ ...desired, manifest }, actual);
    expect([change?.message, change?.warning]).toEqual([message, warning]);
  });

  it('ignores versions if the content is the same', () => {
    const change = decide(
      desiredExtension('kpi', { version: '1.0.0' }),
      actualExtension('kpi', { qextVersion: '1.0.0' }),
    );
    expect(change?.warning).toBeUndefined();
  });
});

describe('plan', () => {
  const world = {
    desired: desiredState([desiredExtension('a'), desiredExtension('b', { content: 'new' })]),
    actual: actualState([
      actualExtension('b', { content: 'old' }),
      actualExtension('c'),
      actualExtension(undefined, { id: 'n1' }),
      actualExtension('z', { tags: [], archiveName: 'z.zip' }),
    ]),
    tenant: 'https://t.example',
    reads: 1,
  };

  it('gives every name one change, counted once', () => {
    const { changes, summary, requests } = plan({ ...world, policy: policy({ prune: true }) });
    expect(changes.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'a create',
      'b update',
      'c delete',
      'z none',
    ]);
    expect(summary).toEqual({
      create: 1,
      update: 1,
      replace: 0,
      delete: 1,
      blocked: 0,
      unchanged: 0,
      kept: 0,
      notSelected: 0,
      unmanaged: 2,
    });
    expect(requests).toEqual({ tier1: 1 + 2 + 2, tier2: 3, estimatedSeconds: 1 });
  });

  it('is bound by its digest to tenant, project and what would be written, and to nothing else', () => {
    const digest = plan({ ...world, policy: policy() }).digest;
    const stranger = actualExtension('stranger', { tags: [] });
    const withStranger = { ...world, actual: actualState([...world.actual.extensions, stranger]), reads: 9 };
    expect(plan({ ...withStranger, policy: policy() }).digest).toBe(digest);
    expect(plan({ ...world, tenant: 'https://u.example', policy: policy() }).digest).not.toBe(digest);
    expect(plan({ ...world, policy: policy({ project: 'other' }) }).digest).not.toBe(digest);
    expect(plan({ ...world, policy: policy({ prune: true }) }).digest).not.toBe(digest);
  });

  it.each([
    ['two folders', ['KPI', 'kpi'], [], 'differ only in case'],
    ['a folder and a record', ['KPI'], ['kpi'], 'differ only in case'],
    ['two records, one ours', [], ['KPI', 'kpi'], 'differ only in case'],
    ['two records with one name', ['kpi'], ['kpi', 'kpi'], 'holds 2 extensions named kpi'],
  ])('refuses twins: %s', (_row, local, remote, message) => {
    const desired = desiredState(local.map((name) => desiredExtension(name)));
    const actual = actualState(remote.map((name, index) => actualExtension(name, { id: `id-${index}` })));
    expect(() => plan({ ...world, desired, actual, policy: policy() })).toThrow(message);
  });

  it('counts one record that is listed twice once', () => {
    const desired = desiredState([desiredExtension('kpi')]);
    const actual = actualState([actualExtension('kpi'), actualExtension('kpi')]);
    expect(plan({ ...world, desired, actual, policy: policy() }).summary.unchanged).toBe(1);
  });

  it('does not treat a folder that is not deployed as a different name from its twin', () => {
    const skipped = [{ name: 'KPI', displayFolder: 'themes/KPI', reason: 'a theme' }];
    const input = { ...world, policy: policy({ prune: true }), desired: { ...desiredState([]), skipped } };
    const twin = (tags?: readonly string[]) => actualState([actualExtension('kpi', tags && { tags })]);
    expect(() => plan({ ...input, actual: twin() })).toThrow('differ only in case');
    expect(plan({ ...input, actual: twin([]) }).summary.unmanaged).toBe(1);
  });

  it('leaves twins alone that are neither desired nor ours', () => {
    const actual = actualState(['KPI', 'kpi'].map((name) => actualExtension(name, { tags: [] })));
    expect(plan({ ...world, actual, policy: policy() }).summary.unmanaged).toBe(2);
  });

  it.each([
    ['KPI', /in its exact case/],
    ['*', /whole names, not patterns/],
    ['kp?', /whole names, not patterns/],
    ['{kpi,map}', /whole names, not patterns/],
  ])('refuses an approval of %s, which neither side has', (name, hint) => {
    const approving = policy({ takeOwnership: new Set([name]) });
    const made = plan({ ...world, desired: desiredState([desiredExtension('kpi')]), policy: approving });
    expect(() => assertKnownApprovals(made, approving)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    );
  });

  it.each([
    [1, 1],
    [100, 5],
    [101, 61],
    [250, 123],
  ])('forecasts %d writes as %d s', (writes, seconds) => {
    const desired = desiredState(Array.from({ length: writes }, (_, index) => desiredExtension(`e${index}`)));
    const { requests } = plan({ ...world, desired, actual: actualState([]), policy: policy() });
    expect(requests).toEqual({ tier1: 1, tier2: writes, estimatedSeconds: seconds });
  });
});
