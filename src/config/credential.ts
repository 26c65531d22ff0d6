/** The ways to sign in, before and after their secrets are known. */

import type { SourceText } from './config.js';

/** Ready to be used. */
export type Credential =
  | { readonly kind: 'api-key'; readonly key: string }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };

/** What one source gives to sign in with. Nothing was run for it yet. */
export type CredentialChoice =
  | { readonly kind: 'api-key'; readonly key: SecretChoice }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: SecretChoice };

export type SecretChoice =
  | {
      readonly kind: 'known';
      readonly value: string;
      /** Where it was found, such as the name of a variable. */
      readonly from: string;
    }
  | {
      readonly kind: 'command';
      /** The program and its arguments. */
      readonly command: readonly string[];
      /** Names of the variables that it refers to. */
      readonly variables: readonly string[];
      readonly place: Omit<SourceText, 'text'>;
    };

export type CredentialKind = Credential['kind'];

/** What an Authorization header can carry as one token. */
export function isHeaderSafe(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

const notAKey = {
  message: 'holds no API key: it is empty, or has white space or other characters that no key has',
  hint: 'give the key alone, without "Bearer"',
} as const;

const notASecret = {
  message: 'holds no client id or secret: it is empty, or has white space or other characters that none has',
  hint: 'copy it again, without anything around it',
} as const;

export function problemOf(kind: CredentialKind): typeof notAKey | typeof notASecret {
  return kind === 'api-key' ? notAKey : notASecret;
}
