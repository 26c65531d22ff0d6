import { describe, expect, it } from 'vitest';
import { parseRun } from '../../../src/reconcile/journal/runs.js';
import {
  describeInterrupted,
  findOpenReplaces,
  listChanges,
} from '../../../src/reconcile/journal/unfinished.js';
import type { Run, RunLine, RunStart } from '../../../src/reconcile/run-record.js';
import { answered, journalText, noCounts, requested, start } from '../place.js';

function run(...lines: readonly [RunStart, ...RunLine[]]): Run {
  const parsed = parseRun(journalText(lines));
  if (parsed === undefined) throw new Error('no journal');
  return parsed;
}

const old = { id: 'old', tags: [], archive: 'stored', md5: 'a'.repeat(32) } as const;
const next = { tags: ['t'], md5: 'b'.repeat(32) } as const;
const deleting = (step: number, name = 'a') =>
  requested(step, name, { action: 'replace', request: 'delete', previous: old });
const creating = (step: number, name = 'a') =>
  requested(step, name, { action: 'replace', request: 'create', sent: next });
const deletedA = { name: 'a', runId: start(1).id, deleted: 'done', deletedAt: deleting(1).at, previous: old };

describe('an unfinished replace', () => {
  const cases: readonly (readonly [string, readonly Run[], readonly object[]])[] = [
    ['no run', [], []],
    ['deleted, then dead', [run(start(1), deleting(1), answered(1))], [deletedA]],
    ['dead before the answer', [run(start(1), deleting(1))], [{ ...deletedA, deleted: 'unknown' }]],
    [
      'nobody knows',
      [run(start(1), deleting(1), answered(1, 'unknown'))],
      [{ ...deletedA, deleted: 'unknown' }],
    ],
    ['not deleted', [run(start(1), deleting(1), answered(1, 'failed'))], []],
    [
      'not deleted when the run looked last, but it may land',
      [run(start(1), deleting(1), answered(1, 'failed', { leftDoubt: true }))],
      [{ ...deletedA, deleted: 'unknown' }],
    ],
    [
      'it may land, and its second try was refused',
      [
        run(
          ...([start(1), deleting(1), answered(1, 'failed', { leftDoubt: true })] as const),
          ...[deleting(2), answered(2, 'failed')],
        ),
      ],
      [{ ...deletedA, deleted: 'unknown' }],
    ],
    [
      'it may land, and the next run overwrote the record',
      [
        run(start(2), requested(1, 'a'), answered(1)),
        run(start(1), deleting(1), answered(1, 'failed', { leftDoubt: true })),
      ],
      [],
    ],
    ['nothing happened', [run(start(1), deleting(1), answered(1, 'not-applied'))], []],
    [
      'dead while creating',
      [run(start(1), deleting(1), answered(1), creating(2))],
      [{ ...deletedA, sent: next }],
    ],
    [
      'not created',
      [run(start(1), deleting(1), answered(1), creating(2), answered(2, 'failed'))],
      [{ ...deletedA, sent: next }],
    ],
    ['created', [run(start(1), deleting(1), answered(1), creating(2), answered(2))], []],
    [
      'created by the next run',
      [
        run(start(2), requested(1, 'a', { action: 'create', request: 'create', sent: next }), answered(1)),
        run(start(1), deleting(1), answered(1)),
      ],
      [],
    ],
    [
      'the next run did not come further',
      [
        run(
          start(2),
          requested(1, 'a', { action: 'create', request: 'create', sent: next }),
          answered(1, 'failed'),
        ),
        run(start(1), deleting(1), answered(1)),
      ],
      [{ ...deletedA, sent: next }],
    ],
    [
      'deleted for good by the next run',
      [
        run(start(2), requested(1, 'a', { action: 'delete', request: 'delete' }), answered(1)),
        run(start(1), deleting(1)),
      ],
      [],
    ],
    [
      'it was never deleted, since it could be overwritten',
      [run(start(2), requested(1, 'a'), answered(1)), run(start(1), deleting(1))],
      [],
    ],
    [
      'replaced again, and dead again',
      [run(start(2), deleting(1)), run(start(1), deleting(1), answered(1), creating(2), answered(2))],
      [{ ...deletedA, runId: start(2).id, deleted: 'unknown' }],
    ],
    [
      'found whole by a later run',
      [run(start(2, { madeWhole: ['a'] })), run(start(1), deleting(1), answered(1))],
      [],
    ],
    [
      'replaced again after it was found whole',
      [
        run(start(2, { madeWhole: ['a'] }), deleting(1), answered(1)),
        run(start(1), deleting(1), answered(1)),
      ],
      [{ ...deletedA, runId: start(2).id }],
    ],
    [
      'another name is another matter',
      [run(start(1), deleting(1), answered(1), creating(2, 'b'), answered(2))],
      [deletedA],
    ],
  ];
  it.each(cases)('%s', (_what, runs, expected) => {
    expect(findOpenReplaces(runs)).toEqual(expected);
  });
});

describe('a run that died', () => {
  const planned = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, action: 'update' as const }));
  const dead = run(
    start(1, { planned }),
    ...[requested(1, 'a'), requested(2, 'b'), requested(3, 'c'), deleting(4, 'd')],
    ...[
      answered(1),
      answered(3, 'failed', { message: 'no' }),
      answered(4),
      requested(5, 'e'),
      answered(5, 'unknown'),
    ],
  );

  it('is described: what is done, failed, unknown and left', () => {
    expect(describeInterrupted(dead)).toEqual({
      id: start(1).id,
      command: 'apply',
      startedAt: start(1).startedAt,
      who: { user: 'ana', host: 'build-7', pid: 4711 },
      done: [{ name: 'a', action: 'update', result: 'done' }],
      failed: [{ name: 'c', action: 'update', result: 'failed', message: 'no' }],
      unknown: [
        { name: 'b', action: 'update', result: 'unknown' },
        { name: 'e', action: 'update', result: 'unknown' },
      ],
      left: [
        { name: 'd', action: 'replace', result: 'left' },
        { name: 'f', action: 'update', result: 'left' },
      ],
      halfReplaced: ['d'],
    });
  });

  it('a failed delete that may still take effect is not half a replace', () => {
    const doubted = run(start(1), deleting(1), answered(1, 'failed', { leftDoubt: true }));
    expect(describeInterrupted(doubted)).toMatchObject({ failed: [{ name: 'a' }], halfReplaced: [] });
  });

  it('one that ended is not', () => {
    const end = { kind: 'end', at: start(1).startedAt, exitCode: 5, counts: noCounts } as const;
    expect(describeInterrupted(run(start(1), requested(1, 'a'), end))).toBeUndefined();
  });

  it('every name once, by its last entry', () => {
    const changes = listChanges(
      run(start(1), requested(1, 'a'), answered(1, 'failed'), requested(2, 'a'), answered(2)),
    );
    expect(changes).toEqual([{ name: 'a', action: 'update', result: 'done' }]);
  });
});
