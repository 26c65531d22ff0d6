/** Random numbers that can be had again: the same seed gives the same run on every machine. */

export interface Random {
  /** A whole number from 0 to `most`. */
  readonly upTo: (most: number) => number;
  readonly oneOf: <T>(values: readonly T[]) => T;
  /** True once in `times`. */
  readonly once: (times: number) => boolean;
}

export function createRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 13), 0x2545f491);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const once = Math.imul(state ^ (state >>> 15), state | 1);
    const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61));
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (most: number): number => Math.floor(next() * (most + 1));
  return {
    upTo,
    oneOf: (values) => {
      const value = values[upTo(values.length - 1)];
      if (value === undefined && values.length === 0) throw new Error('nothing to choose from');
      return value as (typeof values)[number];
    },
    once: (times) => upTo(times - 1) === 0,
  };
}
