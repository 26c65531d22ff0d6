/** Times as people write them: `90s`, `5m`, `1h`. */

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** What a timer takes; one that is set for longer is over at once. Almost 25 days. */
const longestMs = 2 ** 31 - 1;

/** Milliseconds, from 1 to what a timer takes; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const duration = Number(amount) * unitMs[unit as keyof typeof unitMs];
  return duration > 0 && duration <= longestMs ? duration : undefined;
}

export const durationForm = 'a time such as 90s, 5m or 1h, of 24 days at most';
