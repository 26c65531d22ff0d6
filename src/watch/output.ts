/** Where watch's events go: lines on stdout, with a status line below them on a terminal. */

import { renderEventJson, renderEventText, type WatchEvent } from '../report/watch.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';

interface WatchOutput {
  readonly event: (event: WatchEvent) => void;
  /** A whole line for stderr, printable already. */
  readonly notice: (line: string) => void;
  readonly close: () => void;
}

export function openOutput(
  { json, quiet }: SharedFlags,
  { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
): WatchOutput {
  const hasStatus = stderr.isTerminal && json !== true;
  let status = '';
  let synced = 0;

  function write(line: () => void): void {
    if (hasStatus) stderr.write('\r\u001b[K');
    line();
    if (hasStatus) stderr.write(stderr.paint('dim', status));
  }

  function note(event: WatchEvent, time: string): void {
    if (event.event === 'synced') synced += 1;
    const clock = new Date(time).toTimeString().slice(0, 8);
    if (event.event !== 'stopped') status = `watching · ${synced} synced · last news at ${clock}`;
    else status = '';
  }

  return {
    event: (event) => {
      const time = new Date().toISOString();
      note(event, time);
      if (quiet === true && (event.event === 'hint' || event.event === 'waiting')) return;
      const timed = { time, event };
      write(() =>
        stdout.write(json === true ? renderEventJson(timed) : renderEventText(timed, stdout.paint)),
      );
    },
    notice: (line) => write(() => stderr.write(line)),
    close: () => {
      if (hasStatus) stderr.write('\r\u001b[K');
    },
  };
}
