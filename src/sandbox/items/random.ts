/** Deterministic randomness: the same seed gives the same tenant on every machine. */

export interface Random {
  /** An integer from 0 to `below` - 1. */
  readonly integer: (below: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** True in about `percent` of a hundred cases. */
  readonly chance: (percent: number) => boolean;
  /** Lower-case hex digits. */
  readonly hex: (digits: number) => string;
  readonly uuid: () => string;
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const integer = (below: number) => Math.floor(next() * below);
  const hex = (digits: number) => Array.from({ length: digits }, () => integer(16).toString(16)).join('');
  return {
    integer,
    pick: <T>(choices: readonly [T, ...T[]]) => choices[integer(choices.length)] ?? choices[0],
    chance: (percent) => integer(100) < percent,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
}
