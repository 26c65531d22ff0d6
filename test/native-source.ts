/**
 * The source as Node itself loads it: compiled once before the tests begin, in place of module by module for each worker.
 * What one module imports of another is then Node's own binding, and no property that is looked up at every use.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, stop } from 'esbuild';
import type { Plugin } from 'vitest/config';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');

/** What the tests import of `src` comes from there, with maps back. Where tests run again at every change, it stays as it is. */
export async function nativeSource(): Promise<Plugin> {
  const compiled = await compile();
  let isWatching = false;
  return {
    name: 'native-source',
    enforce: 'pre',
    configureVitest: ({ vitest }) => {
      isWatching = vitest.config.watch;
    },
    resolveId: (id, importer) => {
      if (isWatching || importer === undefined || !/^\..*\.js$/.test(id)) return undefined;
      const path = resolve(dirname(importer), id);
      if (!path.startsWith(join(source, '/'))) return undefined;
      return { id: join(compiled, path.slice(source.length)), external: true };
    },
  };
}

/** Resolves to the folder, which is gone when the tests are over. Packages are found from there as from the source. */
async function compile(): Promise<string> {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'qlik-sync-source-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: files.filter((file) => file.endsWith('.ts')).map((file) => join(source, file)),
    outbase: source,
    outdir: folder,
    format: 'esm',
    platform: 'node',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  await stop();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return folder;
}
