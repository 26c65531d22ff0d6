import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('a plain JSON config loads no package but these', async () => {
  const entries = ['file/load', 'resolve', 'tenant/target', 'environment-variables'].map(
    (name) => `src/config/${name}.ts`,
  );
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    outdir: 'unused',
  });
  expect(eagerPackages(metafile, entries)).toEqual(['jsonc-parser', 'valibot']);
});

/** Packages reached through static imports alone. */
function eagerPackages({ inputs }: Metafile, entries: readonly string[]): readonly string[] {
  const packages = new Set<string>();
  const seen = new Set<string>(entries);
  for (const file of seen) {
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (external !== true) seen.add(path);
      else if (!path.startsWith('node:')) packages.add(path);
    }
  }
  return [...packages].sort();
}
