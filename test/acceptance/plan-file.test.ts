/** `plan --out` and `apply plan.json`, `--expect`: exactly what was reviewed is written, or nothing. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../git.js';
import { useScene } from './support/scene.js';
import { openTestTenant } from './support/tenant.js';
import { extensionFiles, type Result } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene({ files: { ...extensionFiles('kpi'), ...extensionFiles('gauge') } });
const { qlikSync } = scene;

async function well(...args: readonly string[]): Promise<Result> {
  const result = await qlikSync(...args);
  expect([result.code, args.join(' '), result.stderr]).toEqual([0, args.join(' '), result.stderr]);
  return result;
}

/** Deploys what is there, then makes a plan of what comes after. */
async function planAfter(change: () => unknown, ...args: readonly string[]): Promise<void> {
  await well('apply', '--yes');
  await change();
  await well('plan', '--out', 'plan.json', ...args);
  await scene.tenant.takeRequests();
}

const applyPlan = (...args: readonly string[]): Promise<Result> =>
  qlikSync('apply', 'plan.json', '--yes', ...args);

async function writes(): Promise<readonly string[]> {
  const requests = await scene.tenant.takeRequests();
  return requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
}

interface Document {
  readonly digest: string;
  readonly changes: readonly object[];
}

const readPlan = (): Document =>
  JSON.parse(readFileSync(join(scene.workspace.folder, 'plan.json'), 'utf8')) as Document;
const rewrite = (change: (document: Document) => object): void =>
  scene.workspace.write({ 'plan.json': JSON.stringify(change(readPlan())) });

const forgeDigest = ({ changes, ...rest }: Document): object => ({
  ...rest,
  changes: changes.map((each) => ({ ...each, desired: { digest: '0'.repeat(64) } })),
});

const update = (name: string, code = 'two'): void => scene.workspace.write(extensionFiles(name, { code }));

async function editByHand(name: string, more: object = {}): Promise<void> {
  const manifest = JSON.stringify({ name, type: 'visualization' });
  const file = await zipOf({ [`${name}.qext`]: manifest, [`${name}.js`]: 'define([], () => 0);' });
  await scene.tenant.edit({ name, file: file.toString('base64'), filename: 'by-hand.zip', ...more });
}

async function remove(name: string): Promise<void> {
  const record = (await scene.tenant.client.list()).find(({ qextFilename }) => qextFilename === name);
  await scene.tenant.client.remove(record?.id ?? '');
}

