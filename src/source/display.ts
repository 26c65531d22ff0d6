/** How a path is shown to people. */

import { relative, sep } from 'node:path';

/** Relative to the working directory, with `/`; `.` for the working directory itself. */
export function displayPath(cwd: string, path: string): string {
  if (path.startsWith(cwd) && path[cwd.length] === sep) return withSlashes(path.slice(cwd.length + 1));
  const shown = relative(cwd, path);
  if (shown === '') return '.';
  return withSlashes(shown);
}

/** As the operating system spells it → with `/`. */
export function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
