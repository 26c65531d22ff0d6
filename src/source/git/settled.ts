/**
 * Reads folders while git does not change them. git replaces files one by one, under `index.lock`, and writes its index
 * last: without a lock before and after, and with the same index and HEAD, no checkout, merge or stash came between.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SourceError } from '../../core/errors.js';
import { displayPath } from '../display.js';
import { findNestedTops, findRepositories, type Repository } from './repository.js';

export interface Settling {
  /** Absolute: folders that the patterns start from. */
  readonly bases: readonly string[];
  /** Absolute: paths in messages are relative to it. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it is an error; ten seconds when absent. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const usualPatienceMs = 10_000;

const pauseMs = 50;

/**
 * To be called with the folders that are found, before anything in them is read. If some are in a repository that was not
 * checked before they were found, this throws, and everything is read again.
 */
export type TellFolders = (folders: readonly string[]) => void;

/** Outside repositories it only reads. @throws SourceError if git does not come to rest, and what `read` throws at rest */
export async function readSettled<T>(
  settling: Settling,
  read: (tell: TellFolders) => Promise<T>,
): Promise<T> {
  const { bases } = settling;
  let giveUpAt: number | undefined;
  const nested = new Set<string>();
  for (;;) {
    const known = nested.size;
    const repositories = findRepositories([...bases, ...nested]);
    const before = look(repositories, settling);
    const tell: TellFolders = (folders) => {
      for (const top of findNestedTops(bases, folders)) nested.add(top);
      if (nested.size > known) throw new Error('there are more repositories');
    };
    const reading = before.lock === undefined ? await attempt(() => read(tell)) : undefined;
    if (nested.size > known) continue;
    const after = look(repositories, settling);
    if (reading !== undefined && after.lock === undefined && after.stamp === before.stamp)
      return unwrap(reading);
    // Since the first failed look: if none fails, no clock is loaded.
    giveUpAt ??= performance.now() + (settling.patienceMs ?? usualPatienceMs);
    if (performance.now() >= giveUpAt) throw moving(settling, repositories, before.lock ?? after.lock);
    settling.signal?.throwIfAborted();
    await setTimeout(pauseMs);
  }
}

type Attempt<T> = { readonly result: T } | { readonly error: unknown };

/** An error while git moves files says nothing. */
async function attempt<T>(read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { result: await read() };
  } catch (error) {
    return { error };
  }
}

function unwrap<T>(reading: Attempt<T>): T {
  if ('error' in reading) throw reading.error;
  return reading.result;
}

interface Look {
  /** The path of one that exists. */
  readonly lock: string | undefined;
  readonly stamp: string;
}

function look(repositories: readonly Repository[], { env }: Settling): Look {
  const locks = repositories.map(({ gitDir }) => join(gitDir, 'index.lock'));
  // A hook of `git commit -a` runs under the lock of the git that waits for it.
  const lock = env['GIT_INDEX_FILE'] === undefined ? locks.find((path) => existsSync(path)) : undefined;
  return { lock, stamp: repositories.map(({ gitDir }) => stampOf(gitDir)).join('\n') };
}

function stampOf(gitDir: string): string {
  const index = statSync(join(gitDir, 'index'), { throwIfNoEntry: false, bigint: true });
  return [headOf(gitDir), index?.ino, index?.size, index?.mtimeNs].join(' ');
}

function headOf(gitDir: string): string {
  try {
    return readFileSync(join(gitDir, 'HEAD'), 'utf8');
  } catch {
    return '';
  }
}

function moving({ cwd }: Settling, [first]: readonly Repository[], lock: string | undefined): SourceError {
  if (lock === undefined) {
    return new SourceError('git keeps changing the files, so what was read may mix two commits', {
      file: displayPath(cwd, first?.top ?? cwd),
      hint: 'Wait until git has finished, and start again.',
    });
  }
  return new SourceError('git is changing the files, so what is read may mix two commits', {
    file: displayPath(cwd, lock),
    hint: 'Wait until git has finished, and start again. If no git is running any more, remove that file.',
  });
}
