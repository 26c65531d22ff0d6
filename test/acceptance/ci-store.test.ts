/** examples/ci with a store: a rollback needs nothing of the job that wrote, neither its artifacts nor its number. */

import { afterEach, describe, expect, it } from 'vitest';
import { startTestStore, type TestStore } from '../store/stores.js';
import { openPipelineShell, type PipelineShell } from './support/ci/shell.js';
import { systemsOf } from './support/ci/systems.js';
import { extensionFiles } from './support/workspace.js';

let shell: PipelineShell;
let store: TestStore;

async function open(kind: 's3' | 'azblob'): Promise<void> {
  store = await startTestStore(kind);
  shell = await openPipelineShell({}, store.env);
  const config = JSON.parse(shell.read('qlik-sync.config.json'));
  config.environments.prod.store = store.address;
  shell.commit({ 'qlik-sync.config.json': JSON.stringify(config) });
}

afterEach(async () => {
  for (const secret of Object.values(shell.secrets)) expect(shell.printed()).not.toContain(secret);
  await shell.close();
  await store.close();
});

const systems = systemsOf(() => shell);

describe.each(Object.entries(systems))('%s', (name, { deploy }) => {
  it('rolls back a deploy from the store alone', async () => {
    await open(name === 'Azure' ? 'azblob' : 's3');
    expect((await deploy()).code).toBe(0);
    const before = await shell.tenant.find('acme-kpi');
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    const second = await deploy();
    expect(second.code).toBe(0);
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).not.toBe(before?.file?.md5);
    await shell.tenant.takeWrites();
    expect(await second.rollBack(undefined, { from: 'store' })).toBe(0);
    expect(await shell.tenant.takeWrites()).toEqual(['PATCH']);
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).toBe(before?.file?.md5);
  });
});
