/** `history`: what was done, by whom, how it ended, and how to undo it, from the journals alone. */

import { hostname } from 'node:os';
import { describe, expect } from 'vitest';
import { git } from '../git.js';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene({ files: { ...extensionFiles('a'), ...extensionFiles('b') } });

const run = (args: readonly string[], env: Readonly<Record<string, string>> = scene.tenant.env) =>
  runInProcess(args, { cwd: scene.workspace.folder, env });
const address = () => ({ QLIK_TENANT_URL: scene.tenant.sandbox.url });

interface History {
  readonly tenant?: { readonly url: string };
  readonly runs: readonly {
    readonly id: string;
    readonly result: string;
    readonly tenant: string;
    readonly changes: readonly object[];
  }[];
  readonly unreadable: readonly string[];
}

async function readHistory(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = address(),
): Promise<History> {
  const { code, stdout, stderr } = await run(['history', '--json', ...args], env);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as History;
}

/** Two runs: one creates a and b, the other updates a and deletes b. */
async function applyTwice(env: Readonly<Record<string, string>> = scene.tenant.env): Promise<void> {
  expect(await run(['apply', '--yes'], env)).toMatchObject({ code: 0 });
  scene.workspace.remove('extensions/b');
  scene.workspace.write(extensionFiles('a', { code: 'two' }));
  expect(await run(['apply', '--yes', '--prune', '--allow-deletes=1'], env)).toMatchObject({ code: 0 });
}

const remains = remainsIn(() => scene.workspace.folder);

/** Changes the journal of the newest run. */
async function spoilNewest(change: (text: string) => string): Promise<void> {
  const [newest] = (await readHistory()).runs;
  await remains.spoil('runs', ({ name, content }) =>
    name === `${newest?.id}.jsonl` ? change(content.toString()) : content,
  );
}

/** As kill -9 leaves it: without an end, by a process that is no more. */
function killLater(): Promise<void> {
  return spoilNewest((text) =>
    text.replace(/^.*"kind":"end".*\n/m, '').replace(/"pid":\d+/, '"pid":4194305'),
  );
}

