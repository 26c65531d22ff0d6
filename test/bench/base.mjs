/** The build of an earlier commit, made beside this one, so that both race on the same machine. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, run } from './programs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Before the work on start-up began; BENCH_BASE names another. */
const commit = process.env.BENCH_BASE ?? '4c7c6fd';

/** @returns {{ folder: string, cli: string } | undefined} `undefined` where the commit is not at hand */
export function buildBase() {
  if (!isInstalled('git') || !isKnown()) return undefined;
  const folder = join(tmpdir(), `qlik-sync-bench-base-${commit}`);
  const cli = join(folder, 'dist/cli.js');
  if (existsSync(cli)) return { folder, cli };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('sh', ['-c', 'git archive "$0" | tar -x -C "$1"', commit, folder], { cwd: root });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  run(process.execPath, ['.ci/build.mjs'], { cwd: folder });
  return { folder, cli };
}

function isKnown() {
  return spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root }).status === 0;
}
