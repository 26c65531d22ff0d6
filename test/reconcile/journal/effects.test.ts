import { describe, expect, it } from 'vitest';
import { effectsOf, lastEffectOf, readGoal } from '../../../src/reconcile/journal/effects.js';
import type {
  PreviousRecord,
  Run,
  RunStep,
  SentRecord,
  StepAfter,
} from '../../../src/reconcile/run-record.js';

const previous = (md5: string): PreviousRecord => ({
  id: 'id',
  md5,
  archiveName: `${md5}.zip`,
  tags: ['t'],
  archive: 'stored',
});
const sent = (md5: string): SentRecord => ({ md5, archiveName: `${md5}.zip`, tags: ['t'] });
const stood = (md5: string) => ({ md5, archiveName: `${md5}.zip`, tags: ['t'] });

interface Brief {
  readonly name?: string;
  readonly action?: RunStep['before']['action'];
  readonly request: RunStep['before']['request'];
  readonly previous?: PreviousRecord;
  readonly sent?: SentRecord;
  /** `died`: no line after. */
  readonly result?: StepAfter['result'] | 'died';
  readonly leftDoubt?: true;
}

const actions = { create: 'create', patch: 'update', delete: 'delete' } as const;

function run(id: string, ...briefs: readonly Brief[]): Run {
  const steps = briefs.map((brief, index): RunStep => {
    const { name = 'a', action, request, result = 'done', leftDoubt, ...sides } = brief;
    const step = index + 1;
    const at = '2026-11-22T10:00:00Z';
    const before = {
      kind: 'before',
      at,
      step,
      name,
      action: action ?? actions[request],
      request,
      ...sides,
    } as const;
    if (result === 'died') return { before };
    return { before, after: { kind: 'after', at, step, result, ...(leftDoubt && { leftDoubt }) } };
  });
  const start = {
    kind: 'run',
    version: 1,
    id,
    command: 'apply',
    startedAt: '2026-11-22T10:00:00Z',
    tool: 'qlik-sync/0',
    project: 'acme',
    tenant: 'sandbox',
    who: { user: 'u', host: 'h', pid: 1 },
    source: {},
  } as const;
  return { start, steps };
}

const create = (md5: string): Brief => ({ request: 'create', sent: sent(md5) });
const patch = (before: string, after: string): Brief => ({
  request: 'patch',
  previous: previous(before),
  sent: sent(after),
});
const remove = (before: string): Brief => ({ request: 'delete', previous: previous(before) });
const replace = (before: string, after: string): readonly Brief[] => [
  { ...remove(before), action: 'replace' },
  { ...create(after), action: 'replace' },
];

const doubtful = (brief: Brief): Brief => ({ ...brief, result: 'failed', leftDoubt: true });