describe('a plan that still holds', () => {
  it('is applied, and then has nothing left to do', async () => {
    await planAfter(() => {
      update('kpi');
      scene.workspace.write(extensionFiles('third'));
    });
    expect((await applyPlan()).code).toBe(0);
    expect([...(await writes())].sort()).toEqual(['PATCH', 'POST']);
    expect((await applyPlan()).code).toBe(0);
    expect(await writes()).toEqual([]);
  });

  it('continues where a run failed half-way', async () => {
    await well('plan', '--out', 'plan.json');
    const fault = { method: 'POST', path: '*', skip: 1, times: 99, when: 'before' };
    await scene.tenant.addFaults([{ ...fault, kind: 'status', status: 400 }]);
    expect((await applyPlan('--concurrency', '1')).code).toBe(5);
    await scene.tenant.clearFaults();
    await scene.tenant.takeRequests();
    expect((await applyPlan()).code).toBe(0);
    expect(await writes()).toEqual(['POST']);
  });

  it('continues with a delete after another failed, by the number of both', async () => {
    const config = { project: 'acme', extensions: ['extensions/*'], maxDeletes: 1 };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config), ...extensionFiles('third') });
    const drop = (): void => {
      for (const name of ['kpi', 'gauge']) scene.workspace.remove(`extensions/${name}`);
    };
    await planAfter(drop, '--prune', '--allow-deletes', '2');
    await scene.tenant.addFaults([
      { method: 'DELETE', path: '*', skip: 1, times: 99, kind: 'status', status: 400 },
    ]);
    expect((await applyPlan('--concurrency', '1')).code).toBe(5);
    await scene.tenant.clearFaults();
    await scene.tenant.takeRequests();
    expect(await applyPlan()).toMatchObject({ code: 0 });
    expect(await writes()).toEqual(['DELETE']);
    expect(await applyPlan()).toMatchObject({ code: 0 });
  });

  it('finishes its replace that stopped after the delete', async () => {
    scene.workspace.write(extensionFiles('kpi', { supernova: true }));
    const lose = (): void => scene.workspace.write(extensionFiles('kpi', { supernova: false, code: 'two' }));
    await planAfter(lose, '--allow-replace', 'kpi');
    await scene.tenant.addFaults([{ method: 'POST', path: '*', times: 99, kind: 'status', status: 400 }]);
    const failed = await applyPlan();
    expect([failed.code, failed.stdout]).toEqual([5, expect.stringContaining('finishes the replace')]);
    await scene.tenant.clearFaults();
    await scene.tenant.takeRequests();
    expect(await applyPlan()).toMatchObject({ code: 0 });
    expect(await writes()).toEqual(['POST']);
    expect(await applyPlan()).toMatchObject({ code: 0 });
  });

  it('keeps its selection', async () => {
    await planAfter(() => update('kpi'), 'kpi');
    update('gauge');
    scene.workspace.write(extensionFiles('third'));
    expect((await applyPlan()).code).toBe(0);
    expect(await writes()).toEqual(['PATCH']);
  });

  it('brings its approvals', async () => {
    await planAfter(() => scene.workspace.remove('extensions/gauge'), '--prune');
    expect((await applyPlan()).code).toBe(0);
    expect(await writes()).toEqual(['DELETE']);
  });

  it('leaves a blocked change, and says so by its exit code', async () => {
    await planAfter(async () => {
      update('kpi');
      await scene.tenant.edit({ name: 'gauge', tags: ['qlik-sync:others'] });
    });
    expect((await applyPlan()).code).toBe(6);
    expect(await writes()).toEqual(['PATCH']);
  });

  it('may be of a later version that adds fields', async () => {
    await planAfter(() => update('kpi'));
    rewrite(({ changes, ...rest }) => ({
      ...rest,
      later: 1,
      changes: changes.map((each) => ({ ...each, later: [] })),
    }));
    expect((await applyPlan()).code).toBe(0);
  });

  it('may begin with a byte order mark, but not be UTF-16', async () => {
    await planAfter(() => scene.workspace.write(extensionFiles('kpi', { code: 'two' })));
    const text = `\uFEFF${readFileSync(join(scene.workspace.folder, 'plan.json'), 'utf8')}`;
    scene.workspace.write({ 'plan.json': Buffer.from(text, 'utf16le') });
    const { code, stderr } = await applyPlan();
    expect([code, stderr]).toEqual([3, expect.stringContaining("plan.json is UTF-16, as PowerShell's >")]);
    expect(stderr).toContain('qlik-sync plan --out plan.json writes one.');
    scene.workspace.write({ 'plan.json': text });
    expect((await applyPlan()).code).toBe(0);
  });

  it('has a rail lifted beside it', async () => {
    const config = { project: 'acme', extensions: ['extensions/*'], maxUpdatePercent: 10 };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
    await planAfter(() => {
      update('kpi');
      update('gauge');
    });
    expect((await applyPlan()).code).toBe(6);
    expect(await writes()).toEqual([]);
    expect((await applyPlan('--allow-updates=2')).code).toBe(0);
  });

  it('is not approved by its file alone', async () => {
    await planAfter(() => update('kpi'));
    expect((await qlikSync('apply', 'plan.json')).code).toBe(3);
    expect(await writes()).toEqual([]);
  });
});

