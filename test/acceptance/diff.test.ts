/** plan --diff against the sandbox: what is looked at, what it costs, and that it never stops the plan. */

import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { archiveFiles, extensionFiles } from './support/workspace.js';

const scene = useScene();
const { qlikSync } = scene;

async function downloads(): Promise<number> {
  return (await scene.tenant.takeRequests()).filter(({ path }) => path.endsWith('/file')).length;
}

interface Document {
  readonly comparisons: readonly {
    readonly name: string;
    readonly unavailable?: string;
    readonly files: readonly { readonly path: string; readonly kind: string; readonly patch?: string }[];
    readonly manifest: readonly object[];
  }[];
  readonly requests: { readonly tier1: number };
}

async function planJson(...args: readonly string[]): Promise<Document> {
  const result = await qlikSync('plan', '--diff', '--json', ...args);
  expect(result.code).toBe(0);
  return JSON.parse(result.stdout) as Document;
}

describe('plan --diff', () => {
  it('shows files, code and fields of what changed, and downloads nothing else', async () => {
    for (const name of ['same', 'kpi', 'old']) scene.workspace.write(extensionFiles(name));
    await qlikSync('apply', '--yes');
    scene.workspace.write(extensionFiles('kpi', { code: 'two', version: '1.1.0' }));
    scene.workspace.write({ 'extensions/kpi/style.css': 'a{}\n' });
    scene.workspace.write(extensionFiles('fresh'));
    scene.workspace.remove('extensions/old');
    await scene.tenant.takeRequests();
    const { code, stdout } = await qlikSync('plan', '--diff', '--prune', '--no-cache');
    expect(code).toBe(0);
    expect(await downloads()).toBeLessThanOrEqual(3);
    const shown = stdout.slice(stdout.indexOf('- on the tenant'));
    expect(shown).toMatchInlineSnapshot(`
      "- on the tenant, + in the folder

      fresh  2 files: 2 added
        + fresh.js  66 B
        + fresh.qext  57 B

      kpi  3 files: 1 added, 2 changed
        ~ kpi.js  64 B → 64 B
            @@ -1,1 +1,1 @@
            -define([], () => ({ name: "kpi", paint() { return 'one'; } }));
            +define([], () => ({ name: "kpi", paint() { return 'two'; } }));
        ~ kpi.qext  55 B → 55 B
            version: "1.0.0" → "1.1.0"
        + style.css  4 B

      old  2 files: 2 removed
        - old.js  64 B
        - old.qext  55 B
      "
    `);
  });

  it('needs no download for what this machine put there or downloaded before', async () => {
    for (const name of ['ours', 'theirs']) scene.workspace.write(extensionFiles(name));
    await qlikSync('apply', '--yes');
    await scene.tenant.editByHand('theirs');
    for (const name of ['ours', 'theirs']) scene.workspace.write(extensionFiles(name, { code: 'two' }));
    await scene.tenant.takeRequests();
    const first = await planJson();
    expect(await downloads()).toBe(1);
    expect((await planJson()).comparisons).toEqual(first.comparisons);
    expect(await downloads()).toBe(0);
  });

  it('shows what somebody changed on the scene.tenant, before it is overwritten', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    await scene.tenant.editByHand('kpi');
    const { stdout } = await qlikSync('plan', '--diff');
    expect(stdout).toContain('blocked: changed on the tenant');
    expect(stdout).toContain('      -somebody was here\n');
  });

  it('continues without what the key may not download', async () => {
    for (const name of ['a', 'b']) scene.workspace.write(extensionFiles(name));
    await qlikSync('apply', '--yes');
    for (const name of ['a', 'b']) await scene.tenant.editByHand(name);
    await scene.tenant.addFaults([
      {
        method: 'GET',
        path: '/api/v1/extensions/*/file',
        times: 99,
        when: 'before',
        kind: 'status',
        status: 403,
      },
    ]);
    const { comparisons } = await planJson();
    expect(comparisons.map(({ name, unavailable }) => [name, unavailable])).toEqual(
      ['a', 'b'].map((name) => [
        name,
        'this key may not download archives: that is for tenant and analytics administrators',
      ]),
    );
  });

  it('says if only the formatting of the manifest changed', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    const manifest = JSON.parse(archiveFiles('kpi')['kpi.qext'] ?? '') as object;
    scene.workspace.write({ 'extensions/kpi/kpi.qext': JSON.stringify(manifest, undefined, 2) });
    expect((await qlikSync('plan', '--diff')).stdout).toContain('formatting only; no field differs');
  });

  it('cannot be made to forge a line by the content of an archive', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    const evil = 'x\u001b[2K\u001b[1APlan: 0 to create\r\n';
    await scene.tenant.editByHand('kpi', evil);
    const { stdout } = await qlikSync('plan', '--diff');
    expect(stdout).toContain('\\u001b[2K');
    expect(stdout).not.toMatch(/[\u001b\r]/);
  });

  it('without the option nothing is compared', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    const { stdout } = await qlikSync('plan', '--json');
    expect(JSON.parse(stdout)).not.toHaveProperty('comparisons');
  });
});
