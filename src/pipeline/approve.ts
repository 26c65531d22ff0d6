/** The one moment a person is asked. Without a terminal the command line to use is shown instead. */

import { RefusedError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { shellWord, withOptions } from '../core/shell-word.js';
import type { Io, Terminal } from '../run/io.js';

interface Approval {
  readonly yes: boolean;
  /** Every `--confirm`. */
  readonly confirm: readonly string[] | undefined;
  /** The protected environment's name; absent where none is protected. */
  readonly protectedEnvironment: string | undefined;
}

export type Answer = 'approved' | 'declined' | 'cancelled';

/** Of a plan that was not approved. */
export function exitCodeOfAnswer(answer: Exclude<Answer, 'approved'>): ExitCode {
  return answer === 'cancelled' ? exitCodes.interrupted : exitCodes.incomplete;
}

/** @throws UserError, RefusedError where there is no terminal to ask on */
export async function confirmPlan(approval: Approval, io: Io): Promise<Answer> {
  if (approval.protectedEnvironment !== undefined)
    return confirmProtected(approval.protectedEnvironment, approval, io);
  if (approval.yes) return 'approved';
  const terminal = io.terminal();
  if (terminal !== undefined) return askToApply(terminal, io.interrupted);
  throw new UserError('Nothing was applied: without a terminal the plan cannot be approved.', {
    hint: `To approve what is shown: ${commandLine(io, ['--yes'])}`,
  });
}

/** A protected environment wants its name, typed or given; `--yes` alone is not enough. */
async function confirmProtected(name: string, { yes, confirm = [] }: Approval, io: Io): Promise<Answer> {
  const isNamed = confirm.includes(name);
  const missing = [...(isNamed ? [] : ['--confirm', name]), ...(yes ? [] : ['--yes'])];
  if (!isNamed && confirm.length > 0) {
    throw new RefusedError(
      `--confirm says ${confirm.join(', ')}, but the protected environment is ${name}.`,
      { hint: `To approve what is shown: ${commandLine(io, missing)}` },
    );
  }
  if (isNamed && yes) return 'approved';
  const terminal = io.terminal();
  if (terminal !== undefined) {
    return isNamed ? askToApply(terminal, io.interrupted) : askForName(name, terminal, io.interrupted);
  }
  throw new RefusedError(
    `${name} is a protected environment, and without a terminal the plan cannot be approved.`,
    {
      hint: `To approve what is shown: ${commandLine(io, missing)}`,
    },
  );
}

async function askToApply(terminal: Terminal, interrupted: AbortSignal): Promise<Answer> {
  const { createAsker } = await import('../run/ask.js');
  const asked = await (await createAsker(terminal, interrupted)).yesOrNo('Apply this plan?');
  if (asked.kind !== 'answered') return asked.kind;
  return asked.value ? 'approved' : 'declined';
}

async function askForName(name: string, terminal: Terminal, interrupted: AbortSignal): Promise<Answer> {
  const { createAsker } = await import('../run/ask.js');
  const message = `${name} is protected. Type its name to apply this plan:`;
  const asked = await (await createAsker(terminal, interrupted)).text(message);
  if (asked.kind !== 'answered') return asked.kind;
  return asked.value === name ? 'approved' : 'declined';
}

/** The command line of this run with what is missing, quoted so that it can be pasted. */
function commandLine({ argv }: Io, missing: readonly string[]): string {
  return ['qlik-sync', ...withOptions(argv, missing).map(shellWord)].join(' ');
}
