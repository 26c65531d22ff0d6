/**
 * `npm run house`: the shape of the source in numbers, each beside its limit. Ends with 1 where one is broken.
 * `npm run house -- --list` also names what counts. The number of files has no limit, since it grows with what the
 * program does (386 when the layout was made); the size of a file has.
 */

import { dirname, join } from 'node:path';
import {
  circlesOf,
  filesToFold,
  folderCircles,
  insideImports,
  onlyImportedOnce,
  quantile,
  shortLines,
  unneededExports,
} from '../house/measures.js';
import { runsThrough } from '../house/reach.js';
import { readSourceTree, type SourceFile, source } from '../house/source-tree.js';

interface Row {
  readonly measure: string;
  readonly figure: number;
  /** Both ends belong to it; absent for what is only shown. */
  readonly limit?: readonly [least: number, most: number];
  /** What was counted. */
  readonly counted?: readonly string[];
}

/**
 * Files above `reconcile` that a command runs through, at most, those included that it loads only when it needs them.
 * Whatever goes through `run/on-tenant` has two more than it was laid out for: the store, and the inventory of a fleet,
 * loaded only where the config has one and an environment of it is meant. What asks for themes is one more, and where
 * folders are read, what environments share is another. What compares or writes origins is loaded only where the config
 * declares some, in files of its own: four for plan and rollback, five for apply, four for promote, two for drift, and one where
 * folders are checked. Waves are five, loaded with `--waves` alone.
 */
const reachLimits = {
  // And where the journals of other machines come from, for a replace that was cut off.
  plan: 33,
  // And the rollback that restores a wave.
  apply: 43,
  // And the brake, what a delete waits for, what it waits for itself, and renames that wait for their approval.
  watch: 40,
  // And, for waves, the rollback that restores one and the environments side by side.
  promote: 39,
  // And the plan file that it writes for a review.
  rollback: 31,
  drift: 25,
  // And how a job is called that holds the lock of the store.
  pull: 14,
  // It names the CI system by the table of run/facts, judges proxies and authorities, says what is
  // uploaded but not committed, opens the store, and compares origins.
  doctor: 18,
} as const;

/** Its folders meet in one context, and nothing else enters it. */
const knownCircles: readonly string[] = ['sandbox'];

function rowsOf(files: readonly SourceFile[]): readonly Row[] {
  return [...sizeRows(files), ...importRows(files), ...exportRows(files), ...reachRows(files)];
}

function sizeRows(files: readonly SourceFile[]): readonly Row[] {
  const lines = files.map((file) => file.lines);
  const once = onlyImportedOnce(files);
  const toFold = filesToFold(files);
  return [
    { measure: 'files', figure: files.length },
    { measure: 'lines of a file, median', figure: quantile(lines, 0.5), limit: [80, 110] },
    { measure: 'lines of a file, p90', figure: quantile(lines, 0.9) },
    { measure: 'lines of a file, most', figure: Math.max(...lines), limit: [1, 300] },
    { measure: `files under ${shortLines} lines`, figure: lines.filter((each) => each < shortLines).length },
    { measure: 'files that one other imports', figure: once.length },
    { measure: '  under 40 lines', figure: once.filter((file) => file.lines < shortLines).length },
    { measure: '  and not lazily', figure: toFold.length, limit: [0, 0], counted: toFold },
  ];
}

function importRows(files: readonly SourceFile[]): readonly Row[] {
  const inside = insideImports(files);
  const circle = circlesOf(inside).map(({ from, to }) => `${from} → ${to}`);
  const folders = Object.entries(folderCircles(files)).filter(([folder]) => !knownCircles.includes(folder));
  return [
    { measure: 'import lines', figure: files.reduce((sum, { imports }) => sum + imports.length, 0) },
    { measure: 'imports in a circle of files', figure: circle.length, limit: [0, 0], counted: circle },
    {
      measure: 'folders with a circle inside, but sandbox',
      figure: folders.length,
      limit: [0, 0],
      counted: folders.map(([folder, arrows]) => `${folder}: ${arrows.join(', ')}`),
    },
  ];
}

function exportRows(files: readonly SourceFile[]): readonly Row[] {
  const root = dirname(source);
  const users = ['test', '.ci'].flatMap((folder) => readSourceTree(join(root, folder)));
  const inner = files.filter(({ path }) => path !== 'index.ts');
  const unneeded = unneededExports(inner, files);
  const useless = unneededExports(inner, [...files, ...users]);
  return [
    { measure: 'exports that no other file of src needs', figure: unneeded.length },
    { measure: '  nor a test', figure: useless.length, limit: [0, 0], counted: useless },
  ];
}

function reachRows(files: readonly SourceFile[]): readonly Row[] {
  return Object.entries(reachLimits).map(([command, most]) => {
    const counted = runsThrough(files, `commands/${command}.ts`);
    return {
      measure: `files that ${command} runs through`,
      figure: counted.length,
      limit: [1, most],
      counted,
    };
  });
}

function isBroken({ figure, limit }: Row): boolean {
  return limit !== undefined && (figure < limit[0] || figure > limit[1]);
}

function limitOf({ limit }: Row): string {
  if (limit === undefined) return '';
  const [least, most] = limit;
  return least > 1 ? `${least}–${most}` : `≤ ${most}`;
}

function render(row: Row, isListed: (row: Row) => boolean): string {
  const { measure, figure, counted = [] } = row;
  const line = [
    measure.padEnd(42),
    String(figure).padStart(6),
    limitOf(row).padStart(9),
    isBroken(row) ? '  broken' : '',
  ];
  const listed = isListed(row) ? counted.map((each) => `      ${each}`) : [];
  return [line.join('').trimEnd(), ...listed].map((each) => `${each}\n`).join('');
}

const rows = rowsOf(readSourceTree());
const isListed = process.argv.includes('--list') ? () => true : isBroken;
process.stdout.write(rows.map((row) => render(row, isListed)).join(''));
if (rows.some(isBroken)) process.exitCode = 1;
