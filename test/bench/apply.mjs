/**
 * A hundred new small extensions to an empty tenant that answers after 40 ms, against a script over `@qlik/api`.
 * Counted for us: the whole process, with reading, planning and zipping. For the script: its uploads alone, of
 * archives that Info-ZIP made before, by a client that is loaded and has met the tenant.
 */

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { race } from './measure.mjs';
import { isInstalled, run, runNode } from './programs.mjs';
import { ms } from './result.mjs';
import { createRequest, listRequest, startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const script = fileURLToPath(new URL('qlik-api-script.mjs', import.meta.url));
const small = { extensions: 100, files: 6, fileBytes: 5_000, content: 'program' };
const latencyMs = 40;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureApply() {
  const workspace = createWorkspace(small);
  try {
    const archives = zipAll(workspace);
    return compare(
      await race(
        {
          ours: () => onEmptyTenant((sandbox) => applyOurs(workspace, sandbox)),
          ...(archives !== undefined && {
            script: () => onEmptyTenant((sandbox) => applyByScript(archives, sandbox)),
          }),
        },
        { rounds: 3, warmups: 1 },
      ),
    );
  } finally {
    workspace.remove();
  }
}

function zipAll({ folder, tree }) {
  if (!isInstalled('zip')) return undefined;
  const archives = join(folder, 'archives');
  mkdirSync(archives);
  for (const name of readdirSync(tree)) {
    run('zip', ['-q', '-r', join(archives, `${name}.zip`), '.'], { cwd: join(tree, name) });
  }
  return archives;
}

async function onEmptyTenant(action) {
  const sandbox = await startSandbox({ latencyMs });
  try {
    return await action(sandbox);
  } finally {
    await sandbox.stop();
  }
}

async function applyOurs(workspace, sandbox) {
  const { ms } = workspace.qlikSync(['apply', '--yes', '--no-cache'], sandbox);
  await assertRequests(sandbox, [listRequest, ...Array(small.extensions).fill(createRequest)]);
  return ms;
}

async function applyByScript(archives, { url, apiKey, requests }) {
  const { stdout } = runNode([script, archives], { env: { TENANT: url, API_KEY: apiKey } });
  const created = (await requests()).filter((request) => request === createRequest);
  if (created.length !== small.extensions)
    throw new Error(`the script made ${created.length} of ${small.extensions}`);
  return JSON.parse(stdout).uploadMs;
}

async function assertRequests(sandbox, expected) {
  const requests = await sandbox.requests();
  if (requests.join() === expected.join()) return;
  throw new Error(`not one list and ${small.extensions} creates, but:\n${requests.join('\n')}`);
}

function compare({ ours, script: uploads }) {
  return [
    {
      measure: 'apply of 100 new ones at 40 ms, how much faster than a script over @qlik/api',
      ...(uploads !== undefined && { ratio: uploads / ours }),
      target: { atLeast: 3 },
      detail: `${ms(ours)} in all, 1 list and 100 writes; ${
        uploads === undefined ? 'Info-ZIP is NOT INSTALLED' : `the script's uploads alone ${ms(uploads)}`
      }`,
    },
  ];
}
