import { describe, expect, it } from 'vitest';
import { createRevisions } from '../../../src/reconcile/write/revisions.js';

type Row = readonly [
  name: string,
  before: string | null | undefined,
  after: string | undefined,
  sent: number,
];

const inTwos: readonly Row[] = [
  ['a', '1.0.0', '3.0.0', 1],
  ['b', '5.0.0', '7.0.0', 1],
];
const odd = ['3.0.0', '5.0.0', '7.0.0', '5.0.0', '55.0.0'];

describe('edits that were lost', () => {
  it.each<[string, readonly Row[], readonly string[]]>([
    ['one write, one step', [['a', '5.0.0', '6.0.0', 1]], []],
    ['one write, two steps: an edit fell between', [['a', '5.0.0', '7.0.0', 1]], ['a']],
    ['two writes, one step since the last read', [['a', '5.0.0', '6.0.0', 2]], []],
    ['two writes, two steps since the last read', [['a', '5.0.0', '7.0.0', 2]], ['a']],
    [
      'one of two',
      [
        ['a', '1.0.0', '2.0.0', 1],
        ['b', '1.0.0', '4.0.0', 1],
      ],
      ['b'],
    ],
    ['two of two, as in a tenant that counts in twos', inTwos, ['a', 'b']],
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

  it.each<[string, readonly Row[], readonly (string | undefined)[], readonly string[]]>([
    ['bear it out', inTwos, [...odd, '1.0.0', undefined], []],
    ['are too few', inTwos, [...odd.slice(1), '1.0.0', '1.0.0'], ['a', 'b']],
    ['speak against it', inTwos, [...odd, '2.0.0'], ['a', 'b']],
    ['bear it out, but only one was written', inTwos.slice(0, 1), odd, ['a']],
    [
      'confirm it, but one of ours went further',
      [...inTwos, ['c', '3.0.0', '7.0.0', 1]],
      odd,
      ['a', 'b', 'c'],
    ],
  ])('records at rest of a tenant that seems to count in twos: %s', (_row, rows, atRest, lost) => {
    const revisions = createRevisions();
    revisions.noteAtRest(atRest);
    for (const [name, before, after, sent] of rows) revisions.note({ name, before, after, sent });
    expect([...revisions.takeLost().keys()]).toEqual(lost);
  });

  it('a session learns how its tenant counts', () => {
    const revisions = createRevisions();
    revisions.noteAtRest(odd);
    revisions.note({ name: 'a', before: '1.0.0', after: '3.0.0', sent: 1 });
    revisions.takeLost();
    revisions.note({ name: 'a', before: '3.0.0', after: '5.0.0', sent: 1 });
    expect([...revisions.takeLost()]).toEqual([]);
  });

  it('says what else it may have been if an earlier write of ours got no answer', () => {
    const revisions = createRevisions();
    revisions.note({ name: 'a', before: '1.0.0', after: '3.0.0', sent: 2 });
    expect(revisions.takeLost().get('a')).toContain(
      'otherwise one of our writes that got no answer arrived late',
    );
  });
});
