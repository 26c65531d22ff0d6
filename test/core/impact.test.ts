import { describe, expect, it } from 'vitest';
import { describeReach, gateChanges, namesAtStake } from '../../src/core/impact/gate.js';
import type { AppFacts, AppUse, Impact } from '../../src/core/impact/impact.js';
import { isNative } from '../../src/core/impact/native-types.js';
import { createNaming, findUses, isWhole, reachOf, tallyExtensions } from '../../src/core/impact/tally.js';
import type { Change } from '../../src/core/model.js';

function app(id: string, users?: number, views = users): AppFacts {
  const usage = users === undefined ? {} : { usage: { users, views: views ?? 0 } };
  return {
    id,
    itemId: `item-${id}`,
    name: `App ${id}`,
    collections: [],
    tags: [],
    publishedCopies: 0,
    ...usage,
  };
}

const use = (facts: AppFacts): AppUse => ({ app: facts, objects: ['o'], masterItems: [] });

function impactOf(uses: Readonly<Record<string, readonly AppUse[]>>, rest: Partial<Impact> = {}): Impact {
  return {
    extensions: Object.entries(uses).map(([extension, list]) => ({ extension, uses: list })),
    unopened: [],
    apps: { listed: 9, opened: 9, fromCache: 0 },
    usage: 'on',
    list: 'whole',
    missing: [],
    untold: [],
    ...rest,
  };
}

function change(name: string, action: Change['action'], more: Partial<Change> = {}): Change {
  const base = { name, action, state: 'changed', reason: 'content-changed', message: 'm' } as const;
  return { ...base, ...(action === 'create' ? {} : { actual: { id: `id-${name}` } }), ...more };
}

describe('what an app holds', () => {
  const content = {
    objects: [
      { id: 'a', type: 'kpi-card' },
      { id: 'b', type: 'barchart' },
      { id: 'c', type: 'kpi-card' },
      { id: 'd', type: '__proto__' },
    ],
    masterItems: [
      { title: 'Main', type: 'sankey' },
      { title: 'Other', type: 'kpi-card' },
    ],
  };

  it('follows the types in question', () => {
    expect(findUses(content, createNaming(['kpi-card', 'sankey']))).toEqual([
      { type: 'kpi-card', objects: ['a', 'c'], masterItems: ['Other'] },
      { type: 'sankey', objects: [], masterItems: ['Main'] },
    ]);
  });

  it('may have any name', () => {
    expect(findUses(content, createNaming(['__proto__']))).toEqual([
      { type: '__proto__', objects: ['d'], masterItems: [] },
    ]);
  });
});

describe('the name of a type', () => {
  it.each([
    ['kpi-card', ['kpi-card']],
    ['KPI-Card', ['kpi-card']],
    ['Gauge', ['Gauge']],
    ['gauge', ['gauge']],
    ['GAUGE', ['Gauge', 'gauge']],
    ['Gr\u006f\u0308\u00dfe', ['gr\u00f6\u00dfe']],
    // Qlik's own, whatever extensions are called.
    ['table', []],
    ['kpi', []],
    ['Table', ['Table']],
    ['TABLE', ['Table']],
    ['constructor', []],
    ['', []],
  ])('%j is asked about as %j', (type, names) => {
    const extensions = ['kpi-card', 'Gauge', 'gauge', 'gr\u00f6\u00dfe', 'Table', 'KPI'];
    expect(createNaming(extensions)(type)).toEqual(names);
  });
});

