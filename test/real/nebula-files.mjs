/** A folder's files, by path with `/`. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** @returns {Map<string, { sha256: string, text: string, writtenAt: number }>} `writtenAt` in milliseconds */
export function readFiles(root) {
  const paths = readdirSync(root, { recursive: true }).filter((path) => statSync(join(root, path)).isFile());
  return new Map(paths.sort().map((path) => [path.split(sep).join('/'), readFile(join(root, path))]));
}

function readFile(path) {
  const bytes = readFileSync(path);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    text: bytes.toString(),
    writtenAt: statSync(path).mtimeMs,
  };
}
