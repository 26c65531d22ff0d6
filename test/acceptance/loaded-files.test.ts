/**
 * Start-up time is a feature: what a command loads of the program is said here. Where one loads another file, a module that
 * it uses is not in `.ci/load-order.json`, which test/bench/load-order.mjs writes.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene();

it.each<[string, readonly string[]]>([
  ['--version', ['cli.js']],
  ['--help', ['cli.js', 'start.js']],
  ['plan --help', ['cli.js', 'plan.js', 'start.js']],
  ['validate', ['cli.js', 'plan.js', 'read.js', 'start.js']],
  ['plan', ['cli.js', 'plan.js', 'read.js', 'start.js']],
])('qlik-sync %s loads %j', async (command, files) => {
  scene.workspace.write(extensionFiles('kpi'));
  await scene.succeed('apply', '--yes');
  expect(await loadedBy(command.split(' '))).toEqual(files);
});

it('a failed assertion of undici is reported without reading the file that made it, which takes seconds', () => {
  const chunk = readFileSync('dist/chunks/undici.js', 'utf8');
  expect(chunk).toContain('ERR_ASSERTION');
  expect(chunk).not.toMatch(/(?:require\(|from|import)\s*["']node:assert["']/);
});

/** The scripts of the program that ran, by the coverage that V8 writes. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const coverage = join(scene.workspace.home, 'coverage');
  const { code, stderr } = await scene.workspace.run(args, {
    env: { ...scene.tenant.env, NODE_V8_COVERAGE: coverage },
  });
  expect([code, stderr]).toEqual([0, '']);
  const urls = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    return result.map(({ url }) => url);
  });
  const files = new Set(urls.filter((url) => url.includes('/dist/')).map((url) => basename(url)));
  // Files as new as a test's are read (read.js) and parsed again, whatever the index says.
  files.delete('read-module.js');
  return [...files].sort();
}
