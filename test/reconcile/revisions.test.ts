import { describe, expect, it } from 'vitest';
import { createRevisions } from '../../src/reconcile/revisions.js';

type Row = readonly [
  name: string,
  before: string | null | undefined,
  after: string | undefined,
  sent: number,
];

describe('edits that were lost', () => {
  it.each<[string, readonly Row[], readonly string[]]>([
    ['one write, one step', [['a', '5.0.0', '6.0.0', 1]], []],
    ['one write, two steps: an edit fell between', [['a', '5.0.0', '7.0.0', 1]], ['a']],
    ['two writes, two steps', [['a', '5.0.0', '7.0.0', 2]], []],
    ['two writes, three steps', [['a', '5.0.0', '8.0.0', 2]], ['a']],
    [
      'one of two',
      [
        ['a', '1.0.0', '2.0.0', 1],
        ['b', '1.0.0', '4.0.0', 1],
      ],
      ['b'],
    ],
    [
      'a tenant that counts in twos',
      [
        ['a', '1.0.0', '3.0.0', 1],
        ['b', '4.0.0', '6.0.0', 1],
      ],
      [],
    ],
    [
      'not all alike',
      [
        ['a', '1.0.0', '3.0.0', 1],
        ['b', '4.0.0', '7.0.0', 1],
      ],
      ['a', 'b'],
    ],
    ['a counter of another form', [['a', '1.2.3', '9.9.9', 1]], []],
    [
      'no counter',
      [
        ['a', undefined, '9.0.0', 1],
        ['b', null, '2.0.0', 1],
      ],
      [],
    ],
    ['a counter that goes back', [['a', '5.0.0', '1.0.0', 1]], []],
  ])('%s', (_row, rows, lost) => {
    const revisions = createRevisions();
    for (const [name, before, after, sent] of rows) revisions.note({ name, before, after, sent });
    expect([...revisions.takeLost().keys()]).toEqual(lost);
    expect([...revisions.takeLost().keys()]).toEqual([]);
  });

  it('a session learns how its tenant counts', () => {
    const revisions = createRevisions();
    revisions.note({ name: 'a', before: '1.0.0', after: '3.0.0', sent: 1 });
    revisions.takeLost();
    revisions.note({ name: 'a', before: '3.0.0', after: '5.0.0', sent: 1 });
    expect([...revisions.takeLost()]).toEqual([]);
  });
});
