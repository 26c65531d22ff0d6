/** apply against the sandbox: order, isolation of failures, verification, approvals, exit codes. */

import { beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

const scene = useScene();
const { qlikSync } = scene;

function apply(...args: readonly string[]): Promise<Result> {
  return qlikSync('apply', '--yes', ...args);
}

function write(...names: readonly string[]): void {
  for (const name of names) scene.workspace.write(extensionFiles(name));
}

function change(...names: readonly string[]): void {
  for (const name of names)
    scene.workspace.write(extensionFiles(name, { code: 'changed', version: '2.0.0' }));
}

describe('apply', () => {
  it('costs one list, one write a change, and a read of each record that is overwritten or deleted', async () => {
    write('a', 'b', 'c');
    expect((await apply()).code).toBe(0);
    change('a', 'b');
    scene.workspace.remove('extensions/c');
    write('d');
    await scene.tenant.takeRequests();
    expect((await apply('--prune')).code).toBe(0);
    const requests = await scene.tenant.takeRequests();
    const methods = requests.map(({ method }) => method);
    expect(methods.filter((method) => method !== 'GET').sort()).toEqual(['DELETE', 'PATCH', 'PATCH', 'POST']);
    // What was uploaded is in the local store, so no archive is downloaded; a delete's effect is looked at.
    expect(requests.filter(({ path }) => path.endsWith('/file'))).toEqual([]);
    expect(methods.filter((method) => method === 'GET')).toHaveLength(1 + 2 + 2);
    expect(methods.slice(-3)).toEqual(['GET', 'DELETE', 'GET']);
    expect(await scene.tenant.names()).toEqual(['a', 'b', 'd']);
  });

  it('updates with one PATCH that keeps id and foreign tags, and carries file and data together', async () => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] });
    const [before] = await scene.tenant.client.list();
    change('a');
    await apply();
    const [after] = await scene.tenant.client.list();
    expect(after?.id).toBe(before?.id);
    expect(after?.tags).toEqual(['qlik-sync:acme', 'by-hand']);
    expect(after?.qextVersion).toBe('2.0.0');
  });

  it('sends config tags that are missing without the file', async () => {
    write('a');
    await apply();
    const [before] = await scene.tenant.client.list();
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        tags: ['finance'],
      }),
    });
    expect((await apply()).stdout).toContain('1 tag missing: finance');
    const [after] = await scene.tenant.client.list();
    expect(after?.tags).toEqual(['qlik-sync:acme', 'finance']);
    expect(after?.file).toEqual(before?.file);
  });

  it('replaces a supernova that no longer is one only when allowed: delete, then create', async () => {
    scene.workspace.write(extensionFiles('a', { supernova: true }));
    await apply();
    scene.workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
    const [before] = await scene.tenant.client.list();
    const refused = await apply();
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('--allow-replace a');
    await scene.tenant.takeRequests();
    expect((await apply('--allow-replace', 'a')).code).toBe(0);
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual([
      'GET',
      'GET',
      'DELETE',
      'POST',
    ]);
    const [after] = await scene.tenant.client.list();
    expect(after?.id).not.toBe(before?.id);
    expect(after?.supernova).toBe(false);
  });

  it('one failure neither hides nor stops another change, and stops deletes', async () => {
    write('a', 'b', 'old');
    await apply();
    change('a', 'b');
    scene.workspace.remove('extensions/old');
    const [a] = (await scene.tenant.client.list()).filter(({ qextFilename }) => qextFilename === 'a');
    await scene.tenant.addFaults([
      {
        method: 'PATCH',
        path: `/api/v1/extensions/${a?.id}`,
        times: 1,
        when: 'before',
        kind: 'status',
        status: 422,
      },
    ]);
    const result = await apply('--prune');
    expect(result.code).toBe(5);
    expect(result.stdout).toMatch(/✗ a {2}update failed: .*422/);
    expect(result.stdout).toContain('· old  delete not attempted');
    expect(result.stdout).toContain(
      'Applied: 0 created, 1 updated, 0 replaced, 0 deleted, 1 failed, 1 not attempted, 0 blocked',
    );
    expect(await scene.tenant.names()).toEqual(['a', 'b', 'old']);
    expect((await apply('--prune')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['a', 'b']);
  });

  it('trusts no answer that does not show what was sent', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'ignore' }]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('not applied: the tenant holds md5');
    expect((await apply()).code).toBe(0);
  });

  it('stops at the first create where the tenant keeps no tags', async () => {
    await scene.reopenTenant({ tags: 'drop' });
    write('a', 'b', 'c');
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('the tenant did not keep qlik-sync:acme');
    expect(result.stdout).toContain('2 not attempted');
    expect(await scene.tenant.names()).toEqual(['a']);
  });

  it.each([
    ['a stranger', { tags: [] }, 6, '--adopt a'],
    ["another project's", { tags: ['qlik-sync:other'] }, 6, '--take-ownership a'],
  ])('does not touch %s, does the rest, and says so with its exit code', async (_row, edit, code, lift) => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', filename: 'by-hand.zip', ...edit });
    const before = await scene.tenant.client.get('a');
    change('a');
    write('b');
    const result = await apply();
    expect(result.code).toBe(code);
    expect(result.stdout).toContain(lift);
    expect(await scene.tenant.client.get('a')).toEqual(before);
    expect(await scene.tenant.names()).toEqual(['a', 'b']);
    const lifted = await apply(...lift.split(' '));
    expect(lifted.code).toBe(0);
    expect((await scene.tenant.client.get('a')).tags).toContain('qlik-sync:acme');
    expect((await apply()).stdout).toContain('Nothing to do.');
  });

  it.each([
    ['stop', 7, 'one'],
    ['skip', 0, 'one'],
    ['overwrite', 0, 'changed'],
  ])('drift, --on-drift %s', async (onDrift, code, content) => {
    write('a', 'b');
    await apply();
    const other = await scene.tenant.client.downloadArchive('b');
    await scene.tenant.edit({ name: 'a', filename: 'by-hand.zip' });
    change('a');
    const result = await apply('--on-drift', onDrift);
    expect(result.code).toBe(code);
    expect(other.length).toBeGreaterThan(0);
    const file = await scene.tenant.client.downloadFile('a', 'a.js');
    expect(file.bytes.toString()).toContain(content);
  });

  it('an unmarked archive with our content is uploaded once, and then is ours', async () => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', filename: 'by-hand.zip' });
    expect((await apply()).stdout).toContain('same content, uploaded once to mark it as ours');
    expect((await apply()).stdout).toContain('Nothing to do.');
  });

  it('a name taken between plan and create is a conflict, not an overwrite', async () => {
    write('a');
    await scene.tenant.addFaults([
      { method: 'POST', path: '/api/v1/extensions', times: 1, when: 'before', kind: 'status', status: 409 },
    ]);
    const result = await apply();
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('✗ a  create failed');
  });

  it('touches what is selected and counts the rest', async () => {
    write('a', 'b');
    await apply();
    change('a', 'b');
    scene.workspace.write(extensionFiles('kpi-new'));
    const result = await apply('a', 'kpi-*', '--prune');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(
      'Plan: 1 to create, 1 to update, 0 to replace, 0 to delete, 0 blocked, 0 unchanged, 0 kept, 1 not selected, 0 unmanaged.',
    );
    expect((await scene.tenant.client.get('b')).qextVersion).toBe('1.0.0');
  });

  it('never deletes with a selection', async () => {
    write('a', 'b');
    await apply();
    scene.workspace.remove('extensions/b');
    expect((await apply('a', '--prune')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['a', 'b']);
  });

  it('finishes what is in flight when interrupted, and starts nothing', async () => {
    write('a', 'b', 'c', 'd');
    await apply();
    change('a', 'b', 'c', 'd');
    const interrupt = new AbortController();
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 400 },
    ]);
    const running = runInProcess(['apply', '--yes', '--concurrency', '1'], {
      cwd: scene.workspace.folder,
      env: scene.tenant.env,
      interrupted: interrupt.signal,
      onStderr: (text) => {
        if (text.includes('failed')) interrupt.abort(new Error('interrupted'));
      },
    });
    const result = await running;
    expect(result.code).toBe(130);
    expect(result.stdout).toContain('1 failed, 3 not attempted');
  });

  it('does not send what was still waiting for its turn when interrupted', async () => {
    write('a', 'b', 'c', 'd');
    await apply();
    change('a', 'b', 'c', 'd');
    const interrupt = new AbortController();
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 429, retryAfter: 30 },
    ]);
    const result = await runInProcess(['apply', '--yes', '--concurrency', '1'], {
      cwd: scene.workspace.folder,
      env: scene.tenant.env,
      interrupted: interrupt.signal,
      onStderr: (text) => {
        if (text.includes('slow down')) interrupt.abort(new Error('interrupted'));
      },
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('interrupted: finishing what is in flight');
    expect(result.stdout).toContain('0 updated, 0 replaced, 0 deleted, 0 failed, 4 not attempted');
  });

  it('says what is lost when a replace stopped half-way, and repairs it in the next run', async () => {
    scene.workspace.write(extensionFiles('a', { supernova: true }));
    await apply();
    scene.workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
    await scene.tenant.addFaults([
      { method: 'POST', path: '*', times: 1, when: 'before', kind: 'status', status: 422 },
    ]);
    const result = await apply('--allow-replace', 'a');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('deleted, but not created again');
    expect((await apply()).stdout).toContain('Applied: 1 created');
  });

  it('a login page in answer to a write is a matter of authentication', async () => {
    write('a');
    await scene.tenant.addFaults([{ method: 'POST', path: '*', times: 9, when: 'before', kind: 'html' }]);
    expect((await apply()).code).toBe(4);
    expect(await scene.tenant.names()).toEqual([]);
  });

  it('an archive that cannot be downloaded affects only its own extension', async () => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', filename: 'by-hand.zip' });
    change('a');
    write('b');
    await scene.tenant.addFaults([
      { method: 'GET', path: '*/file', times: 9, when: 'before', kind: 'status', status: 500 },
    ]);
    const result = await apply();
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('Applied: 1 created');
  });

  it('protects names in any Unicode form, and says which entries protect nothing', async () => {
    write('café', 'b');
    await apply();
    change('café', 'b');
    const protect = ['cafe\u0301', 'B', 'b*'];
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], protect }),
    });
    const result = await apply();
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('! café');
    expect(result.stdout).toContain('Applied: 0 created, 1 updated');
    expect(result.stdout.match(/protect-unmatched/g)).toHaveLength(2);
  });

  it('refuses more deletes than the limits allow, whatever --yes says', async () => {
    write('a', 'b', 'c', 'd');
    await apply();
    scene.workspace.remove('extensions/a');
    scene.workspace.remove('extensions/b');
    await scene.tenant.takeRequests();
    const refused = await apply('--prune');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('--allow-deletes=2');
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
    expect((await apply('--prune', '--allow-deletes=2')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['c', 'd']);
  });

  it('empties a project only when that is said', async () => {
    write('a');
    await apply();
    scene.workspace.remove('extensions/a');
    expect((await apply('--prune')).code).toBe(6);
    expect((await apply('--prune', '--allow-empty')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual([]);
  });
});

describe('protected environments', () => {
  beforeEach(() => {
    const environments = {
      prod: { tenant: scene.tenant.sandbox.url, protected: true, auth: { apiKey: '${KEY}' } },
    };
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        environments,
      }),
    });
    write('a');
  });

  it('protects whatever names the tenant', async () => {
    const env = { KEY: 'k', QLIK_API_KEY: scene.tenant.sandbox.apiKey };
    const result = await runInProcess(
      ['apply', '--env', 'prod', '--tenant', scene.tenant.sandbox.url, '--yes'],
      {
        cwd: scene.workspace.folder,
        env,
      },
    );
    expect(result.code).toBe(6);
    expect(await scene.tenant.names()).toEqual([]);
  });

  it.each([
    [['--yes'], 6, '--confirm prod'],
    [['--yes', '--confirm', 'dev'], 6, 'the protected environment is prod'],
    [['--confirm', 'prod'], 6, '--yes'],
    [['--yes', '--confirm', 'prod'], 0, ''],
  ] as const)('%j', async (args, code, says) => {
    const result = await runInProcess(['apply', '--env', 'prod', ...args], {
      cwd: scene.workspace.folder,
      env: { KEY: scene.tenant.sandbox.apiKey },
    });
    expect(result.stderr).toContain(says);
    expect(result.code).toBe(code);
    expect(await scene.tenant.names()).toEqual(code === 0 ? ['a'] : []);
  });
});

describe('plan', () => {
  it.each([
    [[], 0],
    [['--detailed-exitcode'], 2],
  ] as const)('%j with changes', async (args, code) => {
    write('a');
    expect((await qlikSync('plan', ...args)).code).toBe(code);
  });

  it('--detailed-exitcode without changes', async () => {
    write('a');
    await apply();
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('says what apply would refuse', async () => {
    write('a', 'b', 'c');
    await apply();
    scene.workspace.remove('extensions/a');
    scene.workspace.remove('extensions/b');
    const result = await qlikSync('plan', '--prune');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('apply would refuse: This run would delete 2');
  });
});
