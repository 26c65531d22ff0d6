/** The ways to sign in as one interface, and the API key, the simplest of them. */

import { createHash } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import type { Reader } from './answers.js';

/** How requests are authorised. Only implementations of this interface see a credential. */
export interface Auth {
  /** The complete value of the `Authorization` header. Called for every request, so it should cache. */
  authorize(signal?: AbortSignal): Promise<string>;
  /** The credential's name in messages, such as `API key`; never the credential itself. */
  readonly describe: string;
  /** Distinguishes this user from others of the same tenant without revealing a secret; absent if unknown. */
  readonly account?: string;
  /**
   * Called once after a 401 with the refused header; `true` means that the request should be tried once more, with
   * fresh credentials.
   */
  renew?(refused: string): Promise<boolean>;
}

/** A credential that the tenant exchanges for another. It is opened for one tenant, the only host that gets either. */
export type OpenAuth = (ask: AskTenant) => Auth;

/** Sends one POST without an `Authorization` header, within the rate limits, and repeats it after a transient failure. */
export type AskTenant = <T>(question: Question<T>, signal?: AbortSignal) => Promise<T>;

interface Question<T> {
  readonly path: string;
  /** Sent as JSON. */
  readonly body: object;
  /** Removed from the answer before anything else sees it. */
  readonly secrets: readonly string[];
  readonly read: Reader<T>;
}

/**
 * Signs in with an API key (`Authorization: Bearer <key>`).
 *
 * @throws UserError if the key cannot be sent as a header; the message does not contain the key.
 */
export function apiKeyAuth(key: string): Auth {
  assertApiKey(key);
  const header = `Bearer ${key}`;
  return { describe: 'API key', account: accountOf(key), authorize: async () => header };
}

/** Sixteen hex digits, too few to recover a key from; a client's id is not secret. */
export function accountOf(identity: string): string {
  return createHash('sha256').update(`qlik-sync account\0${identity}`).digest('hex').slice(0, 16);
}

function assertApiKey(key: string): void {
  const problem = problemOfApiKey(key);
  if (problem !== undefined) {
    throw new UserError(`The API key ${problem}.`, {
      hint: 'Copy the key again, and nothing else.',
    });
  }
}

function problemOfApiKey(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.trim() !== key) return 'has spaces or a line break around it';
  if (/^bearer\s/i.test(key)) return 'begins with "Bearer "; only what follows is the key';
  if (/^[\x21-\x7e]+$/.test(key)) return undefined;
  return 'contains characters that no API key has, such as a space or a line break';
}
