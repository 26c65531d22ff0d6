/** An empty embedded tenant with Qlik's limits, and the built command line to run against it. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { cli } from '../bench/programs.mjs';
import { requestLog, startServer } from '../bench/servers.mjs';

export async function startSandbox() {
  const { ready, stop } = await startServer([cli, 'sandbox', '--json']);
  const { url, apiKey } = ready;
  return {
    url,
    apiKey,
    stop,
    ...requestLog(url, apiKey),
    /** The archive that is stored. */
    download: (extension) => download(url, apiKey, extension),
    /** What a command that ends with 0 prints, parsed. */
    qlikSync: (cwd, ...args) =>
      runToDocument(args, {
        cwd,
        env: { ...process.env, XDG_STATE_HOME: tmpdir(), QLIK_TENANT_URL: url, QLIK_API_KEY: apiKey },
      }),
  };
}

async function download(url, apiKey, extension) {
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(`${url}/api/v1/extensions/${extension}/file`, { headers });
  assert.ok(answer.ok, `the stored archive of ${extension}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

function runToDocument(args, where) {
  const options = { ...where, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], options);
  assert.equal(status, 0, stderr + stdout);
  return JSON.parse(stdout);
}
