/** How large the package is, and which parts make it so. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './programs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {import('./result.mjs').Result[]} */
export function measurePackage() {
  const { stdout } = run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files, unpackedSize, size }] = JSON.parse(stdout);
  const parts = JSON.parse(readFileSync(`${root}node_modules/.cache/qlik-sync-parts.json`, 'utf8'));
  const largest = [...parts, ...files.filter(({ path }) => !path.includes('chunks/'))]
    .map(({ path, size }) => ({ path, size }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 10)
    .map(({ path, size }) => `${path} ${Math.round(size / 1000)} kB`);
  return [
    {
      measure: 'package unpacked, to 1.6 MB',
      ratio: unpackedSize / 1.6e6,
      target: { atMost: 1 },
      detail: `${(unpackedSize / 1e6).toFixed(2)} MB, packed ${(size / 1e6).toFixed(2)} MB; the largest parts: ${largest.join(', ')}`,
    },
    {
      measure: 'files in the package, to 60',
      ratio: files.length / 60,
      target: { atMost: 1 },
      detail: `${files.length} files`,
    },
  ];
}
