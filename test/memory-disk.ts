/**
 * Folders of tests in memory, where the machine has room for them: what is written and removed ten thousand times a run is
 * not waited for. What is about the disk itself stays on the disk (`choose-disk.ts`).
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A container may have 64 MB. */
const leastBytes = 2 ** 31;

/** A new folder for one run of the tests; `undefined` where there is none in memory. */
export function createMemoryDisk(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < leastBytes) return undefined;
    const folder = mkdtempSync(join(memory, 'qlik-sync-'));
    // As /tmp: a proxy runs as a user of its own.
    chmodSync(folder, 0o1777);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    assertRunsPrograms(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** Tests write programs and run them, which is often forbidden there. */
function assertRunsPrograms(folder: string): void {
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  execFileSync(program);
}
