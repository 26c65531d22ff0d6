/** A document in a file that several processes share. */

import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs';
import { newId } from '../ids.js';
import type { Decision, Document } from './document.js';
import { withLock } from './lock.js';
import { writeFile } from './write-file.js';

interface Seen<T> {
  /** The file's first bytes; they differ after every change, whoever made it. */
  readonly head: string;
  readonly value: T;
}

const headLength = head('').length + newId().length;

/** Readers always see a whole document: it is written to a temporary file and renamed. Until then it is `initial`. */
export function diskDocument<T>(path: string, initial: () => T): Document<T> {
  let seen: Seen<T> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function read(): T {
    seen = readChanged(path, seen) ?? seen ?? { head: '', value: initial() };
    return seen.value;
  }

  function commit<R>(decide: (current: T) => Decision<T, R>, confirmLock: () => void): R {
    const current = read();
    const { next, result } = decide(current);
    if (next === current) return result;
    const revision = newId();
    const temporary = `${path}.${revision}`;
    try {
      writeFile(temporary, `${head(revision)}","value":${JSON.stringify(next)}}`);
      confirmLock();
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    seen = { head: head(revision), value: next };
    return result;
  }

  function change<R>(decide: (current: T) => Decision<T, R>): Promise<R> {
    const done = queue.then(() => withLock(`${path}.lock`, (confirm) => commit(decide, confirm)));
    queue = done.catch(() => undefined);
    return done;
  }

  return { read, change };
}

function head(revision: string): string {
  return `{"revision":"${revision}`;
}

/** `undefined` if the file has not changed since it was last read, or does not exist yet. */
function readChanged<T>(path: string, seen: Seen<T> | undefined): Seen<T> | undefined {
  const file = openIfExists(path);
  if (file === undefined) return undefined;
  try {
    const start = Buffer.alloc(headLength);
    readSync(file, start, 0, headLength, 0);
    const found = start.toString('latin1');
    return found === seen?.head
      ? undefined
      : { head: found, value: parse<T>(path, readFileSync(file, 'utf8')) };
  } finally {
    closeSync(file);
  }
}

function openIfExists(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse<T>(path: string, text: string): T {
  try {
    return (JSON.parse(text) as { value: T }).value;
  } catch {
    throw new Error(`${path} is damaged. Delete it to reset this part of the sandbox.`);
  }
}
