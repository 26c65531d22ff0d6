/** Who holds a lock or wrote a journal: enough to recognise a process, although its number may be reused. */

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What only `process` knows; the command line passes it in. */
export interface Self {
  readonly pid: number;
  /** Whether a process of this machine with that number is running. */
  readonly isAlive: (pid: number) => boolean;
}

export interface ProcessFacts {
  readonly pid: number;
  readonly host: string;
  /** Linux: process numbers are unique only within a namespace (two containers may share a host name). */
  readonly namespace?: string;
  /** Linux: the boot and the clock tick at which the process started. */
  readonly started?: string;
}

/** None of them changes while this process runs, and each lock of a fleet needs all of them. */
const readNamespace = once(() => readlinkSync('/proc/self/ns/pid'));
const readBoot = once(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
const readOwn = once(() => readStat('self'));

export function describeProcess(pid: number): ProcessFacts {
  return describe(pid, readStarted(pid));
}

function describe(pid: number, started: Started): ProcessFacts {
  const namespace = readNamespace();
  return {
    pid,
    host: hostname(),
    ...(namespace !== undefined && { namespace }),
    ...(started !== undefined && started !== 'dead' && { started }),
  };
}

/**
 * `elsewhere`: on a machine or in a container whose processes cannot be seen from here. `perhaps`: a process with this
 * number is running, but its start time is unknown, so it may be another one: a container that starts again reuses host
 * name and numbers.
 */
export function lookAt(known: ProcessFacts, { isAlive }: Self): 'running' | 'perhaps' | 'gone' | 'elsewhere' {
  const started = readStarted(known.pid);
  const here = describe(known.pid, started);
  if (known.host !== here.host || known.namespace !== here.namespace) return 'elsewhere';
  if (!isAlive(known.pid) || started === 'dead') return 'gone';
  if (known.started === undefined || here.started === undefined) return 'perhaps';
  return known.started === here.started ? 'running' : 'gone';
}

/** On whatever machine. */
export function isSameProcess(a: ProcessFacts, b: ProcessFacts): boolean {
  const facts = ['pid', 'host', 'namespace', 'started'] as const;
  return facts.every((fact) => a[fact] === b[fact]);
}

/** `dead`: it has ended, but its parent has not collected it, so it keeps its number. */
type Started = string | 'dead' | undefined;

function readStarted(pid: number): Started {
  const boot = readBoot();
  const own = readOwn();
  const stat = own?.pid === pid ? own : attempt(() => readStat(pid));
  if (stat === undefined || boot === undefined) return undefined;
  if (stat.state === 'Z' || stat.state === 'X') return 'dead';
  return stat.tick === undefined ? undefined : `${boot}:${stat.tick}`;
}

interface Stat {
  readonly pid: number;
  readonly state: string | undefined;
  readonly tick: string | undefined;
}

/** `/proc/<pid>/stat` is `pid (name) state … starttime(22) …`, and the name may contain anything, including brackets. */
function readStat(pid: number | 'self'): Stat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid: Number.parseInt(stat, 10), state: fields[0], tick: fields[19] };
}

function once<T>(read: () => T): () => T | undefined {
  let known: { readonly value: T | undefined } | undefined;
  return () => {
    known ??= { value: attempt(read) };
    return known.value;
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
