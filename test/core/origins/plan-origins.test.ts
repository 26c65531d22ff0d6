import { describe, expect, it } from 'vitest';
import type { CspSwitch, OriginsSetting } from '../../../src/core/origins/csp.js';
import type { CspEntry } from '../../../src/core/origins/entry.js';
import { originNumbersOf } from '../../../src/core/origins/model.js';
import { needsOf, type OriginsInput, planOrigins } from '../../../src/core/origins/plan-origins.js';

const ours = 'qlik-sync:acme';

let nextId = 0;

function entry(origin: string, switches: readonly CspSwitch[], description = ''): CspEntry {
  nextId += 1;
  return {
    id: `e${String(nextId).padStart(3, '0')}`,
    ...{ origin, name: 'n', description },
    ...Object.fromEntries(switches.map((each) => [each, true])),
  };
}

const setting: OriginsSetting = {
  'kpi-card': { 'https://api.example.com': ['connect-src', 'img-src'] },
  map: { 'wss://api.example.com': ['connect-src'], 'https://*.tiles.com': ['img-src'] },
};

function decide(entries: readonly CspEntry[], given: Partial<OriginsInput> = {}) {
  const used = given.setting ?? setting;
  return planOrigins({
    needs: needsOf(new Map(Object.entries(used))),
    setting: used,
    entries,
    project: 'acme',
    manage: 'write',
    removal: 'keep',
    ...given,
  });
}

/** `create api.example.com +connectSrc`. */
function show(entries: readonly CspEntry[], given?: Partial<OriginsInput>): readonly string[] {
  return decide(entries, given).changes.map(({ action, name, adds, removes, blocked }) =>
    [
      action,
      name.slice('https://'.length),
      ...adds.map((each) => `+${each}`),
      ...removes.map((each) => `-${each}`),
      ...(blocked === undefined ? [] : [`blocked:${blocked.rail}`]),
    ].join(' '),
  );
}

const whole: readonly CspSwitch[] = ['connectSrc', 'connectSrcWSS', 'imgSrc'];
const one: OriginsSetting = { a: { 'https://h.com': ['img-src'] } };

describe('what extensions need', () => {
  it('is joined by host, sockets as a switch of their own', () => {
    expect(needsOf(new Map(Object.entries(setting)))).toEqual([
      { host: '*.tiles.com', switches: ['imgSrc'], extensions: ['map'] },
      { host: 'api.example.com', switches: whole, extensions: ['kpi-card', 'map'] },
    ]);
  });
});

