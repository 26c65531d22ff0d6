import { existsSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reasonOf } from '../../../src/core/system-error.js';
import { writeFile } from '../../../src/sandbox/state/write-file.js';

function failureOf(work: () => void): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

it.runIf(process.platform === 'linux')('a full disk names the file, of which no half is left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'write-file-'));
  try {
    // A link to the device: what is removed is the link.
    const path = join(folder, 'archive.zip');
    symlinkSync('/dev/full', path);
    const error = failureOf(() => writeFile(path, 'content'));
    expect([reasonOf(error), error.message.endsWith(`'${path}'`)]).toEqual(['no space left on device', true]);
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
    expect(existsSync('/dev/full')).toBe(true);
    writeFileSync(path, 'there');
    expect(failureOf(() => writeFile(path, 'mine', { flag: 'wx' }))).toMatchObject({ code: 'EEXIST' });
    expect(existsSync(path)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
