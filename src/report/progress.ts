/** Progress of applying changes and of reading apps: a redrawn line on a terminal, plain lines elsewhere. */

import type { Outcome } from '../core/outcome.js';
import { type Paint, printable } from './paint.js';
import { renderOutcome } from './plan-text.js';

interface ProgressSink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly paint: Paint;
}

interface Progress {
  readonly outcome: (outcome: Outcome) => void;
  /** Explains a pause. */
  readonly notice: (text: string) => void;
  readonly end: () => void;
}

const heartbeatMs = 10_000;

export function openProgress(sink: ProgressSink, total: number): Progress {
  let finished = 0;
  let lastWrite = performance.now();
  const status = (): string => `applying: ${finished} of ${total}`;
  const say = (text: string): void => {
    lastWrite = performance.now();
    sink.write(sink.isTerminal ? `\r\u001b[K${text}${status()}` : text);
  };
  const beat = setInterval(() => {
    if (!sink.isTerminal && performance.now() - lastWrite >= heartbeatMs) say(`  ${status()}\n`);
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

interface ScanProgress {
  readonly update: (progress: { readonly done: number; readonly total: number }) => void;
  readonly end: () => void;
}

const redrawMs = 100;

const barWidth = 24;

/** A bar with an estimate on a terminal, a line every ten seconds elsewhere. */
export function openScanProgress(sink: ProgressSink): ScanProgress {
  const started = performance.now();
  let lastWrite = started;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let latest = { done: 0, total: 0 };
  const say = (): void => {
    lastWrite = performance.now();
    lastDrawn = lastWrite;
    const text = describe(latest, performance.now() - started);
    sink.write(sink.isTerminal ? onOneLine(`${bar(latest)} ${text}`) : `  ${text}\n`);
  };
  const beat = setInterval(() => {
    if (!sink.isTerminal && performance.now() - lastWrite >= heartbeatMs) say();
  }, 1000);
  beat.unref();
  return {
    update(progress) {
      latest = progress;
      if (sink.isTerminal && performance.now() - lastDrawn >= redrawMs) say();
    },
    end() {
      clearInterval(beat);
      if (sink.isTerminal) sink.write('\r\u001b[K');
    },
  };
}

/** Clipped at the edge of a narrow terminal: of a wrapped line only the last part would be redrawn. */
function onOneLine(text: string): string {
  return `\r\u001b[K\u001b[?7l${text}\u001b[?7h`;
}

function bar({ done, total }: { readonly done: number; readonly total: number }): string {
  const full = total === 0 ? 0 : Math.floor((done / total) * barWidth);
  return `[${'█'.repeat(full)}${'·'.repeat(barWidth - full)}]`;
}

/** `reading apps: 412 of 1000, about 2 min left` */
function describe({ done, total }: { readonly done: number; readonly total: number }, ms: number): string {
  const left = done < 5 ? undefined : ((total - done) * ms) / done / 1000;
  return `reading apps: ${done} of ${total}${left === undefined ? '' : `, about ${words(left)} left`}`;
}

function words(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

interface Countdown {
  readonly end: () => void;
}

/** What is left of a pause, on a terminal only. @param next what follows */
export function openCountdown(sink: ProgressSink, ms: number, next: string): Countdown {
  if (!sink.isTerminal) return { end: () => undefined };
  const until = performance.now() + ms;
  const draw = (): void =>
    sink.write(
      onOneLine(`soaking: ${words(Math.max(0, until - performance.now()) / 1000)} left, then ${next}`),
    );
  draw();
  const beat = setInterval(draw, 1000);
  beat.unref();
  return {
    end() {
      clearInterval(beat);
      sink.write('\r\u001b[K');
    },
  };
}

/** How far a run over several environments is: a counter on a terminal, a line for each environment elsewhere. */
interface FleetProgress {
  /** In place of the sink: what is written appears above the counter. */
  readonly sink: Pick<ProgressSink, 'write'>;
  readonly ended: (environment: EndedEnvironment) => void;
  readonly end: () => void;
}

interface EndedEnvironment {
  /** Raw. */
  readonly name: string;
  /** A few words. */
  readonly result: string;
  readonly isFailure: boolean;
}

/** @param before environments that have ended already, of `total` */
export function openFleetProgress(
  sink: ProgressSink,
  { before, total }: { readonly before: number; readonly total: number },
): FleetProgress {
  const counts = { ended: before, failed: 0 };
  const counter = (): string =>
    `${counts.ended} of ${total} environments${counts.failed === 0 ? '' : `, ${counts.failed} failed`}`;
  const draw = (text: string): void => sink.write(`\r\u001b[K${text}${onOneLine(counter())}`);
  if (sink.isTerminal) draw('');
  return {
    sink: { write: (text) => (sink.isTerminal ? draw(text) : sink.write(text)) },
    ended({ name, result, isFailure }) {
      counts.ended += 1;
      if (isFailure) counts.failed += 1;
      if (sink.isTerminal) draw('');
      else sink.write(`[${printable(name)}] ${result} (${counts.ended} of ${total})\n`);
    },
    end() {
      if (sink.isTerminal) sink.write('\r\u001b[K');
    },
  };
}
