/** What is going on while changes are applied: one redrawn line on a terminal, a line a change elsewhere. */

import type { Outcome } from '../core/model.js';
import { renderOutcome } from './apply/text.js';
import type { Paint } from './paint.js';

export interface ProgressSink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly paint: Paint;
}

export interface Progress {
  readonly outcome: (outcome: Outcome) => void;
  /** A pause that nobody would otherwise understand. */
  readonly notice: (text: string) => void;
  readonly end: () => void;
}

const heartbeatMs = 10_000;

export function openProgress(sink: ProgressSink, total: number): Progress {
  let finished = 0;
  let lastWord = performance.now();
  const status = (): string => `applying: ${finished} of ${total}`;
  const say = (text: string): void => {
    lastWord = performance.now();
    sink.write(sink.isTerminal ? `\r\u001b[K${text}${status()}` : text);
  };
  const beat = setInterval(() => {
    if (!sink.isTerminal && performance.now() - lastWord >= heartbeatMs) say(`  ${status()}\n`);
  }, 1000);
  beat.unref();
  if (sink.isTerminal) say('');
  return {
    outcome: (outcome) => {
      finished += 1;
      say(renderOutcome(outcome, sink.paint));
    },
    notice: (text) => say(`  ${text}\n`),
    end: () => {
      clearInterval(beat);
      if (sink.isTerminal) sink.write('\r\u001b[K');
    },
  };
}
