/** Access tokens of the OAuth client: valid until they expire or are revoked. */

import { newId } from '../ids.js';

interface IssuedToken {
  readonly token: string;
  /** How long it is valid. */
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Tokens {
  /** @param scope what it permits; absent: whatever its client may */
  readonly issue: (scope?: string) => IssuedToken;
  readonly isValid: (token: string) => boolean;
  readonly scopeOf: (token: string) => string | undefined;
  /** Revokes all tokens issued so far. */
  readonly revoke: () => void;
}

/** In memory: another process on the same folder does not know them and answers 401. */
export function createTokens(seconds: number, clock: () => number): Tokens {
  /** When each token expires. */
  const ends = new Map<string, number>();
  const scopes = new Map<string, string | undefined>();

  function forgetExpired(): void {
    for (const [token, end] of ends) if (end <= clock()) ends.delete(token);
    for (const token of scopes.keys()) if (!ends.has(token)) scopes.delete(token);
  }

  return {
    issue: (scope) => {
      forgetExpired();
      const token = `sandbox-token-${newId()}`;
      const expiresAt = clock() + seconds * 1000;
      ends.set(token, expiresAt);
      scopes.set(token, scope);
      return { token, seconds, expiresAt };
    },
    isValid: (token) => (ends.get(token) ?? 0) > clock(),
    scopeOf: (token) => scopes.get(token),
    revoke: () => ends.clear(),
  };
}
