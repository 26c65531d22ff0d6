/**
 * The files that other programs of this process's pipeline write: the `run.log` of `qlik-sync plan | tee run.log`. Linux
 * shows which program reads a pipe and what else it has open; other systems do not.
 */

import { fstatSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type Identity, identify, type OwnRole, type Streams } from './file-identity.js';

/** What is being written now, or `unknown` if the system does not say who reads the pipes. */
export type PipelineLook = () => readonly Identity[] | 'unknown';

/** How many milliseconds an answer is used for. */
const freshMs = 1_000;

/** `undefined` if neither stream is a pipe. */
export function createPipelineLook(streams: Streams): PipelineLook | undefined {
  const pipes = [pipeOf(streams.stdout), pipeOf(streams.stderr)].flatMap((pipe) => pipe ?? []);
  if (pipes.length === 0) return undefined;
  let last: { readonly at: number; readonly found: ReturnType<PipelineLook> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > freshMs)
      last = { found: followReaders(pipes), at: performance.now() };
    return last.found;
  };
}

/** As `/proc` names it. */
function pipeOf(descriptor: number | undefined): string | undefined {
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    return stats.isFIFO() ? `pipe:[${stats.ino}]` : undefined;
  } catch {
    return undefined;
  }
}

/** A reader may pass on what it reads to another one. */
function followReaders(pipes: readonly string[]): readonly Identity[] | 'unknown' {
  const processes = listProcesses();
  const reached = new Set(pipes);
  const readers = new Set<Process>();
  // Iterating over a set also visits what is added meanwhile.
  for (const pipe of reached) {
    for (const reader of processes.filter(({ opened }) => reads(opened, pipe))) {
      readers.add(reader);
      for (const { target, mode } of reader.opened)
        if (isWritable(mode) && target.startsWith('pipe:')) reached.add(target);
    }
  }
  if (readers.size === 0) return 'unknown';
  return [...readers].flatMap((reader) => writtenBy(reader, roleOf(reader, pipes)));
}

/** `tee` writes what it reads; any other program turns it into something else. */
function roleOf({ folder, opened }: Process, pipes: readonly string[]): OwnRole {
  return pipes.some((pipe) => reads(opened, pipe)) && nameOf(folder) === 'tee' ? 'stdout' : 'piped';
}

function nameOf(folder: string): string {
  try {
    return readFileSync(`${folder}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function writtenBy({ folder, opened }: Process, role: OwnRole): readonly Identity[] {
  return opened
    .filter(({ target, mode }) => isWritable(mode) && target.startsWith('/'))
    .flatMap(({ name }) => identify(role, () => statSync(`${folder}/fd/${name}`, { bigint: true })));
}

function reads(opened: readonly Descriptor[], pipe: string): boolean {
  return opened.some(({ target, mode }) => target === pipe && (mode & 0o400) !== 0);
}

function isWritable(mode: number): boolean {
  return (mode & 0o200) !== 0;
}

interface Process {
  /** Its folder in `/proc`. */
  readonly folder: string;
  readonly opened: readonly Descriptor[];
}

interface Descriptor {
  readonly name: string;
  /** A path, or `pipe:[123]`. */
  readonly target: string;
  /** Of the link itself: the owner's bits say whether it was opened to read, to write, or both. */
  readonly mode: number;
}

/** The others of our session: a shell starts all of a pipeline in one. None without `/proc`. */
function listProcesses(): readonly Process[] {
  const session = sessionOf('self');
  if (session === undefined) return [];
  const own = readlinkSync('/proc/self');
  return listNames('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== own && sessionOf(name) === session)
    .map((name) => ({ folder: `/proc/${name}`, opened: listDescriptors(`/proc/${name}/fd`) }));
}

/** The name of a program, in parentheses, may contain anything; what follows are numbers. */
function sessionOf(name: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[3];
  } catch {
    return undefined;
  }
}

function listDescriptors(folder: string): readonly Descriptor[] {
  return listNames(folder).flatMap((name) => {
    try {
      const path = `${folder}/${name}`;
      return [{ name, target: readlinkSync(path), mode: lstatSync(path).mode }];
    } catch {
      return [];
    }
  });
}

/** Empty if the folder is gone, or belongs to somebody else. */
function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
