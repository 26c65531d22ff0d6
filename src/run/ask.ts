/** Questions to a person on a terminal. Ctrl-D, and a terminal that ends, are a "no": neither hangs, neither is an error. */

import type { Terminal } from './io.js';

export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'declined' }
  /** Ctrl-C, Escape, or the run was interrupted. */
  | { readonly kind: 'cancelled' };

export interface Asker {
  readonly yesOrNo: (message: string) => Promise<Asked<boolean>>;
  /** @param explain what is wrong with an answer; it is asked again */
  readonly text: (
    message: string,
    options?: { readonly initialValue: string; readonly explain: (answer: string) => string | undefined },
  ) => Promise<Asked<string>>;
  /** At least one of them; all are chosen at first. */
  readonly several: (
    message: string,
    options: readonly { readonly value: string; readonly hint: string }[],
  ) => Promise<Asked<readonly string[]>>;
  /** Says that the questions have ended. */
  readonly end: (message: string) => void;
}

/** To be created only where there is a terminal: without one, a question would wait for ever. */
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
        // Nothing at all for an empty line, which its types do not say.
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
 * Told a moment later, when everybody else has seen the key.
 */
function onEndOfInput(input: Terminal['input'], tell: () => void): () => void {
  const onKey = (_text: unknown, key: { readonly ctrl?: boolean; readonly name?: string } = {}): void => {
    if (key.ctrl === true && key.name === 'd') queueMicrotask(tell);
  };
  input.on('keypress', onKey).once('end', tell).once('close', tell);
  return () => void input.off('keypress', onKey).off('end', tell).off('close', tell);
}
