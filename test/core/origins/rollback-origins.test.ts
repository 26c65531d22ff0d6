import { describe, expect, it } from 'vitest';
import type { CspSwitch } from '../../../src/core/origins/csp.js';
import type { CspEntry } from '../../../src/core/origins/entry.js';
import { type OriginEffect, planOriginRollback } from '../../../src/core/origins/rollback-origins.js';

const mark = 'qlik-sync:acme';

function entry(switches: readonly CspSwitch[], description = mark, origin = 'h.com'): CspEntry {
  const on = Object.fromEntries(switches.map((each) => [each, true]));
  return { id: description === mark ? 'ours' : 'theirs', origin, name: 'h', description, ...on };
}

const at = '2026-11-23T08:00:00.000Z';
const made: OriginEffect = { name: 'https://h.com', runId: 'r', at, after: entry(['imgSrc']) };
const widened: OriginEffect = { ...made, before: entry(['imgSrc']), after: entry(['imgSrc', 'fontSrc']) };
/** Another one, untouched since long before the run, or touched after it. */
const standing = (description: string, modifiedDate: string): CspEntry => ({
  ...entry(['connectSrc'], description),
  id: 'another',
  createdDate: '2026-11-01T08:00:00.000Z',
  modifiedDate,
});
const { after: _, ...closed } = { ...made, before: entry(['imgSrc', 'fontSrc']) };

describe('what undoes an entry', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, OriginEffect, readonly CspEntry[], readonly string[]])[] = [
    ['made, and as it was left', made, [entry(['imgSrc'])], ['delete -imgSrc']],
    ['made, as a tenant spells it that keeps schemes', made, [entry(['imgSrc'], mark, 'https://h.com')], ['delete -imgSrc']],
    ['made, and gone by now', made, [], []],
    ['made, and widened by somebody since', made, [entry(['imgSrc', 'scriptSrc'])], ['delete -imgSrc -scriptSrc moved']],
    ['made, and taken over by somebody since', made, [entry(['imgSrc'], 'Ada')], []],
    ['widened, and as it was left', widened, [entry(['imgSrc', 'fontSrc'])], ['update -fontSrc']],
    ['widened, and narrow again by now', widened, [entry(['imgSrc'])], []],
    ['widened, and changed since', widened, [entry(['scriptSrc'])], ['update +imgSrc -scriptSrc moved']],
    ['widened, and gone by now', widened, [], ['create +imgSrc']],
    ['closed, and still gone', closed, [], ['create +fontSrc +imgSrc']],
    ['closed, and there again', closed, [entry(['imgSrc', 'fontSrc'])], []],
    ['closed, and somebody else’s by now', closed, [entry(['imgSrc'], 'Ada')], ['update +fontSrc moved']],
    ['closed beside another of ours', closed, [standing(mark, '2026-11-02T08:00:00.000Z')], ['create +fontSrc +imgSrc']],
    ['closed as somebody else’s opens the host', closed, [standing('Ada', '2026-11-02T08:00:00.000Z')], ['create +fontSrc +imgSrc']],
    ['closed, and another of ours changed since', closed, [standing(mark, '2026-11-24T08:00:00.000Z')], ['update +fontSrc +imgSrc -connectSrc moved']],
  ];
  it.each(rows)('%s', (_why, effect, entries, expected) => {
    const changes = planOriginRollback([effect], { entries, project: 'acme', prune: true });
    const words = changes.map(({ action, adds, removes, blocked }) =>
      [action, ...adds.map((each) => `+${each}`), ...removes.map((each) => `-${each}`), blocked?.rail ?? []]
        .flat()
        .join(' '),
    );
    expect(words).toEqual(expected);
  });

  it('a second entry that was closed comes back beside the one that was widened', () => {
    const first = { ...entry(['fontSrc']), id: 'first' };
    const second = { ...entry(['imgSrc']), id: 'second' };
    const now = { ...first, imgSrc: true };
    const effects = [
      { name: 'https://h.com', runId: 'r', at, id: 'first', before: first, after: now },
      { name: 'https://h.com', runId: 'r', at, id: 'second', before: second },
    ];
    const changes = planOriginRollback(effects, { entries: [now], project: 'acme', prune: true });
    expect(changes).toMatchObject([
      { action: 'update', removes: ['imgSrc'], actual: now },
      { action: 'create', adds: ['imgSrc'], beside: ['first'] },
    ]);
  });

  it('deletes with --prune only', () => {
    const changes = planOriginRollback([made], {
      entries: [entry(['imgSrc'])],
      project: 'acme',
      prune: false,
    });
    expect(changes).toMatchObject([{ action: 'delete', blocked: { rail: 'prune', lift: '--prune' } }]);
  });
});
