/**
 * The ways to sign in as one interface, and the API key, the simplest of them. Nothing but these files sees a
 * credential.
 */

import { createHash } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import type { Reader } from './answers.js';

/** How requests are authorised. Every way to sign in is one of these; nothing else knows credentials. */
export interface Auth {
  /** The complete value of the `Authorization` header. Called for every request, so it should remember. */
  authorize(signal?: AbortSignal): Promise<string>;
  /** What people call the credential, e.g. `API key`. Never the credential itself. */
  readonly describe: string;
  /** Tells who asks from others that ask the same tenant, and reveals no secret; absent: not to be told apart. */
  readonly account?: string;
  /**
   * Called once after a 401 with the header that was refused; `true` means that the request is worth another try
   * with fresh credentials.
   */
  renew?(refused: string): Promise<boolean>;
}

/** A credential that the tenant exchanges for another one. Opened for one tenant, the only host that gets either. */
export type OpenAuth = (ask: AskTenant) => Auth;

/** Sends one question without an `Authorization` header, within the rate limits, and again when it fails in passing. */
export type AskTenant = <T>(question: Question<T>, signal?: AbortSignal) => Promise<T>;

export interface Question<T> {
  readonly path: string;
  /** Sent as JSON by POST. */
  readonly body: object;
  /** What no message may repeat. */
  readonly secrets: readonly string[];
  readonly read: Reader<T>;
}

/**
 * Signs in with an API key (`Authorization: Bearer <key>`).
 *
 * @throws UserError where the key could not be sent as a header; the message does not hold the key.
 */
export function apiKeyAuth(key: string): Auth {
  assertApiKey(key);
  const header = `Bearer ${key}`;
  return { describe: 'API key', account: accountOf(key), authorize: async () => header };
}

/** Sixteen hex digits. A key is too long to be guessed from them, and a client's id is no secret. */
export function accountOf(identity: string): string {
  return createHash('sha256').update(`qlik-sync account\0${identity}`).digest('hex').slice(0, 16);
}

function assertApiKey(key: string): void {
  const problem = problemOfApiKey(key);
  if (problem !== undefined) {
    throw new UserError(`The API key ${problem}.`, {
      hint: 'Copy the key again, without anything around it.',
    });
  }
}

function problemOfApiKey(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.trim() !== key) return 'has spaces or a line break around it';
  if (/^bearer\s/i.test(key)) return 'begins with "Bearer "; only what follows belongs to it';
  if (!/^[\x21-\x7e]+$/.test(key))
    return 'holds characters that no API key has, such as a space or a line break';
  return undefined;
}
