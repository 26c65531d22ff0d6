/** Access tokens: handed out to the OAuth client, good for a while, or until somebody revokes them. */

import { newId } from '../ids.js';

export interface IssuedToken {
  readonly token: string;
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Tokens {
  readonly issue: () => IssuedToken;
  readonly isGood: (token: string) => boolean;
  /** All that were handed out until now. */
  readonly revoke: () => void;
}

/** In memory: another process on the same folder knows none of them, and answers 401. */
export function createTokens(seconds: number, clock: () => number): Tokens {
  /** By token, when it ends. */
  const ends = new Map<string, number>();

  function forgetEnded(): void {
    for (const [token, end] of ends) if (end <= clock()) ends.delete(token);
  }

  return {
    issue: () => {
      forgetEnded();
      const token = `sandbox-token-${newId()}`;
      const expiresAt = clock() + seconds * 1000;
      ends.set(token, expiresAt);
      return { token, seconds, expiresAt };
    },
    isGood: (token) => (ends.get(token) ?? 0) > clock(),
    revoke: () => ends.clear(),
  };
}
