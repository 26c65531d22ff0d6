/** What the kernel says of a running process. Linux only. */

import { existsSync, readFileSync } from 'node:fs';

export const hasProc = existsSync('/proc/self/stat');

/** Linux counts the times of processes in hundredths of a second on every common machine (`getconf CLK_TCK`). */
const tickMs = 10;

/** Milliseconds of processor time so far, its own and the kernel's for it. */
export function processorMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