describe('a plan that moved', () => {
  const moves: readonly [string, () => unknown, RegExp][] = [
    ['the folder changed', () => update('kpi', 'three'), /kpi: the folder changed/],
    ['the folder went back', () => update('kpi', 'one'), /kpi: update was reviewed; now /],
    ['its archive was edited', () => editByHand('kpi'), /kpi: update was reviewed; now /],
    [
      'its archive was edited back to ours',
      () => changeAndMark(),
      /kpi: the tenant's archive changed \(md5 /,
    ],
    [
      'its tag was taken',
      () => scene.tenant.edit({ name: 'kpi', tags: [] }),
      /kpi: update was reviewed; now /,
    ],
    ['it was deleted', () => remove('kpi'), /kpi: update was reviewed, now it is create\n/],
    [
      'the folder was removed',
      () => scene.workspace.remove('extensions/kpi'),
      /kpi: update was reviewed; now /,
    ],
    [
      'there is another folder',
      () => scene.workspace.write(extensionFiles('third')),
      /third: create was not in the reviewed plan/,
    ],
    ['another one changed', () => update('gauge'), /gauge: update was not in the reviewed plan/],
    ['another one is gone', () => remove('gauge'), /gauge: create was not in the reviewed plan/],
    [
      'the config adds a tag',
      () => {
        const config = { project: 'acme', extensions: ['extensions/*'], tags: ['finance'] };
        scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
      },
      /gauge: update was not in the reviewed plan/,
    ],
  ];
  it.each(moves)('%s: nothing is written', async (_, move, words) => {
    await planAfter(() => update('kpi'));
    await move();
    await scene.tenant.takeRequests();
    const { code, stderr } = await applyPlan();
    expect([code, stderr]).toEqual([7, expect.stringMatching(words)]);
    expect(stderr).toContain('The reviewed plan is stale; nothing was written.');
    expect(await writes()).toEqual([]);
  });

  /** Another machine of the project deployed something else meanwhile. */
  async function changeAndMark(): Promise<void> {
    update('kpi', 'from elsewhere');
    await well('apply', '--yes', 'kpi');
    update('kpi');
  }

  it('lists everything that moved', async () => {
    await planAfter(() => update('kpi'));
    await editByHand('kpi');
    await remove('gauge');
    expect((await applyPlan()).stderr).toMatch(/\ngauge: .*\nkpi: /);
  });

  it('a change that was blocked and no longer is was not reviewed', async () => {
    await planAfter(async () => {
      update('kpi');
      await scene.tenant.edit({ name: 'gauge', tags: ['qlik-sync:others'] });
    });
    await remove('gauge');
    await scene.tenant.takeRequests();
    expect((await applyPlan()).code).toBe(7);
    expect(await writes()).toEqual([]);
  });
});

