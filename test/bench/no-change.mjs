/** The plan of a large tree that the tenant already matches: read and digested whole, and trusted by its stats. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { assertNoZipLibrary } from './loaded-code.mjs';
import { race } from './measure.mjs';
import { isInstalled, run } from './programs.mjs';
import { ms } from './result.mjs';
import { listRequest, startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

/** 120 MB in 6,000 files. */
const large = { extensions: 200, files: 30, fileBytes: 20_700, content: 'program' };

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureNoChange() {
  const sandbox = await startSandbox();
  const workspace = createWorkspace(large);
  try {
    applyAll(workspace, sandbox);
    await assertNothingToDo(workspace, sandbox);
    return compare(await racePlans(workspace, sandbox));
  } finally {
    workspace.remove();
    await sandbox.stop();
  }
}

/** In three processes, since one keeps within Qlik's 100 writes a minute. */
function applyAll(workspace, sandbox) {
  for (const names of ['chart-0*', 'chart-1*', 'chart-2*']) {
    workspace.qlikSync(['apply', '--yes', names], sandbox);
  }
}

async function assertNothingToDo(workspace, sandbox) {
  await sandbox.forgetRequests();
  const { stdout } = workspace.qlikSync(['plan', '--json', '--no-cache'], sandbox);
  const requests = await sandbox.requests();
  const { summary } = JSON.parse(stdout);
  if (summary.unchanged !== large.extensions)
    throw new Error(`not all unchanged: ${JSON.stringify(summary)}`);
  if (requests.join() !== listRequest) throw new Error(`not one list request, but ${requests.join(', ')}`);
  assertNoZipLibrary(workspace, sandbox);
}

function racePlans(workspace, sandbox) {
  return race(
    {
      digest: () => workspace.qlikSync(['plan', '--no-cache'], sandbox).ms,
      sha256sum: sha256sumOf(workspace.tree),
      index: () => workspace.qlikSync(['plan'], sandbox).ms,
      ...(isInstalled('rsync') && { rsync: rsyncOf(workspace) }),
      ...(isInstalled('git') && { git: gitStatusOf(workspace) }),
    },
    { rounds: 9, warmups: 2 },
  );
}

function sha256sumOf(tree) {
  return () => run('sh', ['-c', 'find "$0" -type f -print0 | xargs -0 sha256sum', tree]).ms;
}

function rsyncOf({ folder, tree }) {
  const copy = join(folder, 'copy');
  cpSync(tree, copy, { recursive: true, preserveTimestamps: true });
  return () => run('rsync', ['-na', '--delete', `${tree}/`, `${copy}/`]).ms;
}

function gitStatusOf({ folder, tree }) {
  const git = (...args) =>
    run('git', ['--git-dir', join(folder, 'git'), '--work-tree', tree, '-c', 'core.compression=0', ...args], {
      cwd: tree,
    });
  git('init', '--quiet');
  git('add', '.');
  return () => git('status', '--porcelain').ms;
}

function compare({ digest, sha256sum, index, rsync, git }) {
  const requests = 'one request, no zip';
  return [
    {
      measure: 'plan of 200 × 30 files, 120 MB, all read, to find | xargs sha256sum',
      ratio: digest / sha256sum,
      target: { atMost: 0.75 },
      detail: `${ms(digest)}, sha256sum ${ms(sha256sum)}; ${requests}`,
    },
    {
      measure: 'the same with its stat index, to rsync -na --delete',
      ...(rsync !== undefined && { ratio: index / rsync }),
      target: { atMost: 2 },
      detail:
        rsync === undefined ? `${ms(index)}; rsync is NOT INSTALLED` : `${ms(index)}, rsync ${ms(rsync)}`,
    },
    {
      measure: 'the same with its stat index, to git status',
      ...(git !== undefined && { ratio: index / git }),
      detail: git === undefined ? `${ms(index)}; git is NOT INSTALLED` : `${ms(index)}, git ${ms(git)}`,
    },
  ];
}
