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

/** Neither changes while this process runs, and each lock of a fleet asks for both. */
const readNamespace = once(() => readlinkSync('/proc/self/ns/pid'));
const readBoot = once(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

export function describeProcess(pid: number): ProcessFacts {
  const namespace = readNamespace();
  const started = readStarted(pid);
  return {
    pid,
    host: hostname(),
    ...(namespace !== undefined && { namespace }),
    ...(typeof started === 'string' && { started }),
  };
}

/**
 * `elsewhere`: of a machine or container whose processes cannot be seen from here. `perhaps`: a process with this number
 * is running, but when it started is not known, so it may be another one: a container that starts again reuses host name
 * and numbers.
 */
export function lookAt(known: ProcessFacts, { isAlive }: Self): 'running' | 'perhaps' | 'gone' | 'elsewhere' {
  const here = describeProcess(known.pid);
  if (known.host !== here.host || known.namespace !== here.namespace) return 'elsewhere';
  if (!isAlive(known.pid) || readStarted(known.pid) === 'dead') return 'gone';
  if (known.started === undefined || here.started === undefined) return 'perhaps';
  return known.started === here.started ? 'running' : 'gone';
}

/** On whatever machine. */
export function isSameProcess(a: ProcessFacts, b: ProcessFacts): boolean {
  const facts = ['pid', 'host', 'namespace', 'started'] as const;
  return facts.every((fact) => a[fact] === b[fact]);
}

/**
 * `/proc/<pid>/stat` is `pid (name) state … starttime(22) …`, and the name may contain anything, brackets too.
 * A process that has ended but was not waited for keeps its number.
 */
function readStarted(pid: number): string | 'dead' | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const boot = readBoot();
  if (stat === undefined || boot === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const tick = fields[19];
  if (state === 'Z' || state === 'X') return 'dead';
  return tick === undefined ? undefined : `${boot}:${tick}`;
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
