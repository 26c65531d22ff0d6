/** How a path is shown to people. */

import { relative, sep } from 'node:path';

/** Relative to the working directory, with `/`; `.` for the working directory itself. */
export function displayPath(cwd: string, path: string): string {
  if (path.startsWith(cwd) && path[cwd.length] === sep) return withSlashes(path.slice(cwd.length + 1));
  const shown = relative(cwd, path);
  if (shown === '') return '.';
  return withSlashes(shown);
}

function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** `path` below a folder that is already as people read it. */
export function displayBelow(displayFolder: string, path: string): string {
  return displayFolder === '.' ? path : `${displayFolder}/${path}`;
}

/** The reason of a failed system call for people, without the machine's paths in it. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'it is not there';
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'it is not a folder';
    case 'ENAMETOOLONG':
      return 'its path is too long';
    case undefined:
      return String(error);
    default:
      return code;
  }
}
