/** Qlik's two rate tiers, counted per key over a sliding window. */

import type { TierRates } from '../options.js';
import { Refusal } from './answer.js';

interface RateRules {
  readonly rate: TierRates;
  readonly windowSeconds: number;
  readonly clock: () => number;
}

export interface Limiter {
  /** Counts one request. @throws {Refusal} 429 with Retry-After; refused requests are not counted. */
  readonly admit: (key: string, method: string) => void;
}

interface Account {
  /** Milliseconds; ascending. */
  admitted: number[];
  blockedUntil: number;
}

export function createLimiter({ rate, windowSeconds, clock }: RateRules): Limiter {
  const accounts = new Map<string, Account>();
  const windowMs = windowSeconds * 1000;

  function admit(key: string, method: string): void {
    const tier = tierOf(method);
    const account = accountOf(accounts, `${tier} ${key}`);
    const now = clock();
    account.admitted = account.admitted.filter((time) => time > now - windowMs);
    const allowed = Math.max(1, Math.floor((rate[tier] * windowSeconds) / 60));
    const [oldest] = account.admitted;
    if (now >= account.blockedUntil && oldest !== undefined && account.admitted.length >= allowed) {
      account.blockedUntil = now + Math.ceil((oldest + windowMs - now) / 1000) * 1000;
    }
    if (now < account.blockedUntil) refuse(Math.ceil((account.blockedUntil - now) / 1000));
    account.admitted.push(now);
  }

  return { admit };
}

function tierOf(method: string): keyof TierRates {
  return method === 'GET' || method === 'HEAD' ? 'tier1' : 'tier2';
}

function accountOf(accounts: Map<string, Account>, name: string): Account {
  const account = accounts.get(name) ?? { admitted: [], blockedUntil: 0 };
  accounts.set(name, account);
  return account;
}

function refuse(seconds: number): never {
  throw new Refusal(429, `You need to wait ${seconds} seconds until limit is lifted.`, {
    title: 'API rate limit reached.',
    headers: { 'retry-after': String(seconds) },
  });
}
