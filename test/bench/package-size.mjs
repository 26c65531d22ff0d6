/** How large the package is, and which parts make it so. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildBase } from './base.mjs';
import { run } from './programs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {import('./result.mjs').Result[]} */
export function measurePackage() {
  const base = buildBase();
  const before = base && pack(base.folder);
  const { files, unpackedSize, size } = pack(root);
  const parts = JSON.parse(readFileSync(`${root}node_modules/.cache/qlik-sync-parts.json`, 'utf8'));
  const largest = [...parts, ...files.filter(({ path }) => !path.includes('chunks/'))]
    .map(({ path, size }) => ({ path, size }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 10)
    .map(({ path, size }) => `${path} ${Math.round(size / 1000)} kB`);
  return [
    {
      measure: 'package, unpacked',
      ...{ unit: 'MB', ratio: unpackedSize / 1e6, before: before && before.unpackedSize / 1e6 },
      target: { atMost: 1.6 },
      detail: `${(unpackedSize / 1e6).toFixed(2)} MB, packed ${(size / 1e6).toFixed(2)} MB; the largest parts: ${largest.join(', ')}`,
    },
    {
      measure: 'files in the package',
      ...{ unit: 'files', ratio: files.length, before: before?.files.length },
      target: { atMost: 60 },
      detail: `${files.filter(({ path }) => path.includes('chunks/')).length} of them program text`,
    },
  ];
}

function pack(folder) {
  const { stdout } = run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
  return JSON.parse(stdout)[0];
}
