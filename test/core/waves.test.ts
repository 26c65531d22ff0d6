import { describe, expect, it } from 'vitest';
import { countPermitted, parseMostFailed } from '../../src/core/fleet.js';
import { splitWords } from '../../src/core/shell-word.js';
import { divideIntoWaves, parseWaves, type WaveMember } from '../../src/core/waves.js';

/** Ten tenants t0 to t9, of which the first two are pilots, and the even ones in eu. */
const ten: readonly WaveMember[] = Array.from({ length: 10 }, (_, n) => ({
  name: `t${n}`,
  tenant: `https://t${n}.example`,
  labels: { tier: n < 2 ? 'pilot' : 'usual', region: n % 2 === 0 ? 'eu' : 'us' },
}));

function divide(text: string, members: readonly WaveMember[] = ten, run = 'run') {
  return divideIntoWaves(parseWaves(text), members, run, text);
}

const sizes = (text: string, members?: readonly WaveMember[]) =>
  divide(text, members).map(({ length }) => length);

describe('waves', () => {
  it.each([
    ['t0/t1,t2/rest', [1, 2, 7]],
    ['tier=pilot/rest', [2, 8]],
    ['tier=pilot/10%/50%/100%', [2, 0, 3, 5]],
    ['10%/50%/100%', [1, 4, 5]],
    ['1%/rest', [1, 9]],
    ['0.5%/34.5%/rest', [1, 3, 6]],
    ['20%/region=us/100%', [2, 5, 3]],
    ['region=eu,tier!=pilot/tier=pilot/rest', [4, 2, 4]],
    ['rest', [10]],
    ['name=t*', [10]],
    ['50%/tier=pilot/rest', [5, 2, 3]],
    ['100%/rest', 'adds nothing'],
    ['rest/rest', 'adds nothing'],
    ['50%/10%/100%', '10% adds nothing'],
    ['50%/50%/100%', '50% adds nothing'],
    ['0%/100%', '0% is not a share'],
    ['101%', '101% is not a share'],
    ['-1%/rest', '-1% is not a share'],
    ['ten%/rest', 'ten% is not a share'],
    ['', 'is empty'],
    ['a//b', 'is empty'],
    ['a,/b', 'is empty'],
    ['t1/t2,t1', 't1 is listed twice'],
    ['t1/nobody/rest', 'nobody is not among the environments'],
    ['tier=pilto/rest', 'tier=pilto is true of none of 10 environments'],
    ['tier=pilot/region=eu/rest', 't0 is in two waves, tier=pilot and region=eu'],
    ['t0/tier=pilot/rest', 't0 is in two waves, t0 and tier=pilot'],
    ['tier=pilot/50%', 'leaves 5 environments in no wave'],
    ['t0,t1,t2/t3,t4', 'leaves 5 environments in no wave: t5, t6, t7, t8, t9'],
    ['tier==pilot/rest', '== instead of ='],
  ])('%j', (text, expected) => {
    if (typeof expected === 'string') expect(() => divide(text)).toThrow(expected);
    else expect(sizes(text)).toEqual(expected);
  });

  it('counts shares of any number, rounded up', () => {
    for (const n of [1, 2, 3, 7, 60, 99, 2000]) {
      const members = Array.from({ length: n }, (_, i) => ({ name: `e${i}`, tenant: `t${i}`, labels: {} }));
      const waves = divide('10%/50%/100%', members);
      expect(waves.flat().sort()).toEqual(members.map(({ name }) => name).sort());
      expect(waves[0]).toHaveLength(Math.ceil(n / 10));
      expect((waves[0]?.length ?? 0) + (waves[1]?.length ?? 0)).toBe(Math.ceil(n / 2));
    }
  });

  it('has an order that depends on tenant and run alone, and keeps names as they are listed', () => {
    const shuffled = [...ten].reverse();
    expect(divide('50%/rest', shuffled)).toEqual(divide('50%/rest'));
    expect(divide('rest', ten, 'another run')).not.toEqual(divide('rest'));
    expect(divide('t9,t3,t5/rest')[0]).toEqual(['t9', 't3', 't5']);
    expect(divide('rest')[0]).not.toEqual(ten.map(({ name }) => name));
  });
});

describe('how many may fail', () => {
  it.each([
    ['0', 2000, 0],
    ['3', 2000, 3],
    ['2%', 60, 1],
    ['2%', 2000, 40],
    ['0.5%', 2000, 10],
    ['29%', 100, 29],
    ['100%', 60, 60],
    ['101%', 60, undefined],
    ['', 60, undefined],
    ['-1', 60, undefined],
    ['1.5', 60, undefined],
    ['two', 60, undefined],
  ])('%j of %i', (text, all, most) => {
    const parsed = parseMostFailed(text);
    expect(parsed && countPermitted(parsed, all)).toBe(most);
  });
});

describe('the words of a command without a shell', () => {
  it.each([
    ['./check.sh', ['./check.sh']],
    ['node  check.mjs --max 3', ['node', 'check.mjs', '--max', '3']],
    [`'/opt/a b/check' "it's" a'b'"c d"`, ['/opt/a b/check', "it's", 'abc d']],
    [`check ''`, ['check', '']],
    [`sh -c 'a | b > $c'`, ['sh', '-c', 'a | b > $c']],
    ['C:\\gates\\check.exe /q', ['C:\\gates\\check.exe', '/q']],
    ['', 'it names no program'],
    ['  ', 'it names no program'],
    [`''`, 'it names no program'],
    [`check 'open`, 'a quote is not closed'],
    ['a | b', '| outside of quotes'],
    ['a && b', '& outside of quotes'],
    ['a > b', '> outside of quotes'],
    ['check $HOME', '$ outside of quotes'],
    ['check *.json', '* outside of quotes'],
  ])('%j', (text, expected) => {
    const words = splitWords(text);
    if (typeof expected === 'string')
      expect(words).toMatchObject({ problem: expect.stringContaining(expected) });
    else expect(words).toEqual(expected);
  });
});