describe('the tally', () => {
  it('marks types of which Qlik has objects itself', () => {
    expect(tallyExtensions(['kpi', 'kpi-card', 'sheet'], [])).toEqual([
      { extension: 'kpi', uses: [], countsNative: true },
      { extension: 'kpi-card', uses: [] },
      { extension: 'sheet', uses: [], countsNative: true },
    ]);
  });

  it('puts the most used first, and keeps unused ones', () => {
    const uses = (type: string) => [{ type, objects: ['o'], masterItems: [] }];
    const told = tallyExtensions(
      ['unused', 'few', 'many'],
      [
        { app: app('1', 3), uses: uses('few') },
        { app: app('2', 9), uses: uses('many') },
        { app: app('3', 30), uses: uses('many') },
        { app: app('4'), uses: uses('many') },
      ],
    );
    expect(told.map(({ extension, uses: list }) => [extension, list.map(({ app: { id } }) => id)])).toEqual([
      ['many', ['3', '2', '4']],
      ['few', ['1']],
      ['unused', []],
    ]);
  });

  it('says nothing about people if none are measured', () => {
    expect(reachOf([use(app('1')), use(app('2'))])).toEqual({ apps: 2 });
    expect(reachOf([use(app('1', 5, 8)), use(app('2'))])).toEqual({ apps: 2, people: 5, views: 8 });
    expect(reachOf([])).toEqual({ apps: 0, people: 0, views: 0 });
  });

  it.each([
    [[use(app('1', 300)), use(app('2', 12))], '2 apps, 312 people in 28 days'],
    [[use(app('1', 1))], '1 app, 1 person in 28 days'],
    [[use(app('1', 0))], '1 app, 0 people in 28 days'],
    [[use(app('1'))], '1 app'],
  ])('describes %#', (uses, text) => expect(describeReach(uses)).toBe(text));

  it('is complete only if every app was read', () => {
    expect(isWhole(impactOf({}))).toBe(true);
    expect(isWhole(impactOf({}, { missing: ['a page failed'] }))).toBe(false);
    expect(isWhole(impactOf({}, { untold: ['collections'] }))).toBe(true);
    expect(isWhole(impactOf({}, { apps: { listed: 0, opened: 0, fromCache: 0 } }))).toBe(false);
    expect(isWhole(impactOf({}, { unopened: [{ app: app('1'), reason: 'r' }] }))).toBe(false);
  });
});

describe('names at stake', () => {
  const changes = [
    change('new', 'create'),
    change('held', 'delete', { blocked: { rail: 'prune', message: 'm' } }),
    change('same', 'none', { reason: 'in-sync' }),
    change('edited', 'update'),
    change('going', 'delete'),
    change('again', 'replace'),
    change('old-name', 'delete', { rename: { to: 'new-name' } }),
    change('new-name', 'create', { rename: { from: 'old-name' } }),
  ];

  it('are those that break apps', () => {
    expect(namesAtStake(changes, 'deletes')).toEqual(['going', 'again', 'old-name']);
  });

  it('and with always those that change them', () => {
    expect(namesAtStake(changes, 'always')).toEqual(['held', 'edited', 'going', 'again', 'old-name']);
  });
});

