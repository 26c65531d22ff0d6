/**
 * When the next request of a tier may be sent. Qlik does not document whether its limits use fixed or sliding
 * windows, of one minute or five; counting each request until `windowMs` after its *answer* stays within all of
 * them, whatever the latency. Pure: time is an argument.
 */
interface Pace {
  /** Milliseconds until the next may be sent; 0 means now, `undefined` not before another answer arrives. */
  delay(now: number): number | undefined;
  /** How many milliseconds a refusal still keeps the whole tier silent. */
  silence(now: number): number;
  /** Milliseconds that a refusal still asks for: that silence, then the space between two requests. */
  held(now: number): number;
  sent(now: number): void;
  /** The request was answered, or failed: either way the server may have counted it. */
  answered(now: number): void;
  /**
   * After a 429 to a request of `sentAt`: silence for `waitMs`, and evenly spaced requests from then on. Each further one
   * at that pace doubles the space, and a window without any halves it again: others may share the user, and a gateway
   * on the way may allow less than Qlik documents.
   */
  refused(now: number, waitMs: number, sentAt: number): void;
}

/** The share of the rate to use once the server has refused a request. */
const shareAfterRefusal = 0.95;

/** Milliseconds between two requests, where the documented rate does not mean more. */
const longestSpacing = 10_000;

/** A pace of at most `limit` requests in any `windowMs` milliseconds. */
export function createPace(limit: number, windowMs: number): Pace {
  const answers: number[] = [];
  let unanswered = 0;
  const usual = windowMs / (limit * shareAfterRefusal);
  let silentUntil = Number.NEGATIVE_INFINITY;
  let spacing = 0;
  /** Since when requests go at this pace. */
  let pacedSince = Number.NEGATIVE_INFINITY;
  let lastSent = Number.NEGATIVE_INFINITY;

  function forget(now: number): void {
    while (answers[0] !== undefined && answers[0] + windowMs <= now) answers.shift();
  }

  function quicken(now: number): void {
    while (spacing > usual && pacedSince + windowMs <= now) {
      spacing = Math.max(usual, spacing / 2);
      pacedSince += windowMs;
    }
  }

  function held(now: number): number {
    quicken(now);
    return Math.max(0, silentUntil - now, lastSent + spacing - now);
  }

  return {
    held,
    delay(now) {
      forget(now);
      const spaced = held(now);
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
    refused(now, waitMs, sentAt) {
      silentUntil = Math.max(silentUntil, now + waitMs);
      // What was under way at the last refusal says nothing of the pace since.
      if (sentAt < pacedSince) return;
      spacing = spacing === 0 ? usual : Math.max(spacing, Math.min(spacing * 2, longestSpacing));
      pacedSince = silentUntil;
    },
  };
}
