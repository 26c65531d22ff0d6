/** Content that shows whether it is whole, and what an extension holds as one string. */

import { createHash } from 'node:crypto';

/** The mark names extension, path and generation, and stands at both ends. */
export function contentOf(name: string, path: string, generation: number, length: number): string {
  const mark = `${name}/${path}#${generation}`;
  const filler = fillerOf(generation, length);
  if (!path.endsWith('.qext')) {
    const code = path === `${name}.js` ? 'define([], () => ({ paint() {} }));' : '';
    return `/* <<begin ${mark}>> */\n${code}\n/* ${filler} */\n/* <<end ${mark}>> */\n`;
  }
  const manifest = { name, type: 'visualization', version: '1.0.0', description: filler };
  return JSON.stringify({ first: `<<begin ${mark}>>`, ...manifest, last: `<<end ${mark}>>` });
}

/** Hardly compressible, so that packing and sending take their time. */
function fillerOf(generation: number, length: number): string {
  const pieces: string[] = [];
  for (let size = 0; size < length; size += 64) pieces.push(sha256(`${generation}:${size}`));
  return pieces.join('');
}

/** Whether both marks are there and say the same, of this very path. */
export function isWhole(name: string, path: string, text: string): boolean {
  const [, begin] = /^.{0,10}<<begin (\S+)>>/.exec(text) ?? [];
  const [, end] = /<<end (\S+)>>\W{0,5}$/.exec(text) ?? [];
  return begin !== undefined && begin === end && begin.startsWith(`${name}/${path}#`);
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Equal for equal paths with equal content; takes hashes by path. */
export function stateOf(files: Iterable<readonly [path: string, hash: string]>): string {
  const lines = [...files].map(([path, hash]) => `${path} ${hash}`);
  return sha256(lines.sort().join('\n'));
}
