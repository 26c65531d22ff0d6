/** The way in for a team that has deployed by hand: what `@qlik/api` and `zip` + `curl` uploaded is pulled and adopted. */

import { execFile, execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createQlikApi } from '@qlik/api';
import { describe, expect, it } from 'vitest';
import { requireTool } from '../require-tool.js';
import { useScene } from './support/scene.js';

const repository = resolve(import.meta.dirname, '../..');
const sources = {
  'sn-action-button': 'node_modules/@nebula.js/sn-action-button/sn-action-button-ext',
  'hello-table': 'examples/hello-table',
  'status-board': 'examples/status-board',
} as const;

const hasTools = [requireTool('zip'), requireTool('curl')].every(Boolean);

const scene = useScene();
const { qlikSync } = scene;

/** In its folder, as people zip. */
function zipUp(name: string): string {
  const file = join(scene.workspace.folder, 'originals', `${name}.zip`);
  execFileSync('zip', ['-qr', file, name], { cwd: join(scene.workspace.folder, 'originals') });
  return file;
}

async function uploadByApi(file: string): Promise<void> {
  const { url: host, apiKey } = scene.tenant.sandbox;
  const qlik = createQlikApi({ hostConfig: { host, apiKey } });
  await qlik.extensions.uploadExtension({ file: Uint8Array.from(readFileSync(file)) });
}

/** Not the synchronous way: the sandbox answers from this process. */
async function uploadByCurl(file: string): Promise<void> {
  const { url, apiKey } = scene.tenant.sandbox;
  const args = ['-sSf', '--noproxy', '*', '-H', `Authorization: Bearer ${apiKey}`, '-F', `file=@${file}`];
  await promisify(execFile)('curl', [...args, `${url}/api/v1/extensions`]);
}

function contents(folder: string): Readonly<Record<string, string>> {
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return Object.fromEntries(
    files.sort().map((path) => [path, readFileSync(join(folder, path)).toString('base64')]),
  );
}

describe.runIf(hasTools)('what was deployed by hand', () => {
  it('is pulled file by file, adopted, and then needs no change', async () => {
    for (const [index, [name, source]] of Object.entries(sources).entries()) {
      cpSync(join(repository, source), join(scene.workspace.folder, 'originals', name), { recursive: true });
      await (index === 0 ? uploadByApi : uploadByCurl)(zipUp(name));
    }
    expect((await qlikSync('pull')).code).toBe(0);
    for (const name of Object.keys(sources)) {
      const pulled = contents(join(scene.workspace.folder, 'extensions', name));
      expect(pulled).toEqual(contents(join(scene.workspace.folder, 'originals', name)));
    }
    expect((await qlikSync('adopt', ...Object.keys(sources), '--yes')).code).toBe(0);
    const plan = await qlikSync('plan', '--detailed-exitcode');
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('3 unchanged')]);
    await scene.tenant.takeRequests();
    expect((await qlikSync('apply', '--yes')).stdout).toContain('Nothing to do.');
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
  });
});
