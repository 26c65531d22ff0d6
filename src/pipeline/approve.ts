/** The only moment when a person is asked. Without a terminal the command line to use is shown instead. */

import { isMeant } from '../config/choose-environment.js';
import { RefusedError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { LabelledEnvironment } from '../core/labels.js';
import { shellWord, withOptions } from '../core/shell-word.js';
import type { Io, Terminal } from '../run/io.js';

interface Approval {
  readonly yes: boolean;
  /** Every `--confirm`. */
  readonly confirm: readonly string[] | undefined;
  /** Absent if none is protected. */
  readonly protectedEnvironment: LabelledEnvironment | undefined;
}

export type Answer = 'approved' | 'declined' | 'cancelled';

/** Of a plan that was not approved. */
export function exitCodeOfAnswer(answer: Exclude<Answer, 'approved'>): ExitCode {
  return answer === 'cancelled' ? exitCodes.interrupted : exitCodes.incomplete;
}

/** @throws UserError, RefusedError if there is no terminal to ask on */
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

/** A protected environment has to be confirmed by its name or labels, typed or given; `--yes` alone is not enough. */
async function confirmProtected(
  environment: LabelledEnvironment,
  { yes, confirm = [] }: Approval,
  io: Io,
): Promise<Answer> {
  const { name } = environment;
  const isNamed = isMeant(confirm, environment);
  // With several environments, the command line that is shown confirms others too, and may include this one among them.
  const isShown = isNamed || isMeant(confirmedBy(io.argv), environment);
  const missing = [...(isShown ? [] : ['--confirm', name]), ...(yes ? [] : ['--yes'])];
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

/** The values of `--confirm` in a command line. */
function confirmedBy(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word, at) => {
    if (word.startsWith('--confirm=')) return [word.slice('--confirm='.length)];
    return word === '--confirm' ? argv.slice(at + 1, at + 2) : [];
  });
}

async function askToApply(terminal: Terminal, interrupted: AbortSignal): Promise<Answer> {
  const asked = await (await createAsker(terminal, interrupted)).yesOrNo('Apply this plan?');
  if (asked.kind !== 'answered') return asked.kind;
  return asked.value ? 'approved' : 'declined';
}

async function askForName(name: string, terminal: Terminal, interrupted: AbortSignal): Promise<Answer> {
  const message = `${name} is protected. Type its name to apply this plan:`;
  const asked = await (await createAsker(terminal, interrupted)).text(message);
  if (asked.kind !== 'answered') return asked.kind;
  return asked.value === name ? 'approved' : 'declined';
}

/** The command line of this run with what is missing, quoted so that it can be pasted. */
function commandLine({ argv }: Io, missing: readonly string[]): string {
  return ['qlik-sync', ...withOptions(argv, missing).map(shellWord)].join(' ');
}

/**
 * The answer of a person on a terminal. Ctrl-D, and a terminal that ends, are a "no": neither hangs, neither is an error.
 */
export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'declined' }
  /** Ctrl-C, Escape, or the run was interrupted. */
  | { readonly kind: 'cancelled' };

export interface Asker {
  readonly yesOrNo: (message: string) => Promise<Asked<boolean>>;
  /** @param explain returns what is wrong with an answer, which is then asked for again */
  readonly text: (
    message: string,
    options?: { readonly initialValue: string; readonly explain: (answer: string) => string | undefined },
  ) => Promise<Asked<string>>;
  /** At least one of them; all are selected at first. */
  readonly several: (
    message: string,
    options: readonly { readonly value: string; readonly hint: string }[],
  ) => Promise<Asked<readonly string[]>>;
  /** To be called after the last question. */
  readonly end: (message: string) => void;
}

/** To be created only if there is a terminal: without one, a question would wait forever. */
export async function createAsker(terminal: Terminal, interrupted: AbortSignal): Promise<Asker> {
  const clack = await import('@clack/prompts');

  async function ask<A>(question: (streams: Streams) => Promise<A>): Promise<Asked<Exclude<A, symbol>>> {
    const declined = new AbortController();
    const stopListening = onEndOfInput(terminal.input, () => declined.abort());
    try {
      const answer = await question({ ...terminal, signal: AbortSignal.any([interrupted, declined.signal]) });
      if (typeof answer !== 'symbol') return { kind: 'answered', value: answer as Exclude<A, symbol> };
      const isNo = declined.signal.aborted && !interrupted.aborted;
      return { kind: isNo ? 'declined' : 'cancelled' };
    } finally {
      stopListening();
    }
  }

  return {
    yesOrNo: (message) => ask((streams) => clack.confirm({ message, initialValue: false, ...streams })),
    text: (message, options) =>
      ask(async (streams) => {
        const validate = (value = ''): string | undefined => options?.explain(value);
        // Nothing at all for an empty line, although the types do not say so.
        return (await clack.text({ message, validate, ...options, ...streams })) ?? '';
      }),
    several: (message, options) =>
      ask((streams) => {
        const initialValues = options.map(({ value }) => value);
        return clack.multiselect({
          message,
          options: [...options],
          initialValues,
          required: true,
          ...streams,
        });
      }),
    end: (message) => clack.cancel(message, { ...terminal }),
  };
}

type Streams = Terminal & { readonly signal: AbortSignal };

/**
 * Ctrl-D closes readline on an empty line, which the prompts do not notice, and deletes a character on any other.
 * `tell` is called a moment later, when all other listeners have seen the key.
 */
function onEndOfInput(input: Terminal['input'], tell: () => void): () => void {
  const onKey = (_text: unknown, key: { readonly ctrl?: boolean; readonly name?: string } = {}): void => {
    if (key.ctrl === true && key.name === 'd') queueMicrotask(tell);
  };
  input.on('keypress', onKey).once('end', tell).once('close', tell);
  return () => void input.off('keypress', onKey).off('end', tell).off('close', tell);
}
