import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolders } from '../../src/source/make-folders.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'make-folders-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe('makeFolders', () => {
  it('makes what is missing, and says where it began', () => {
    expect(makeFolders(join(root, 'a/b/c'), 0o700)).toBe(join(root, 'a'));
    expect(makeFolders(join(root, 'a/b/d'))).toBe(join(root, 'a/b/d'));
    expect(makeFolders(join(root, 'a/b/c'))).toBeUndefined();
    if (process.platform !== 'win32') expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o700);
  });

  it('accepts a link to a folder as a folder', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'), 'junction');
    makeFolders(join(root, 'link/below'));
    expect(existsSync(join(root, 'real/below'))).toBe(true);
    expect(makeFolders(join(root, 'link'))).toBeUndefined();
  });

  it('says what is in the way', () => {
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling'), 'junction');
    expect(codeOf(() => makeFolders(join(root, 'file')))).toBe('EEXIST');
    expect(codeOf(() => makeFolders(join(root, 'file/below')))).toMatch(/^(ENOTDIR|ENOENT|EEXIST)$/);
    expect(codeOf(() => makeFolders(join(root, 'dangling')))).toBe('EEXIST');
    expect(codeOf(() => makeFolders(join(root, 'dangling/below')))).toBe('EEXIST');
  });

  it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y', '/proc/1/x', '/sys/x'])(
    'ends where the system makes none: %s',
    (folder) => {
      expect(codeOf(() => makeFolders(folder))).toMatch(/^(ENOENT|EACCES|EPERM|EROFS)$/);
    },
  );
});
