/** Who is calling: bearer keys and the roles they stand for. */

import type { Tokens } from '../oauth/tokens.js';
import { Refusal } from './answer.js';

export interface Keys {
  /** May do everything. */
  readonly apiKey: string;
  /** May list and read, except whole archives. */
  readonly userKey: string;
  /** May write extensions too, as a custom role does, but not read whole archives. */
  readonly publisherKey: string;
  /** An OAuth client that may do everything. */
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Keyring extends Keys {
  readonly tokens: Tokens;
}

export interface Caller {
  readonly role: 'admin' | 'publisher' | 'user';
  /** Rate limits are counted per this: a key, or the id of an OAuth client. */
  readonly key: string;
}

/** @throws {Refusal} 401 */
export function authenticate(authorization: string | undefined, keys: Keyring): Caller {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === keys.apiKey) return { role: 'admin', key };
  if (key === keys.userKey) return { role: 'user', key };
  if (key === keys.publisherKey) return { role: 'publisher', key };
  if (key !== undefined && keys.tokens.isValid(key)) return { role: 'admin', key: keys.clientId };
  throw new Refusal(401, key === undefined ? 'A bearer key is required.' : 'The bearer key is unknown.');
}

/** @throws {Refusal} 403 */
export function requireAdmin(caller: Caller, message: string): void {
  if (caller.role !== 'admin') throw new Refusal(403, message);
}

/** @throws {Refusal} 403 */
export function requirePublisher(caller: Caller, message: string): void {
  if (caller.role === 'user') throw new Refusal(403, message);
}

/**
 * A page in a browser can reach loopback under a name of its own (DNS rebinding); it cannot forge this header.
 * @throws {Refusal} 421
 */
export function requireLoopbackHost(host: string | undefined): void {
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '')) {
    throw new Refusal(421, 'The sandbox answers loopback names only.');
  }
}