describe('effectsOf', () => {
  it.each<readonly [string, readonly Brief[], object | undefined]>([
    ['a create', [create('1')], { after: stood('1') }],
    ['an update', [patch('1', '2')], { before: stood('1'), after: stood('2') }],
    ['a delete', [remove('1')], { before: stood('1') }],
    ['a replace', replace('1', '2'), { before: stood('1'), after: stood('2') }],
    ['half a replace', replace('1', '2').slice(0, 1), { before: stood('1') }],
    [
      'many updates of a session',
      [patch('1', '2'), patch('2', '3')],
      { before: stood('1'), after: stood('3') },
    ],
    ['a create that was deleted again', [create('1'), remove('1')], undefined],
    ['what was refused', [{ ...patch('1', '2'), result: 'failed' }], undefined],
    [
      'what failed, and may land late',
      [doubtful(patch('1', '2'))],
      { before: stood('1'), after: stood('2') },
    ],
    ['a create that may land late', [doubtful(create('1'))], { after: stood('1') }],
    ['a delete that may land late', [doubtful(remove('1'))], { before: stood('1') }],
    [
      'what may land late on what was done',
      [patch('1', '2'), doubtful(patch('2', '3'))],
      { before: stood('1'), after: stood('2'), perhaps: [stood('3')] },
    ],
    [
      'what may have landed, and then was done',
      [doubtful(patch('1', '2')), patch('1', '3')],
      { before: stood('1'), after: stood('3') },
    ],
    [
      'half a replace whose create may land late',
      [...replace('1', '2').slice(0, 1), doubtful({ ...create('2'), action: 'replace' })],
      { before: stood('1'), perhaps: [stood('2')] },
    ],
    ['a create that may land late and was deleted', [doubtful(create('1')), remove('1')], undefined],
    [
      'what failed, and then was done',
      [{ ...patch('1', '2'), result: 'failed' }, patch('1', '3')],
      { before: stood('1'), after: stood('3') },
    ],
    [
      'a write with an unknown end',
      [{ ...patch('1', '2'), result: 'died' }],
      { before: stood('1'), after: stood('2') },
    ],
    [
      'what was answered and does not show',
      [{ ...patch('1', '2'), result: 'not-applied' }],
      { before: stood('1'), after: stood('2') },
    ],
    [
      'tags alone',
      [{ request: 'patch', previous: previous('1'), sent: { tags: ['t', 'x'] } }],
      { before: stood('1'), after: { ...stood('1'), tags: ['t', 'x'] } },
    ],
  ])('%s', (_row, briefs, expected) => {
    const effects = effectsOf(run('r', ...briefs));
    expect(effects).toEqual(expected === undefined ? [] : [{ name: 'a', runId: 'r', ...expected }]);
  });

  it('never treats a missing record as absence, which would be undone by a delete', () => {
    const [effect] = effectsOf(run('r', { request: 'patch', sent: sent('2') }));
    expect(effect?.before).toEqual({ md5: 'not recorded', tags: [] });
  });

  it('lists each name once', () => {
    const briefs = [create('1'), { ...create('1'), name: 'b' }, patch('1', '2')];
    expect(effectsOf(run('r', ...briefs)).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('lastEffectOf', () => {
  const runs = [
    run('r3', { ...patch('4', '5'), result: 'failed' }),
    run('r2', patch('2', '3'), patch('3', '4')),
    run('r1', create('2')),
  ];

  it('is the last write that did something', () => {
    expect(lastEffectOf('a', runs)).toEqual({
      name: 'a',
      runId: 'r2',
      before: stood('3'),
      after: stood('4'),
    });
    expect(lastEffectOf('b', runs)).toBeUndefined();
  });

  it('is a whole replace', () => {
    expect(lastEffectOf('a', [run('r', patch('0', '1'), ...replace('1', '2'))])).toMatchObject({
      before: stood('1'),
      after: stood('2'),
    });
  });

  it('is half a replace, however often its create was tried', () => {
    const again = doubtful({ ...create('2'), action: 'replace' });
    const half = [...replace('1', '2').slice(0, 1), again, again, again];
    expect(lastEffectOf('a', [run('r', patch('0', '1'), ...half)])).toMatchObject({ before: stood('1') });
  });
});

describe('readGoal', () => {
  const runs = [
    run('20261122T100000Z-bbbb', create('1')),
    run('20261121T100000Z-aaaa', { ...create('1'), name: '2026' }),
  ];

  it.each([
    [[], { kind: 'last' }],
    [['a', 'a'], { kind: 'names', names: ['a'] }],
    [['2026'], { kind: 'names', names: ['2026'] }],
    [['20261121'], { kind: 'run', run: runs[1] }],
    [
      ['202611'],
      { kind: 'unclear', word: '202611', runs: ['20261122T100000Z-bbbb', '20261121T100000Z-aaaa'] },
    ],
    [['a', '20261121'], { kind: 'unclear', word: '20261121', runs: ['20261121T100000Z-aaaa'] }],
    [['x'], { kind: 'unclear', word: 'x', runs: [] }],
  ])('%j', (words, goal) => expect(readGoal(words, runs)).toEqual(goal));
});
