/** What a person reads of apps and their extensions; golden. */

import { describe, expect, it } from 'vitest';
import type { Impact } from '../../../src/core/impact/impact.js';
import type { ImpactQuestion } from '../../../src/report/impact.js';
import { renderImpact } from '../../../src/report/impact.js';
import { plain } from '../../../src/report/paint.js';
import { openScanProgress } from '../../../src/report/progress.js';

const header = { command: 'impact', tool: 'qlik-sync/0', project: 'acme' } as const;

const sales = {
  id: 'a1',
  itemId: 'i1',
  name: 'Sales overview',
  space: 's1',
  owner: 'u1',
  collections: ['Board reporting'],
  tags: ['finance', 'sales'],
  publishedCopies: 2,
  updatedAt: '2026-11-03T08:00:00.000Z',
  usage: { views: 1204, users: 300, trend: 2.13 },
};
const stock = {
  id: 'a2',
  itemId: 'i2',
  name: 'Stock\u001b[31m',
  collections: [],
  tags: [],
  publishedCopies: 0,
  usage: { views: 1, users: 1, trend: -0.7 },
};

const whole: Impact = {
  extensions: [
    {
      extension: 'kpi-card',
      uses: [
        { app: sales, objects: ['o1', 'o2'], masterItems: ['Main KPI'] },
        { app: stock, objects: ['o3'], masterItems: [] },
      ],
    },
    { extension: 'old-gauge', uses: [] },
  ],
  unopened: [],
  apps: { listed: 12, opened: 2, fromCache: 10 },
  list: 'whole',
  usage: 'on',
  missing: [],
  untold: [],
};

function text(question: ImpactQuestion, impact: Impact, detail: 'quiet' | 'normal' | 'verbose' = 'normal') {
  return renderImpact({ kind: 'impact', header, question, impact, exitCode: 0 }, { paint: plain, detail });
}

const scope = `12 apps: 2 opened, 10 unchanged since an earlier run, 0 not opened.
Other people's private sheets cannot be read, so each number is a lower bound.
`;

describe('who uses what', () => {
  it('says who sees it, where it is and what it holds; nothing of the tenant reaches the terminal raw', () => {
    expect(text('uses', whole)).toBe(`kpi-card: 2 apps, 301 people in 28 days, 1205 views
  Sales overview  300 people, 1204 views, rising (+2.1 people a week)
    2 objects; 1 master item: Main KPI
    space s1 · owner u1 · updated 2026-11-03 · tags finance, sales · collections Board reporting · 2 published
  Stock\\u001b[31m  1 person, 1 view, falling (-0.7 people a week)
    1 object
    personal

old-gauge: no visible app uses it

${scope}`);
  });

  it('says the essential when quiet, and everything when verbose', () => {
    expect(text('uses', whole, 'quiet')).toBe(
      `kpi-card: 2 apps, 301 people in 28 days, 1205 views\nold-gauge: no visible app uses it\n\n${scope}`,
    );
    expect(text('uses', whole, 'verbose')).toContain('2 objects (o1, o2); 1 master item: Main KPI');
  });

  it('never calls unused what could not be looked into', () => {
    const shut = { ...whole, unopened: [{ app: stock, reason: 'no permission to open it (4203)' }] };
    expect(text('uses', shut)).toContain('old-gauge: no use found; 1 app could not be opened\n');
    const unused = { ...shut, extensions: shut.extensions.slice(1) };
    expect(
      text('unused', unused),
    ).toBe(`No use found, but 1 app could not be opened; some of these may be used:
  old-gauge

Not opened, so what they use is unknown:
  Stock\\u001b[31m  no permission to open it (4203)

12 apps: 2 opened, 10 unchanged since an earlier run, 1 not opened.
Other people's private sheets cannot be read, so each number is a lower bound.
`);
  });

  it.each<[ImpactQuestion, Partial<Impact>, string]>([
    ['unused', { extensions: [] }, 'Every extension is used by an app.'],
    ['unused', { extensions: [], missing: ['x'] }, 'Every extension is used by an app.'],
    ['unused', { extensions: whole.extensions.slice(1) }, 'Used by no visible app:\n  old-gauge'],
    ['missing', { extensions: [] }, 'Every extension that apps refer to is on the tenant.'],
    ['missing', {}, 'Apps refer to these extensions, which are not on the tenant:\n\nkpi-card: 2 apps'],
    ['uses', { extensions: [] }, 'No extension matches.'],
    ['uses', { missing: ['5 apps not opened: --max-apps 7'] }, 'incomplete: 5 apps not opened: --max-apps 7'],
    ['uses', { untold: ['collections of 3 apps'] }, 'unknown: collections of 3 apps'],
    [
      'unused',
      { extensions: whole.extensions.slice(1), untold: ['x'] },
      'Used by no visible app:\n  old-gauge',
    ],
    [
      'unused',
      { extensions: whole.extensions.slice(1), apps: { listed: 0, opened: 0, fromCache: 0 } },
      'No use found, but these credentials can see no app; some of these may be used:\n  old-gauge',
    ],
    [
      'unused',
      { extensions: whole.extensions.slice(1), only: { spaces: ['s1'], apps: [] } },
      'Used by none of these apps:\n  old-gauge\n\nLimited to apps of the space s1.\n',
    ],
    [
      'uses',
      { only: { spaces: [], apps: ['a', '\u001b'] } },
      'old-gauge: none of these apps uses it\n\nLimited to apps called a or \\u001b.\n',
    ],
    ['uses', { usage: 'off' }, "usage: usage metrics are off in the tenant's items settings"],
  ])('answers %s with %j', (question, change, expected) => {
    expect(text(question, { ...whole, ...change })).toContain(expected);
  });

  it('counts what it does not list', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      app: { ...sales, id: `a${index}` },
      objects: ['o'],
      masterItems: [],
    }));
    const impact = { ...whole, extensions: [{ extension: 'kpi-card', uses: many }] };
    expect(text('uses', impact)).toContain('  … and 30 more; -v lists all\n');
    expect(text('uses', impact, 'verbose')).not.toContain('more;');
  });
});

describe('progress', () => {
  const sinkOf = (isTerminal: boolean) => {
    const written: string[] = [];
    return { written, sink: { write: (part: string) => written.push(part), isTerminal, paint: plain } };
  };

  it('is a bar on a terminal, wiped at the end', () => {
    const { written, sink } = sinkOf(true);
    const progress = openScanProgress(sink);
    progress.update({ done: 250, total: 1000 });
    progress.end();
    expect(written[0]).toMatch(
      /^\r\u001b\[K\u001b\[\?7l\[█{6}·{18}\] reading apps: 250 of 1000, about \d+ s left\u001b\[\?7h$/,
    );
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  it('is silent elsewhere as long as nothing takes long', () => {
    const { written, sink } = sinkOf(false);
    const progress = openScanProgress(sink);
    for (let done = 1; done <= 100; done += 1) progress.update({ done, total: 100 });
    progress.end();
    expect(written).toEqual([]);
  });
});
