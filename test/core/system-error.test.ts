import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeSystemError, isSystemError, nameFile, reasonOf } from '../../src/core/system-error.js';

function systemError(code: string, syscall: string, message: string): Error {
  return Object.assign(new Error(message), { code, syscall });
}

describe('what the system refuses', () => {
  it.each([
    ['ENOSPC', 'write', 'ENOSPC: no space left on device, write', 'no space left on device, write'],
    ['E2BIG', 'spawn', 'E2BIG: argument list too long, spawn', 'argument list too long, spawn'],
    [
      'EXDEV',
      'rename',
      "EXDEV: cross-device link not permitted, rename '/a' -> '/b'",
      "cross-device link not permitted, rename '/a' -> '/b'",
    ],
    ['EADDRINUSE', 'listen', 'listen EADDRINUSE: address in use', 'listen EADDRINUSE: address in use'],
  ])('is said without its code: %s', (code, syscall, message, words) => {
    const error = systemError(code, syscall, message);
    expect(isSystemError(error) && describeSystemError(error)).toBe(words);
    expect(reasonOf(error)).toBe(words.split(`, ${syscall}`)[0]);
  });

  it('is reported with its file, which Node does not name for an open one', () => {
    const full = systemError('ENOSPC', 'write', 'ENOSPC: no space left on device, write');
    const named = nameFile(full, '/plans/a.json');
    expect(isSystemError(named) && describeSystemError(named)).toBe(
      "no space left on device, write '/plans/a.json'",
    );
    expect(reasonOf(named)).toBe('no space left on device');
    expect(nameFile(named, '/other')).toBe(named);
    const other = new Error('not of the system');
    expect(nameFile(other, '/plans/a.json')).toBe(other);
  });

  it('is not worded as if a folder had to exist before it is created', () => {
    const error = systemError('ENOENT', 'mkdir', "ENOENT: no such file or directory, mkdir '/a/b'");
    expect(isSystemError(error) && describeSystemError(error)).toBe(
      "no folder can be made there, as on a read-only disk, mkdir '/a/b'",
    );
    expect(reasonOf(error)).toBe('no folder can be made there, as on a read-only disk');
  });

  it('is distinguished from other errors', () => {
    expect(isSystemError(new Error('EACCES: permission denied'))).toBe(false);
    expect(isSystemError({ code: 'EACCES', syscall: 'open' })).toBe(false);
    expect(reasonOf(new Error('EACCES of another kind'))).toBe('EACCES of another kind');
    expect(reasonOf('nothing')).toBe('nothing');
  });

  it('is recognised as node throws it', () => {
    const error = caught(() => readFileSync('/no/such/file'));
    expect(isSystemError(error)).toBe(true);
    expect(reasonOf(error)).toBe('it does not exist');
  });

  it.each([
    ['ELOOP', 'too many symbolic links encountered', 'its links form a loop'],
    ['EISDIR', 'illegal operation on a directory', 'it is a folder'],
    ['ENOTDIR', 'not a directory', 'it is not a folder'],
    ['EPERM', 'operation not permitted', 'permission denied'],
    ['EACCES', 'permission denied', 'permission denied'],
    ['EIO', 'i/o error', 'i/o error'],
  ])('is said without programmers’ words and without paths: %s', (code, words, reason) => {
    expect(reasonOf(systemError(code, 'open', `${code}: ${words}, open '/home/me/x'`))).toBe(reason);
  });
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