describe('the gate', () => {
  const [one, two, three] = [use(app('1', 100)), use(app('2', 12)), use(app('3', 0))];
  const shut = { unopened: [{ app: app('9'), reason: 'no permission' }] };

  it('lets through what no app uses, and what breaks nothing', () => {
    const changes = [change('a', 'delete'), change('b', 'update'), change('c', 'create')];
    expect(gateChanges(changes, impactOf({ a: [], b: [one] }), undefined).size).toBe(0);
  });

  it('says that objects of Qlik’s own chart of that name are among the uses', () => {
    const [plain, native] = ['gauges', 'gauge'].map((name) =>
      gateChanges([change(name, 'delete')], impactOf({ [name]: [one] }), undefined).get(name),
    );
    expect(plain?.message).not.toContain('own');
    expect(native?.message).toContain("; objects of Qlik's own gauge are counted, too");
  });

  it('holds what apps use, and names them', () => {
    const blocks = gateChanges([change('a', 'delete')], impactOf({ a: [one, two] }), undefined);
    expect(blocks.get('a')).toEqual({
      rail: 'impact',
      message: '2 apps, 112 people in 28 days: App 1, App 2',
      lift: '--accept-impact=2',
      effect: 'accepts it',
    });
  });

  it('stops it even if the apps have not been used lately', () => {
    expect(gateChanges([change('a', 'delete')], impactOf({ a: [three] }), undefined).size).toBe(1);
  });

  it.each(['replace', 'delete'] as const)('holds a %s', (action) => {
    expect(gateChanges([change('a', action)], impactOf({ a: [one] }), undefined).has('a')).toBe(true);
  });

  it('holds both sides of an identity change by the apps of the old name', () => {
    const changes = [
      change('old', 'delete', { rename: { to: 'new' } }),
      change('new', 'create', { rename: { from: 'old' } }),
    ];
    const blocks = gateChanges(changes, impactOf({ old: [one] }), undefined);
    expect([...blocks.keys()]).toEqual(['old', 'new']);
    expect(blocks.get('new')?.lift).toBe('--accept-impact=1');
    expect(gateChanges(changes, impactOf({ old: [one] }), 1).size).toBe(0);
  });

  it('counts an app once, however many changes touch it', () => {
    const changes = [change('a', 'delete'), change('b', 'delete')];
    const impact = impactOf({ a: [one, two], b: [two, three] });
    expect(gateChanges(changes, impact, undefined).get('a')).toMatchObject({
      lift: '--accept-impact=3',
      effect: 'accepts it for all 2 such changes',
    });
    expect(gateChanges(changes, impact, 3).size).toBe(0);
  });

  it.each([0, 1, 3, 99])('takes no other number: %i', (accepted) => {
    const blocks = gateChanges([change('a', 'delete')], impactOf({ a: [one, two] }), accepted);
    expect(blocks.get('a')?.message).toContain(`--accept-impact says ${accepted}, but it is 2`);
  });

  it('counts each item that names no app', () => {
    const nameless = ['i', 'j'].map((itemId) => ({ app: { ...app(''), itemId }, reason: 'r' }));
    const blocks = gateChanges(
      [change('a', 'delete')],
      impactOf({ a: [one] }, { unopened: nameless }),
      undefined,
    );
    expect(blocks.get('a')?.lift).toBe('--accept-impact=3');
  });

  it('never calls unused what it could not read', () => {
    const blocks = gateChanges([change('a', 'delete')], impactOf({ a: [] }, shut), undefined);
    expect(blocks.get('a')).toMatchObject({
      message: 'no use of it was found; but 1 app could not be opened',
      lift: '--accept-impact=1',
    });
    const none = impactOf({ a: [] }, { apps: { listed: 0, opened: 0, fromCache: 0 } });
    expect(gateChanges([change('a', 'delete')], none, undefined).get('a')).toMatchObject({
      message: 'no use of it was found; but these credentials can see no app',
      lift: '--accept-impact=0',
    });
    expect(gateChanges([change('a', 'delete')], none, 0).size).toBe(0);
  });

  it.each([undefined, 0, 1, 2])('accepts no number where the count is incomplete: %s', (accepted) => {
    const missing = ['the list of apps broke off after 3: no'];
    const broken = impactOf({ a: [one] }, { missing, list: 'partial' });
    expect(gateChanges([change('a', 'delete')], broken, accepted).get('a')).toEqual({
      rail: 'impact',
      message:
        '1 app, 100 people in 28 days: App 1; but the list of apps broke off after 3: no; the count is incomplete, so run again',
    });
  });

  it('leaves to other rails what they block', () => {
    const blocked = { rail: 'protected', message: 'named' } as const;
    expect(gateChanges([change('a', 'delete', { blocked })], impactOf({ a: [one] }), undefined).size).toBe(0);
  });
});

describe("Qlik's own types", () => {
  it.each(['barchart', 'sn-table', 'masterobject', 'sheet', 'LoadModel', 'SheetList', ''])(
    '%j is one',
    (type) => {
      expect(isNative(type)).toBe(true);
    },
  );

  it.each(['kpi-card', 'Barchart', 'my-list', 'sn-mine'])('%j is not native', (type) => {
    expect(isNative(type)).toBe(false);
  });
});