describe('a plan that is not for this', () => {
  const mistakes: readonly [string, number, () => unknown, RegExp, ...args: readonly string[]][] = [
    [
      'no JSON',
      3,
      () => scene.workspace.write({ 'plan.json': 'x' }),
      /plan\.json is not a plan: it is not JSON/,
    ],
    [
      'another document',
      3,
      async () => {
        scene.workspace.write({ 'plan.json': (await qlikSync('validate', '--json')).stdout });
      },
      /plan\.json is not a plan: command/,
    ],
    [
      'a later schema',
      3,
      () => rewrite((plan) => ({ ...plan, schemaVersion: 2 })),
      /its schemaVersion is 2, and this version reads 1/,
    ],
    ['no schema', 3, () => rewrite(({ digest }) => ({ digest })), /its schemaVersion is missing/],
    ['changed by hand', 6, () => rewrite(forgeDigest), /was changed after it was planned/],
    [
      'another project',
      6,
      () =>
        scene.workspace.write({
          'qlik-sync.config.json': '{"project":"others","extensions":["extensions/*"]}',
        }),
      /a plan of project acme, and this one is others/,
    ],
    ['an approval that it lacks', 3, () => undefined, /was planned without --prune/, '--prune'],
    [
      'an approval of a name',
      3,
      () => undefined,
      /was planned without --take-ownership/,
      '--take-ownership',
      'kpi',
    ],
    ['names beside it', 3, () => undefined, /no names can be given beside it/, 'kpi'],
    [
      'another selection',
      3,
      () => undefined,
      /--changed-since cannot be combined with/,
      '--changed-since',
      'main',
    ],
    ['a file that is not there', 3, () => scene.workspace.remove('plan.json'), /plan\.json/],
  ];
  it.each(mistakes)('%s: exit %i and not one request', async (_, exitCode, spoil, words, ...args) => {
    await planAfter(() => update('kpi'));
    await spoil();
    await scene.tenant.takeRequests();
    const { code, stderr } = await applyPlan(...args);
    expect([code, stderr]).toEqual([exitCode, expect.stringMatching(words)]);
    expect((await scene.tenant.takeRequests()).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('another tenant', async () => {
    await planAfter(() => update('kpi'));
    const other = await openTestTenant();
    const result = await scene.qlikSyncWith(other.env, 'apply', 'plan.json', '--yes');
    expect([result.code, await other.takeRequests()]).toEqual([6, []]);
    expect(result.stderr).toMatch(/is a plan for http:\/\/127\.0\.0\.1:\d+, and this run is on http/);
    await other.close();
  });

  it('--out that cannot be written is reported before any request', async () => {
    expect((await qlikSync('plan', '--out', 'extensions')).code).toBe(3);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});

describe('the commit, if git does not know it', () => {
  const notice = 'The commit is not recorded: the repository belongs to another user';
  const rows: readonly [string, number][] = [
    ['plan', 0],
    ['plan --out plan.json', 1],
    ['plan --json', 1],
    ['apply --yes', 1],
    ['apply --yes --json', 1],
  ];
  it.each(rows)('%s: %i notice', async (command, times) => {
    git(scene.workspace.folder, 'init', '--quiet');
    const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const { stderr, code } = await scene.qlikSyncWith(env, ...command.split(' '));
    expect(code, stderr).toBe(0);
    expect(stderr.split(notice).length - 1).toBe(times);
    if (times > 0) expect(stderr).toContain('Trust it: git config --global --add safe.directory ');
  });
});

describe('--expect', () => {
  const digestNow = async (...args: readonly string[]): Promise<string> =>
    JSON.parse((await well('plan', '--json', ...args)).stdout).digest;

  it('writes the plan of that digest, and succeeds if nothing is left of it', async () => {
    const digest = await digestNow();
    await scene.tenant.takeRequests();
    await well('apply', '--yes', '--expect', digest);
    expect(await writes()).toEqual(['POST', 'POST']);
    expect((await well('apply', '--yes', '--expect', digest)).stderr).toContain(`--expect says ${digest}`);
    expect(await writes()).toEqual([]);
  });

  it('that was never a plan is reported with both digests, even if nothing is planned', async () => {
    await well('apply', '--yes');
    const digest = await digestNow();
    const other = `sha256:${'a'.repeat(64)}`;
    const { stderr } = await well('apply', '--yes', '--expect', other);
    expect(stderr).toContain(`--expect says ${other}, and the plan is ${digest}: nothing is left`);
    expect((await well('apply', '--yes', '--expect', digest)).stderr).toBe('');
  });

  it('writes nothing of another one', async () => {
    const digest = await digestNow();
    update('kpi');
    const { code, stderr } = await qlikSync('apply', '--yes', '--expect', digest);
    expect([code, stderr]).toEqual([
      7,
      expect.stringContaining(`and --expect says ${digest}; nothing was written`),
    ]);
    expect(await writes()).toEqual([]);
  });

  it('is that of the same options', async () => {
    await well('apply', '--yes');
    scene.workspace.remove('extensions/kpi');
    const digest = await digestNow('--prune');
    await scene.tenant.takeRequests();
    expect(await digestNow()).not.toBe(digest);
    await well('apply', '--yes', '--prune', '--expect', digest);
    expect(await writes()).toEqual(['DELETE']);
  });

  it.each(['sha256:1', 'x', ''])('%j is no digest', async (digest) => {
    expect((await qlikSync('apply', '--yes', '--expect', digest)).code).toBe(3);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});
