/**
 * Fair races. Contenders run in turn, round by round, each round in another order, so that a machine that is busy
 * for a while slows all of them; the median of the rounds counts.
 */

/**
 * @param {Record<string, () => number | Promise<number>>} contenders each runs once and tells what it measured
 * @param {{ rounds: number, warmups?: number }} options rounds whose figures count, after those that do not
 * @returns {Promise<Record<string, number>>} the medians by contender
 */
export async function race(contenders, options) {
  const figures = await raceAll(contenders, options);
  return Object.fromEntries(Object.entries(figures).map(([name, each]) => [name, median(each)]));
}

/** The same with every figure: {@link race}. @returns {Promise<Record<string, number[]>>} */
export async function raceAll(contenders, { rounds, warmups = 1 }) {
  const names = Object.keys(contenders);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const name of rotate(names, round + warmups)) {
      const figure = await contenders[name]();
      if (round >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** Milliseconds that an action takes. */
export async function time(action) {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rotate(names, by) {
  const at = by % names.length;
  return [...names.slice(at), ...names.slice(0, at)];
}