describe('history', () => {
  it('says so if nothing has been done yet', async () => {
    const { code, stdout } = await run(['history']);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing has been recorded yet.');
  });

  it('lists runs newest first, with who, what and how to undo it', async () => {
    await applyTwice();
    const { runs, unreadable } = await readHistory();
    expect(unreadable).toEqual([]);
    expect(runs).toMatchObject([
      {
        command: 'apply',
        project: 'acme',
        tenant: scene.tenant.sandbox.url,
        who: { host: hostname(), pid: process.pid },
        result: 'ended',
        exitCode: 0,
        plan: expect.stringMatching(/^sha256:/),
        counts: { created: 0, updated: 1, replaced: 0, deleted: 1, failed: 0, notAttempted: 0 },
        changes: [
          { name: 'a', action: 'update', result: 'done' },
          { name: 'b', action: 'delete', result: 'done' },
        ],
        undo: `qlik-sync rollback ${runs[0]?.id}`,
      },
      { counts: { created: 2 }, undo: `qlik-sync rollback ${runs[1]?.id}` },
    ]);
  });

  it('for people', async () => {
    await applyTwice();
    const { runs } = await readHistory();
    const { stdout } = await run(['history', '-v'], address());
    const steady = stdout
      .replaceAll(scene.tenant.sandbox.url, '<tenant>')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S+@\S+/g, '<when>  <who>');
    expect(steady).toBe(`qlik-sync history · tenant (environment) · <tenant> · project acme

  ${runs[0]?.id}  apply  <when>  <who>  done
    1 updated, 1 deleted
    ~ a  update
    - b  delete

  ${runs[1]?.id}  apply  <when>  <who>  done
    2 created
    + a  create
    + b  create

2 runs. To undo one, name it: qlik-sync rollback ${runs[0]?.id}
`);
  });

  it('needs neither the tenant nor a credential', async () => {
    await applyTwice();
    await scene.tenant.takeRequests();
    expect((await readHistory()).runs).toHaveLength(2);
    expect(await scene.tenant.seeRequests()).toEqual([]);
    expect(
      (await readHistory(['--tenant', scene.tenant.sandbox.url], { QLIK_TENANT_URL: '' })).runs,
    ).toHaveLength(2);
    expect((await readHistory(['--sandbox'])).runs).toEqual([]);
    const { stdout } = await run(['history', '--sandbox'], {});
    expect(stdout).toMatch(/^qlik-sync history · sandbox \(--sandbox\) · project \S+\n/);
  });

  it('lists the runs of one environment, or without one those of all tenants', async () => {
    const config = {
      project: 'acme',
      extensions: ['extensions/*'],
      environments: {
        dev: { tenant: '${DEV_URL}', auth: { apiKey: '${DEV_KEY}' } },
        prod: { tenant: 'https://acme.eu.qlikcloud.com', auth: { apiKey: '${PROD_KEY}' } },
      },
    };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
    const dev = { DEV_URL: scene.tenant.sandbox.url, DEV_KEY: scene.tenant.sandbox.apiKey };
    expect(await run(['apply', '--env', 'dev', '--yes'], dev)).toMatchObject({ code: 0 });
    expect(await run(['apply', '--sandbox', '--yes'], {})).toMatchObject({ code: 0 });
    const tenants = async (args: readonly string[], env: Readonly<Record<string, string>>) =>
      (JSON.parse((await run(['history', '--json', ...args], env)).stdout) as History).runs.map(
        (one) => one.tenant,
      );
    expect(await tenants(['--env', 'dev'], { DEV_URL: scene.tenant.sandbox.url })).toEqual([
      scene.tenant.sandbox.url,
    ]);
    expect(await tenants(['--env', 'prod'], {})).toEqual([]);
    expect(await tenants([], {})).toEqual(['sandbox', scene.tenant.sandbox.url]);
    const { stdout } = await run(['history'], {});
    expect(stdout).toContain(`2 created · dev · ${scene.tenant.sandbox.url}`);
  });

  it('each folder of an embedded tenant is a tenant of its own; its plan does not depend on the port', async () => {
    const digests = [];
    for (const dir of ['box/one', 'box/two', 'box/one']) {
      const { stdout } = await run(['plan', '--json', '--sandbox-dir', dir], {});
      digests.push((JSON.parse(stdout) as { readonly digest: string }).digest);
    }
    expect(digests[2]).toBe(digests[0]);
    expect(digests[1]).not.toBe(digests[0]);
    expect(await run(['apply', '--yes', '--sandbox-dir', 'box/one'], {})).toMatchObject({ code: 0 });
    const ofOne = (await readHistory(['--sandbox-dir', 'box/one'], {})).runs;
    expect(ofOne).toMatchObject([{ tenant: 'sandbox:box/one' }]);
    expect((await readHistory(['--sandbox-dir', 'box/two'], {})).runs).toEqual([]);
    expect((await readHistory(['--sandbox'], {})).runs).toEqual([]);
    const undoing = await run(['rollback', '--yes', '--prune', '--sandbox-dir', 'box/two'], {});
    expect(undoing).toMatchObject({ code: 3, stderr: expect.stringContaining('There is nothing to undo') });
  });

  it('says which run died, and what is known to be done', async () => {
    await applyTwice();
    await killLater();
    const { stdout } = await run(['history']);
    expect(stdout).toMatch(/apply .* died\n {4}1 updated, 1 deleted\n/);
    expect((await readHistory()).runs.map(({ result }) => result)).toEqual(['died', 'ended']);
  });

  it('names files that are not journals, and is not fooled by their content', async () => {
    await applyTwice();
    const evil = JSON.stringify({ name: '\u001b[2Ja\r\n' }).slice(1, -1);
    await spoilNewest((text) => text.replace('"name":"a"', evil));
    await remains.add('runs', '20200101T000000Z-0000.jsonl', '\u001b[31m{"kind":"run"}\n');
    const { code, stdout } = await run(['history', '-v']);
    expect(code).toBe(0);
    expect(stdout).toContain('not a journal: .qlik-sync/runs/');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows the commit, whether anything was uncommitted, and the pipeline', async () => {
    const inRepository = (...args: readonly string[]) => git(scene.workspace.folder, ...args);
    inRepository('init', '-q', '-b', 'main');
    inRepository('add', '-A');
    inRepository('commit', '-q', '-m', 'first');
    const commit = inRepository('rev-parse', 'HEAD');
    expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
    scene.workspace.write(extensionFiles('a', { code: 'two' }));
    const pipeline = {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/charts',
      GITHUB_RUN_ID: '42',
      GITHUB_ACTOR: 'ana',
    };
    expect(await run(['apply', '--yes'], { ...scene.tenant.env, ...pipeline })).toMatchObject({ code: 0 });
    const { runs } = await readHistory();
    expect(runs).toMatchObject([
      {
        who: { user: 'ana' },
        source: { commit, branch: 'main', dirty: true, ci: 'https://github.com/acme/charts/actions/runs/42' },
      },
      { source: { commit, branch: 'main', dirty: false } },
    ]);
    const { stdout } = await run(['history']);
    expect(stdout).toContain(`${commit.slice(0, 10)} (main, uncommitted changes)`);
    expect(stdout).toContain('https://github.com/acme/charts/actions/runs/42');
  });

  it('keeps as many runs as the config says', async () => {
    const config = { project: 'acme', extensions: ['extensions/*'], backup: { keep: 2 } };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
    for (const code of ['1', '2', '3', '4']) {
      scene.workspace.write(extensionFiles('a', { code }));
      expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
    }
    expect((await readHistory()).runs).toHaveLength(2);
  });

  it('a run that died is reported until another run ends, even one with nothing left to do', async () => {
    await applyTwice();
    await killLater();
    // Brings what a store has to this machine: a session begins with what is known here.
    await readHistory();
    const told = 'The last run did not finish';
    const ended = AbortSignal.abort(new Error('interrupted'));
    const own = { cwd: scene.workspace.folder, env: scene.tenant.env, interrupted: ended };
    expect((await runInProcess(['watch'], own)).stderr).toContain(told);
    expect((await run(['apply', '--yes'])).stderr).toContain(told);
    expect((await run(['apply', '--yes'])).stderr).not.toContain(told);
    expect((await readHistory()).runs).toMatchObject([
      { result: 'ended', changes: [] },
      { result: 'died' },
      { result: 'ended' },
    ]);
  });

  it('an apply with nothing to do is not listed', async () => {
    await applyTwice();
    expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
    expect((await readHistory()).runs).toHaveLength(2);
  });

  it('no key is in any file it reads', async () => {
    await applyTwice();
    for (const { content } of await remains.read('runs'))
      expect(content.toString()).not.toContain(scene.tenant.sandbox.apiKey);
  });
});
