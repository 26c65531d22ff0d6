/**
 * Ends a program with all that it started. It has no process group of its own, by which that would be easier: then it
 * could not ask for a password on the terminal, nor would Ctrl-C reach it there.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** On Windows it ends nothing: there a program is ended alone. @param pid a process that was not waited for yet */
export function endTree(pid: number): void {
  if (platform() !== 'win32') send('KILL', stopTree([pid]));
}

/** What is stopped starts nothing any more, so nobody is missed. */
function stopTree(pids: readonly number[]): readonly number[] {
  if (pids.length === 0) return [];
  send('STOP', pids);
  const parents = new Set(pids);
  const children = listProcesses().filter(({ parent }) => parents.has(parent));
  return [...pids, ...stopTree(children.map(({ pid }) => pid))];
}

/** Every POSIX shell has `kill`; small images lack the program of that name. */
function send(signal: 'STOP' | 'KILL', pids: readonly number[]): void {
  spawnSync('sh', ['-c', `kill -${signal} "$@"`, 'sh', ...pids.map(String)], { stdio: 'ignore' });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** From Linux's own files, as small images lack `ps`. */
function listProcesses(): readonly Process[] {
  if (!existsSync('/proc/self/stat')) return parsePs(spawnSync('ps', ['-A', '-o', 'pid=,ppid=']).stdout);
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readStat(Number(name)) : []));
}

/** `pid (command) state ppid …`, where the command may hold anything (proc_pid_stat). */
function readStat(pid: number): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return [{ pid, parent: Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]) }];
  } catch {
    return [];
  }
}

function parsePs(stdout: Buffer | null): readonly Process[] {
  const lines = stdout?.toString('utf8').trim().split('\n') ?? [];
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent) };
  });
}
