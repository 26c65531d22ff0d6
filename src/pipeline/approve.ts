/** The one moment a person is asked. Without a terminal nothing is asked: the command line to use is said instead. */

import { RefusedError, UserError } from '../core/errors.js';
import { shellWord, withOptions } from '../core/shell-word.js';
import type { Io, Terminal } from '../run/io.js';

export interface Approval {
  readonly yes: boolean;
  /** `--confirm <env>`, each. */
  readonly confirm: readonly string[] | undefined;
  /** The protected environment's name; absent where none is protected. */
  readonly protectedEnvironment: string | undefined;
}

export type Answer = 'approved' | 'declined' | 'cancelled';

/** Throws where nobody can be asked. */
export async function confirmPlan(approval: Approval, io: Io): Promise<Answer> {
  if (approval.protectedEnvironment !== undefined)
    return confirmProtected(approval.protectedEnvironment, approval, io);
  if (approval.yes) return 'approved';
  const terminal = io.terminal();
  if (terminal !== undefined) return askToApply(terminal, io.interrupted);
  throw new UserError('Nothing was applied: without a terminal nobody can approve the plan.', {
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
    `${name} is a protected environment, and without a terminal nobody can approve the plan.`,
    {
      hint: `To approve what is shown: ${commandLine(io, missing)}`,
    },
  );
}

async function askToApply({ input, output }: Terminal, signal: AbortSignal): Promise<Answer> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: 'Apply this plan?', initialValue: false, input, output, signal });
  if (isCancel(answer)) return 'cancelled';
  return answer ? 'approved' : 'declined';
}

async function askForName(name: string, { input, output }: Terminal, signal: AbortSignal): Promise<Answer> {
  const { isCancel, text } = await import('@clack/prompts');
  const message = `${name} is protected. Type its name to apply this plan:`;
  const answer = await text({ message, input, output, signal });
  if (isCancel(answer)) return 'cancelled';
  return answer === name ? 'approved' : 'declined';
}

/** What was called, with what is missing added; quoted so that it can be pasted. */
function commandLine({ argv }: Io, missing: readonly string[]): string {
  return ['qlik-sync', ...withOptions(argv, missing).map(shellWord)].join(' ');
}
