/** What one environment of several may write to: its result is kept until its turn, its notices carry its name. */

import { printable } from '../../report/paint.js';
import type { Report } from '../../report/report.js';
import type { Io, Sink } from '../io.js';

export interface OwnIo {
  /** Without a terminal: nobody can be asked about several things at once. */
  readonly io: Io;
  /** What was written to stdout so far. */
  readonly text: () => string;
  readonly lastReport: () => Report | undefined;
  /** Writes what is left of a line. */
  readonly end: () => void;
}

export function openOwnIo(environment: string, io: Io): OwnIo {
  const written: string[] = [];
  let last: Report | undefined;
  const { sink: stderr, end } = prefixLines(`[${printable(environment)}] `, io.stderr);
  const stdout = { ...io.stdout, write: (text: string) => void written.push(text), isTerminal: false };
  const record = (report: Report): void => {
    last = report;
  };
  return {
    io: { ...io, stdout, stderr, terminal: () => undefined, record },
    text: () => written.join(''),
    lastReport: () => last,
    end,
  };
}

/** Whole lines only, and those of one text together, so that environments do not write into each other's. */
function prefixLines(prefix: string, sink: Sink): { readonly sink: Sink; readonly end: () => void } {
  let rest = '';
  const write = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) sink.write(lines.map((line) => `${line === '' ? '' : prefix}${line}\n`).join(''));
  };
  return {
    sink: { ...sink, write, isTerminal: false },
    end: () => {
      if (rest !== '') write('\n');
    },
  };
}
