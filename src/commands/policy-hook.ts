/** The policy of the people who run this: a command that reads the plan and may refuse it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { UserError } from '../core/errors.js';
import type { Refusal } from '../core/guard.js';

export interface PolicyHook {
  /** A program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** Absolute: where it runs. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const longestMs = 60_000;
const mostWords = 4000;

/**
 * Gives the plan document to the command's standard input. Its exit code decides: 0 lets the plan pass, any other
 * refuses it with what the command said.
 *
 * @throws UserError where the command cannot be run, or does not end within a minute: nothing is let pass then
 */
export async function askPolicy(planDocument: string, hook: PolicyHook): Promise<Refusal | undefined> {
  const [program = '', ...args] = hook.command;
  const child = spawn(program, args, {
    cwd: hook.cwd,
    env: hook.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([hook.signal, AbortSignal.timeout(longestMs)]),
  });
  const words = collectWords(child);
  // A command that decides without reading everything closes its end early.
  child.stdin.on('error', () => undefined);
  child.stdin.end(planDocument);
  const code = await waitFor(child, program);
  if (code === 0) return undefined;
  const said = words().trim();
  return {
    message: `The policy (${program}) refuses this plan${said === '' ? '' : `: ${said}`}`,
    hint: `It ended with ${code ?? 'a signal'}; "policy" in the config names the command.`,
  };
}

function collectWords({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  const add = (chunk: string): void => {
    text = `${text}${chunk}`.slice(0, mostWords);
  };
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', add);
  return () => text;
}

function waitFor(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => resolve(code));
    child.once('error', (cause) => {
      const late = cause.name === 'AbortError' ? `did not end within ${longestMs / 1000} s` : cause.message;
      reject(
        new UserError(`The policy command ${program} could not decide: ${late}.`, {
          cause,
          hint: 'Without its decision nothing is applied. "policy" in the config names it.',
        }),
      );
    });
  });
}
