/** What can be counted in the source, so that its shape is a number and not a matter of taste. */

import { dirname } from 'node:path';
import type { Import, SourceFile } from './source-tree.js';

/** A file with fewer lines is not worth opening for its own sake. */
export const shortLines = 40;

/** `[0, 1]` of the way through the sorted numbers. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

/** The files that import a file, types included. */
export function importersOf(files: readonly SourceFile[]): ReadonlyMap<string, readonly Import[]> {
  const found = new Map<string, Import[]>();
  for (const each of files.flatMap(({ imports }) => imports)) {
    const importers = found.get(each.to);
    if (importers === undefined) found.set(each.to, [each]);
    else importers.push(each);
  }
  return found;
}

/** Files that exactly one other imports. */
export function onlyImportedOnce(files: readonly SourceFile[]): readonly SourceFile[] {
  const importers = importersOf(files);
  return files.filter(({ path }) => new Set(importers.get(path)?.map(({ from }) => from)).size === 1);
}

/** Files too short for the one place that needs them: they belong into it. Lazy ones guard what they load. */
export function filesToFold(files: readonly SourceFile[]): readonly string[] {
  const importers = importersOf(files);
  return onlyImportedOnce(files)
    .filter(({ lines }) => lines < shortLines)
    .filter(({ path }) => importers.get(path)?.every(({ kind }) => kind !== 'lazy'))
    .map(({ path }) => `${path} → ${importers.get(path)?.[0]?.from}`);
}

/** Exports that no other of the files imports, as `file: name`. */
export function unneededExports(
  files: readonly SourceFile[],
  users: readonly SourceFile[] = files,
): readonly string[] {
  const importers = importersOf(users);
  const texts = new Map(users.map(({ path, text }) => [path, text]));
  return files.flatMap(({ path, exports }) =>
    exports
      .filter((name) => !importers.get(path)?.some((each) => needs(each, name, texts.get(each.from) ?? '')))
      .map((name) => `${path}: ${name}`),
  );
}

function needs({ names, specifier }: Import, name: string, text: string): boolean {
  if (names !== 'all') return names.some((each) => each.name === name);
  return takesAll(text, specifier) || new RegExp(`\\b${name}\\b`).test(text);
}

/** Whether a module is taken with all that it exports, none of it by name. */
function takesAll(text: string, specifier: string): boolean {
  const [, local] = new RegExp(`import \\* as (\\w+) from '${specifier}'`).exec(text) ?? [];
  return local !== undefined && text.includes(`Object.values(${local})`);
}

/** What is in a circle when files that import nothing inside, and those that nothing imports, are taken away for as long as there are some. */
export function circlesOf<Edge extends Pick<Import, 'from' | 'to'>>(edges: readonly Edge[]): readonly Edge[] {
  const importing = new Set(edges.map(({ from }) => from));
  const imported = new Set(edges.map(({ to }) => to));
  const left = edges.filter(({ from, to }) => importing.has(to) && imported.has(from));
  return left.length === edges.length ? left : circlesOf(left);
}

export function insideImports(files: readonly SourceFile[]): readonly Import[] {
  return files.flatMap(({ imports }) => imports).filter(({ inside }) => inside);
}

/** In each folder its parts, a file and the folder of the same name being one, and the arrows between them that form a circle. */
export function folderCircles(files: readonly SourceFile[]): Readonly<Record<string, readonly string[]>> {
  const edges = insideImports(files);
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  const circles = [...folders].map((folder) => [folder, circlesOf(between(folder, edges))] as const);
  return Object.fromEntries(
    circles
      .filter(([, circle]) => circle.length > 0)
      .map(([folder, circle]) => [folder, [...new Set(circle.map(({ from, to }) => `${from} → ${to}`))]]),
  );
}

/** `.` is `src` itself. */
function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? ['.'] : [folder, ...foldersAbove(folder)];
}

function between(folder: string, edges: readonly Import[]): readonly Pick<Import, 'from' | 'to'>[] {
  return edges.flatMap((edge) => {
    const [from, to] = [partOf(folder, edge.from), partOf(folder, edge.to)];
    return from === undefined || to === undefined || from === to ? [] : [{ from, to }];
  });
}

function partOf(folder: string, path: string): string | undefined {
  const below =
    folder === '.' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
  return below?.split('/')[0]?.replace(/\.ts$/, '');
}