describe('what is written', () => {
  const tiles = () => entry('*.tiles.com', ['imgSrc']);
  const prune = { removal: 'prune', setting: one } as const;
  const none = { removal: 'prune', setting: {} } as const;
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, readonly CspEntry[], Partial<OriginsInput>, readonly string[]])[] = [
    ['nothing is there', [], {}, ['create *.tiles.com +imgSrc', 'create api.example.com +connectSrc +connectSrcWSS +imgSrc']],
    ['all is open, by whomever', [entry('api.example.com', whole), tiles()], {}, []],
    ['all is open, as a person typed it', [entry('https://API.example.com/', whole), tiles()], {}, []],
    ['all is open, by a wildcard', [entry('*.example.com', whole), entry('*', ['imgSrc'])], {}, []],
    ['all is open, by several together', [entry('*.example.com', ['imgSrc']), entry('api.example.com', ['connectSrc', 'connectSrcWSS']), tiles()], {}, []],
    ['ours is too narrow', [entry('api.example.com', ['imgSrc'], ours), tiles()], {}, ['update api.example.com +connectSrc +connectSrcWSS']],
    ['a person’s is too narrow', [entry('api.example.com', ['imgSrc']), tiles()], {}, ['update api.example.com +connectSrc +connectSrcWSS blocked:foreign']],
    ['another project’s is too narrow', [entry('api.example.com', ['imgSrc'], 'qlik-sync:other'), tiles()], {}, ['update api.example.com +connectSrc +connectSrcWSS blocked:foreign']],
    ['one of two projects is too narrow', [entry('api.example.com', ['imgSrc'], `${ours} qlik-sync:other`), tiles()], {}, ['update api.example.com +connectSrc +connectSrcWSS blocked:foreign']],
    ['ours and a person’s are too narrow', [entry('api.example.com', ['imgSrc']), entry('api.example.com', ['fontSrc'], ours), tiles()], {}, ['update api.example.com +connectSrc +connectSrcWSS +imgSrc']],
    ['a wildcard opens a part', [entry('*.example.com', ['imgSrc']), tiles()], {}, ['create api.example.com +connectSrc +connectSrcWSS +imgSrc']],
    ['another port is open', [entry('h.com:8443', ['imgSrc'])], { setting: one }, ['create h.com +imgSrc']],
    ['nobody needs ours any more', [entry('old.com', ['imgSrc'], ours)], none, ['delete old.com -imgSrc']],
    ['… which opens nothing', [entry('old.com', [], ours)], none, ['delete old.com']],
    ['… and a note stands beside the mark', [entry('old.com', ['imgSrc'], `asked for by Ada, ${ours} ticket 12`)], none, ['delete old.com -imgSrc']],
    ['nobody needs a person’s', [entry('old.com', ['imgSrc'])], none, []],
    ['nobody needs another project’s', [entry('old.com', ['imgSrc'], 'qlik-sync:other')], none, []],
    ['… whose name begins like ours', [entry('old.com', ['imgSrc'], 'qlik-sync:acme-2')], none, []],
    ['… or is ours in other letters', [entry('old.com', ['imgSrc'], 'QLIK-SYNC:acme')], none, []],
    ['ours is wider than declared', [entry('h.com', ['imgSrc', 'scriptSrc'], ours)], prune, ['update h.com -scriptSrc']],
    ['a person’s is wider than declared', [entry('h.com', ['imgSrc', 'scriptSrc'])], prune, []],
    ['there are two of ours', [entry('h.com', ['imgSrc'], ours), entry('h.com', ['imgSrc'], ours)], prune, ['delete h.com -imgSrc']],
    ['… and the second is the one that opens it', [entry('h.com', ['fontSrc'], ours), entry('h.com', ['imgSrc'], ours)], prune, ['delete h.com -fontSrc']],
    ['another directive is declared than before', [entry('h.com', ['fontSrc'], ours)], prune, ['update h.com +imgSrc', 'update h.com -fontSrc']],
    ['… which somebody else opens', [entry('h.com', ['fontSrc'], ours), entry('*', ['imgSrc'])], prune, ['delete h.com -fontSrc']],
    ['our wildcard made room for one host', [entry('*.h.com', ['imgSrc'], ours)], { removal: 'prune', setting: { a: { 'https://b.h.com': ['img-src'] } } }, ['delete *.h.com -imgSrc', 'create b.h.com +imgSrc']],
    ['… that is too narrow', [entry('*.h.com', ['imgSrc'], ours), entry('b.h.com', ['fontSrc'], ours)], { removal: 'prune', setting: { a: { 'https://b.h.com': ['img-src', 'font-src'] } } }, ['delete *.h.com -imgSrc', 'update b.h.com +imgSrc']],
    ['… and is a person’s', [entry('*.h.com', ['imgSrc'], ours), entry('b.h.com', ['fontSrc'])], { removal: 'prune', setting: { a: { 'https://b.h.com': ['img-src'] } } }, ['delete *.h.com -imgSrc blocked:foreign']],
    ['… and nothing is pruned', [entry('*.h.com', ['imgSrc'], ours)], { setting: { a: { 'https://b.h.com': ['img-src'] } } }, []],
    ['our wildcard is narrowed under one host', [entry('*.h.com', ['imgSrc', 'fontSrc'], ours)], { removal: 'prune', setting: { a: { 'https://b.h.com': ['img-src'], 'https://*.h.com': ['font-src'] } } }, ['update *.h.com -imgSrc', 'create b.h.com +imgSrc']],
    ['what is declared is not selected', [entry('api.example.com', whole, ours)], { needs: [], removal: 'prune' }, []],
  ];
  it.each(rows)('where %s', (_, entries, given, expected) => {
    expect(show(entries, given)).toEqual(expected);
  });

  it('nothing without manageOrigins, but what is missing is reported', () => {
    const { changes, missing, kept } = decide([entry('old.com', ['imgSrc'], ours)], {
      manage: 'tell',
      setting: one,
    });
    expect([changes, kept]).toEqual([[], []]);
    expect(missing).toMatchObject([
      {
        name: 'https://h.com',
        switches: ['imgSrc'],
        extensions: ['a'],
        entry: { origin: 'h.com', name: 'h.com', description: ours, imgSrc: true, scriptSrc: false },
        command: `qlik csp-origin create --origin h.com --name h.com --description ${ours} --imgSrc`,
      },
    ]);
  });

  it("keeps an entry's other switches, and its texts", () => {
    const present = { ...entry('HTTPS://h.com', ['fontSrc'], `${ours} note`), name: 'My name' };
    expect(decide([present], { setting: one }).changes).toMatchObject([
      {
        entry: {
          origin: 'HTTPS://h.com',
          name: 'My name',
          description: `${ours} note`,
          fontSrc: true,
          imgSrc: true,
        },
        actual: present,
      },
    ]);
  });

  it('without prune, what is ours and no longer declared is kept and named', () => {
    const { kept, changes } = decide([entry('old.com', ['imgSrc'], ours)], { setting: {} });
    expect([kept, changes]).toEqual([['https://old.com'], []]);
  });

  it('nothing beyond 256 entries', () => {
    const many = Array.from({ length: 255 }, (_, at) => entry(`x${at}.com`, ['fontSrc']));
    expect(show(many)).toEqual([
      'create *.tiles.com +imgSrc',
      'create api.example.com +connectSrc +connectSrcWSS +imgSrc blocked:limit',
    ]);
  });

  it('counts what it opens and what it closes', () => {
    const { changes } = decide(
      [entry('h.com', ['scriptSrc', 'imgSrc'], ours), entry('old.com', ['imgSrc'], ours)],
      {
        setting: { ...one, b: { 'https://i.com': ['img-src'] } },
        removal: 'prune',
      },
    );
    expect(originNumbersOf({ changes })).toEqual({ opens: 1, closes: 2 });
  });
});

describe('the budget', () => {
  it('counts entries, and what each directive adds to the header', () => {
    const { budget } = decide([entry('x.com', ['imgSrc'])], { header: 'h'.repeat(4812) });
    // " *.tiles.com", and " api.example.com" three times, once with wss://.
    expect(budget).toEqual({
      entries: { now: 1, adds: 2, limit: 256 },
      characters: { now: 4812, adds: 12 + 3 * 16 + 6, limit: 6144 },
    });
  });

  it('says nothing about a header that it does not know', () => {
    expect(decide([]).budget?.characters.now).toBeUndefined();
  });
});
