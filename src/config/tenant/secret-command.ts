/** Runs a command that prints a secret. No message contains what it prints. */

import pLimit from 'p-limit';
import { UserError } from '../../core/errors.js';
import { type Program, type ProgramEnd, runProgram } from '../run-program.js';
import { hideSecret, hideValues, redact } from '../secrets.js';

interface SecretCommandRun extends Pick<Program, 'command' | 'cwd' | 'env' | 'signal'> {
  /** The key that needs the secret, for messages. */
  readonly key: string;
  /** The variables that the command refers to; no message contains their values either. */
  readonly variables: readonly string[];
  /** Default 30,000. */
  readonly timeoutMs?: number;
}

/** Many tenants may be signed in to at once, and such programs are often large. */
const turn = pLimit(8);

/** @throws UserError (exit 3) where it cannot be started, fails, takes too long, or prints nothing; with its stderr */
export async function runSecretCommand({
  key,
  variables,
  timeoutMs = 30_000,
  ...program
}: SecretCommandRun): Promise<string> {
  const ended = await turn(() => runProgram({ ...program, timeoutMs }));
  const secret = ended.stdout.text.trim();
  const problem = problemOf(ended) ?? (secret === '' ? 'printed nothing' : undefined);
  if (problem === undefined) return secret;
  // Names only the program, as its arguments may be confidential.
  const words = hideValues(hideSecret(ended.stderr.text, secret), variables, program.env);
  const said = redact(words).trim().slice(-2000);
  throw new UserError(`${key}: the command ${program.command[0]} ${problem}`, {
    hint: said === '' ? 'Run it by hand to see why.' : `It said: ${said}`,
  });
}

function problemOf({ problem, exitCode, stdout }: ProgramEnd): string | undefined {
  if (problem !== undefined) return problem;
  if (exitCode !== 0) return `failed with exit code ${exitCode}`;
  return stdout.isWhole ? undefined : 'printed more than a secret';
}
