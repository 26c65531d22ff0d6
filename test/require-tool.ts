/** Programs that not every machine has: what needs one is left out where it is missing, and never silently. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'vitest';

/**
 * Whether a program is there, for `runIf` at the top of a file. A missing one is said on stderr with that file's name.
 * @param probe arguments with which it has to end with 0; without, it only has to be there
 */
export function requireTool(name: string, probe?: readonly string[]): boolean {
  const { error, status } = spawnSync(name, probe ?? ['--version'], { stdio: 'ignore' });
  const isThere = error === undefined && (probe === undefined || status === 0);
  // Past vitest, which may be told to keep a test's output to itself.
  if (!isThere) writeFileSync(2, `\nNOT TESTED: what needs ${name} in ${testFile()}; it is not here.\n\n`);
  return isThere;
}

function testFile(): string {
  return relative(import.meta.dirname, expect.getState().testPath ?? import.meta.filename);
}
