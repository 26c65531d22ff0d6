import { UserError } from '../core/errors.js';

/** How requests are authorised. Every way to sign in is one of these; nothing else knows credentials. */
export interface Auth {
  /** The complete value of the `Authorization` header. Called for every request, so it should remember. */
  authorize(signal?: AbortSignal): Promise<string>;
  /** What people call the credential, e.g. `API key`. Never the credential itself. */
  readonly describe: string;
  /** Called once after a 401; `true` means that the request is worth another try with fresh credentials. */
  renew?(): Promise<boolean>;
}

/**
 * Signs in with an API key (`Authorization: Bearer <key>`).
 *
 * @throws UserError where the key could not be sent as a header; the message does not hold the key.
 */
export function apiKeyAuth(key: string): Auth {
  assertApiKey(key);
  const header = `Bearer ${key}`;
  return { describe: 'API key', authorize: async () => header };
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
