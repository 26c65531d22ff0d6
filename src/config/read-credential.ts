/** What a source gives to sign in with → the credential; the one place where a command of the config prints a secret. */

import { UserError } from '../core/errors.js';
import { type Config, placeIn } from './config.js';
import {
  type Credential,
  type CredentialChoice,
  isHeaderSafe,
  problemOf,
  type SecretChoice,
} from './credential.js';
import { assertExecutionAllowed, type Execution } from './execution.js';
import type { Variables } from './expand.js';

export interface SecretUse {
  readonly config: Config;
  readonly env: Variables;
  readonly execution: Execution;
  /** Ends a command that prints a secret. */
  readonly signal: AbortSignal;
}

/** @throws UserError where a command is forbidden, fails, or prints what cannot be sent */
export async function readCredential(choice: CredentialChoice, use: SecretUse): Promise<Credential> {
  if (choice.kind === 'api-key')
    return { kind: 'api-key', key: await readSecret(choice.key, 'api-key', use) };
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
  const { message, hint } = problemOf(kind);
  if (!isHeaderSafe(value))
    throw new UserError(`${key}: what the command ${command[0]} printed ${message}`, { hint });
  return value;
}
