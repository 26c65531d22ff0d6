/** Times as people write them: `90s`, `5m`, `1h`. */

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds, at least 1; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) === 0) return undefined;
  return Number(amount) * unitMs[unit as keyof typeof unitMs];
}

export const durationForm = 'a time such as 90s, 5m or 1h';
