/** The one moment a person is asked. Without a terminal nothing is asked: the command line to use is said instead. */

import { RefusedError, UserError } from '../core/errors.js';
import type { Io, Terminal } from './io.js';

export interface Approval {
  readonly yes: boolean;
  /** `--confirm <env>`. */
  readonly confirm: string | undefined;
  /** The protected environment's name; absent where none is protected. */
  readonly protectedEnvironment: string | undefined;
}

/** Resolves to whether to go on. Throws where nobody can be asked. */
export async function confirmPlan(approval: Approval, io: Io): Promise<boolean> {
  if (approval.protectedEnvironment !== undefined)
    return confirmProtected(approval.protectedEnvironment, approval, io);
  if (approval.yes) return true;
  if (io.terminal === undefined) {
    throw new UserError('Nothing was applied: without a terminal nobody can approve the plan.', {
      hint: `To approve what is shown: ${commandLine(io, '--yes')}`,
    });
  }
  return askToApply(io.terminal);
}

/** A protected environment wants its name, typed or given; `--yes` alone is not enough. */
async function confirmProtected(name: string, { yes, confirm }: Approval, io: Io): Promise<boolean> {
  if (confirm !== undefined && confirm !== name) {
    throw new RefusedError(`--confirm says ${confirm}, but the protected environment is ${name}.`);
  }
  if (confirm === name && yes) return true;
  if (io.terminal === undefined) {
    const missing = [...(confirm === undefined ? [`--confirm ${name}`] : []), ...(yes ? [] : ['--yes'])].join(
      ' ',
    );
    throw new RefusedError(
      `${name} is a protected environment, and without a terminal nobody can type its name.`,
      {
        hint: `To approve what is shown: ${commandLine(io, missing)}`,
      },
    );
  }
  return confirm === name ? askToApply(io.terminal) : askForName(name, io.terminal);
}

async function askToApply({ input, output }: Terminal): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: 'Apply this plan?', initialValue: false, input, output });
  return !isCancel(answer) && answer;
}

async function askForName(name: string, { input, output }: Terminal): Promise<boolean> {
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({
    message: `${name} is protected. Type its name to apply this plan:`,
    input,
    output,
  });
  return !isCancel(answer) && answer === name;
}

/** What was called, with what is missing added; quoted so that it can be pasted. */
function commandLine({ argv }: Io, missing: string): string {
  return ['qlik-sync', ...argv.map(quote), missing].join(' ');
}

/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
