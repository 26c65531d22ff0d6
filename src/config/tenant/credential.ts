/** The ways to sign in, before and after their secrets are known. */

import { UserError } from '../../core/errors.js';
import { type Config, placeIn, type SourceText } from '../config.js';
import { assertExecutionAllowed, type Execution } from '../execution.js';
import type { Variables } from '../expand.js';
import { explainUnexpanded } from '../unexpanded.js';

/** With its secrets resolved. */
export type Credential =
  | { readonly kind: 'api-key'; readonly key: string }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };

/** The credential of one source, before any command is run for it. */
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
function isHeaderSafe(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

const notAKey = {
  message: 'is not an API key: it is empty, or has white space or other characters that never occur in a key',
  hint: 'give the key alone, without "Bearer"',
} as const;

const notASecret = {
  message:
    'is not a client id or secret: it is empty, or has white space or other characters that never occur in one',
  hint: 'copy it again, and nothing else',
} as const;

/** Why the text cannot be sent as a credential; `undefined` if it can. Quotes nothing but the names of variables. */
export function problemOf(
  text: string,
  kind: CredentialKind,
): { readonly message: string; readonly hint: string } | undefined {
  const unexpanded = explainUnexpanded(text);
  if (unexpanded !== undefined) return unexpanded;
  if (isHeaderSafe(text)) return undefined;
  return kind === 'api-key' ? notAKey : notASecret;
}

export interface SecretUse {
  readonly config: Pick<Config, 'displayFile' | 'root'>;
  readonly env: Variables;
  readonly execution: Execution;
  /** Aborts a command that prints a secret. */
  readonly signal: AbortSignal;
}

/** The only place that runs secret commands. @throws UserError where one is forbidden, fails, or prints an unusable text */
export async function readCredential(choice: CredentialChoice, use: SecretUse): Promise<Credential> {
  if (choice.kind === 'api-key') {
    return { kind: 'api-key', key: await readSecret(choice.key, 'api-key', use) };
  }
  const clientSecret = await readSecret(choice.clientSecret, 'oauth', use);
  return { kind: 'oauth', clientId: choice.clientId, clientSecret };
}

async function readSecret(
  secret: SecretChoice,
  kind: Credential['kind'],
  { config, env, execution, signal }: SecretUse,
): Promise<string> {
  if (secret.kind === 'known') return secret.value;
  const key = `${placeIn(config.displayFile, secret.place)}: ${secret.place.path}`;
  assertExecutionAllowed(execution, `${key} runs the command ${secret.command[0]}`);
  const { runSecretCommand } = await import('./secret-command.js');
  const { command, variables } = secret;
  const value = await runSecretCommand({ command, variables, key, cwd: config.root, env, signal });
  const problem = problemOf(value, kind);
  if (problem === undefined) return value;
  throw new UserError(`${key}: what the command ${command[0]} printed ${problem.message}`, {
    hint: problem.hint,
  });
}
