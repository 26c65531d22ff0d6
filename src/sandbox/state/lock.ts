/** Mutual exclusion between processes, by a file that only one can create. */

import { readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../ids.js';
import { writeFile } from './write-file.js';

/** Critical sections are synchronous and take milliseconds; a lock this old belongs to a process that died. */
const staleMs = 2000;

class LockLost extends Error {}

/**
 * Runs `critical` while no other process runs its own. It must call `confirm` right before its effect: if the lock was
 * lost (this process was suspended for seconds), everything runs again.
 */
export async function withLock<T>(path: string, critical: (confirm: () => void) => T): Promise<T> {
  const token = newId();
  for (;;) {
    if (!take(path, token)) {
      removeStale(path);
      await pause(1 + Math.random() * 4);
      continue;
    }
    try {
      return critical(() => confirmHeld(path, token));
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
    } finally {
      if (holds(path, token)) rmSync(path, { force: true });
    }
  }
}

function take(path: string, token: string): boolean {
  try {
    writeFile(path, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holds(path: string, token: string): boolean {
  try {
    return readFileSync(path, 'utf8') === token;
  } catch {
    return false;
  }
}

function confirmHeld(path: string, token: string): void {
  if (!holds(path, token)) throw new LockLost();
}

/** The rename decides which of several waiters removes it. */
function removeStale(path: string): void {
  try {
    if (Date.now() - statSync(path).mtimeMs < staleMs) return;
    const temporary = `${path}.${newId()}`;
    renameSync(path, temporary);
    rmSync(temporary, { force: true });
  } catch {
    // Its owner or another waiter was faster.
  }
}
