/**
 * When the next request of a tier may be sent. Qlik does not document whether its limits use fixed or sliding
 * windows, of one minute or five; counting each request until `windowMs` after its *answer* stays within all of
 * them, whatever the latency. Pure: time is an argument.
 */
interface Pace {
  /** Milliseconds until the next may be sent; 0 means now, `undefined` not before another answer arrives. */
  delay(now: number): number | undefined;
  /** Milliseconds for which a refusal still keeps the whole tier silent. */
  silence(now: number): number;
  sent(now: number): void;
  /** The request was answered, or failed: either way the server may have counted it. */
  answered(now: number): void;
  /** After a 429: silence for `waitMs`, and evenly spaced requests from then on. */
  refused(now: number, waitMs: number): void;
}

/** The share of the rate to use once the server has refused a request. */
const shareAfterRefusal = 0.95;

/** A pace of at most `limit` requests in any `windowMs` milliseconds. */
export function createPace(limit: number, windowMs: number): Pace {
  const answers: number[] = [];
  let unanswered = 0;
  let silentUntil = Number.NEGATIVE_INFINITY;
  let spacing = 0;
  let lastSent = Number.NEGATIVE_INFINITY;

  function forget(now: number): void {
    while (answers[0] !== undefined && answers[0] + windowMs <= now) answers.shift();
  }

  return {
    delay(now) {
      forget(now);
      const spaced = Math.max(0, silentUntil - now, lastSent + spacing - now);
      if (unanswered + answers.length < limit) return spaced;
      const oldest = answers[0];
      return oldest === undefined ? undefined : Math.max(spaced, oldest + windowMs - now);
    },
    silence: (now) => Math.max(0, silentUntil - now),
    sent(now) {
      unanswered += 1;
      lastSent = now;
    },
    answered(now) {
      unanswered -= 1;
      answers.push(now);
    },
    refused(now, waitMs) {
      spacing = windowMs / (limit * shareAfterRefusal);
      silentUntil = Math.max(silentUntil, now + waitMs);
    },
  };
}
