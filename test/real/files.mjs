/** A folder's files, by path with `/`. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** @returns {Map<string, { sha256: string, text: string, writtenAt: number }>} `writtenAt` in milliseconds */
export function readFiles(root) {
  const paths = readdirSync(root, { recursive: true }).filter((path) => statSync(join(root, path)).isFile());
  return new Map(paths.sort().map((path) => [path.split(sep).join('/'), readFile(join(root, path))]));
}

/** One line a file, to compare folders by. */
export function linesOf(files) {
  return [...files].map(([path, { sha256 }]) => `${path} ${sha256}`).sort();
}

/** What an archive unpacks to, once `unzip -t` has passed it. */
export function readArchive(bytes, scratch) {
  const [zip, unpacked] = [join(scratch, 'stored.zip'), join(scratch, 'unpacked')];
  writeFileSync(zip, bytes);
  execFileSync('unzip', ['-tqq', zip]);
  rmSync(unpacked, { recursive: true, force: true });
  execFileSync('unzip', ['-qq', zip, '-d', unpacked]);
  return readFiles(unpacked);
}

function readFile(path) {
  const bytes = readFileSync(path);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    text: bytes.toString(),
    writtenAt: statSync(path).mtimeMs,
  };
}
