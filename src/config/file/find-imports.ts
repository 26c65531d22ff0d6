/** The files that a config written as code imports, found without running anything. */

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** `import x from './a'`, `require("../b")`, `readFileSync('./c.json')`: whatever is named, in whichever call. */
const mention = /(["'`])(\.{1,2}\/[^"'`\n]*)\1/g;

/** In the order in which a loader tries them. */
const suffixes: readonly string[] = [
  ...['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'],
  ...['/index.ts', '/index.js', '/index.mjs', '/index.cjs'],
];

/** More than any config needs; ends a walk through a whole project. */
const mostFiles = 200;

/** Absolute, through any number of modules, without `file` itself. Packages are not searched. */
export function findImports(file: string): readonly string[] {
  const found = new Set([file]);
  // Iterating over a set also visits what is added meanwhile.
  for (const path of found) {
    for (const next of mentionsIn(path)) if (found.size < mostFiles) found.add(next);
  }
  found.delete(file);
  return [...found];
}

function mentionsIn(path: string): readonly string[] {
  if (!/\.[cm]?[jt]s$/.test(path)) return [];
  return [...readText(path).matchAll(mention)].flatMap(
    ([, , name = '']) => locate(dirname(path), name) ?? [],
  );
}

function locate(folder: string, name: string): string | undefined {
  const path = resolve(folder, name.replace(/[?#].*$/, ''));
  // TypeScript names the file that it will compile to.
  const source = path.replace(/\.([cm]?)js$/, '.$1ts');
  return [...suffixes.map((suffix) => path + suffix), source].find(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
