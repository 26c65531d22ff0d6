/** What a storm does, decided by its seed alone. */

export const editKinds = [
  'write',
  'write-slowly',
  'save-atomically',
  'save-like-vim',
  'recreate',
  'move-folder',
  'move-subfolder',
  'rebuild',
  'burst',
] as const;

export interface Edit {
  readonly kind: (typeof editKinds)[number];
  readonly extension: string;
  /** Decides file, content and pauses. */
  readonly seed: number;
}

/** Runs of edits, each of one extension and without rest, side by side; then calm. */
export interface Gust {
  readonly runs: readonly (readonly Edit[])[];
  readonly calmMs: number;
}

export interface Dice {
  /** A whole number from 0, below `end`. */
  readonly below: (end: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
}

/** mulberry32: the same numbers for the same seed, everywhere. */
export function createDice(seed: number): Dice {
  let state = seed;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  return { below, pick: (choices) => choices[below(choices.length)]! };
}

const longestRun = 32;
const longestCalmMs = 700;

export function planStorm(seed: number, extensions: readonly string[], edits: number): readonly Gust[] {
  const dice = createDice(seed);
  const gusts: Gust[] = [];
  for (let left = edits; left > 0; ) {
    const names = pickSome(dice, extensions);
    const runs = names.map((extension) => {
      const length = Math.min(left, 1 + dice.below(longestRun));
      left -= length;
      return Array.from({ length }, () => planEdit(dice, extension));
    });
    gusts.push({ runs: runs.filter(({ length }) => length > 0), calmMs: dice.below(longestCalmMs) });
  }
  return gusts;
}

/** Mostly one extension, sometimes two or three. */
function pickSome(dice: Dice, extensions: readonly string[]): readonly string[] {
  const count = dice.pick([1, 1, 1, 2, 3]);
  return [...new Set(Array.from({ length: count }, () => dice.pick(extensions)))];
}

function planEdit(dice: Dice, extension: string): Edit {
  return { kind: dice.pick(editKinds), extension, seed: dice.below(2 ** 31) };
}
