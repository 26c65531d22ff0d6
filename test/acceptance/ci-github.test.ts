/** examples/ci/github: every step run as GitHub runs it, against the sandbox. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireTool } from '../require-tool.js';
import { beginRun, type Event, type JobResult, runWorkflow, type WorkflowRun } from './support/ci/github.js';
import { examples, openPipelineShell, type PipelineShell, writeFiles } from './support/ci/shell.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import { configWith, extensionFiles } from './support/workspace.js';

let shell: PipelineShell;
beforeEach(async () => {
  shell = await openPipelineShell();
});
afterEach(async () => {
  const told = [...shell.calls(), shell.printed()].join('\n');
  for (const secret of Object.values(shell.secrets)) expect(told).not.toContain(secret);
  await shell.close();
});

const hasJq = requireTool('jq');

const onPullRequest = (from: 'acme/charts' | 'stranger/charts'): Omit<Event, 'secrets'> => ({
  github: {
    ...{ repository: 'acme/charts', actor: 'ann', token: 'a-token' },
    event: { pull_request: { number: 7, head: { repo: { full_name: from } } } },
  },
});

function run(
  workflow: string,
  event: Partial<Event> = {},
  attemptOf = beginRun(shell),
): Promise<Readonly<Record<string, JobResult>>> {
  const github = { repository: 'acme/charts', actor: 'ann', token: 'a-token', event: {} };
  const file = join(examples, 'github', workflow);
  return runWorkflow(file, shell, { github, secrets: shell.secrets, ...event }, attemptOf);
}

const results = (jobs: Record<string, JobResult>): Record<string, string> =>
  Object.fromEntries(Object.entries(jobs).map(([name, { result }]) => [name, result]));

async function deploy(): Promise<void> {
  expect(results(await run('deploy.yml'))).toEqual({ plan: 'success', apply: 'success' });
  await shell.tenant.takeRequests();
}

describe.runIf(hasJq)('plan.yml', () => {
  it('validates what a merge queue tries out, and plans nothing', async () => {
    const ref = 'refs/heads/gh-readonly-queue/main/pr-7-0123456789';
    const github = { repository: 'acme/charts', actor: 'ann', token: 'a-token', ref, event: {} };
    expect(results(await run('plan.yml', { github }))).toEqual({ validate: 'success', plan: 'skipped' });
    expect(await shell.tenant.takeRequests()).toEqual([]);
  });

  it('posts one comment and keeps it up to date', async () => {
    const stranger = { id: 99, body: '<!-- qlik-sync:plan:acme:prod -->\nquoted', user: { login: 'bob' } };
    const event = onPullRequest('acme/charts');
    const jobs = await run('plan.yml', event);
    expect(results(jobs)).toEqual({ validate: 'success', plan: 'success' });
    expect(jobs['plan']?.summary).toContain('2 changes');
    expect(shell.gh().comments.map(({ body }) => body.split('\n')[1])).toEqual([
      '### 📋 qlik-sync plan · prod · acme: 2 changes',
    ]);
    shell.changeGh({ comments: [...shell.gh().comments, stranger] });
    shell.commit(extensionFiles('third'));
    await run('plan.yml', event);
    expect(shell.gh().comments.map(({ body }) => body.split('\n')[1])).toEqual([
      '### 📋 qlik-sync plan · prod · acme: 3 changes',
      'quoted',
    ]);
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });

  it('posts no second comment if GitHub does not say whether there is one', async () => {
    const event = onPullRequest('acme/charts');
    await run('plan.yml', event);
    shell.changeGh({ broken: 'api GET' });
    expect((await run('plan.yml', event))['plan']?.result).toBe('failure');
    expect(shell.gh().comments).toHaveLength(1);
  });

  it('names in the comment what stops it', async () => {
    await shell.tenant.addFaults([
      { method: 'GET', path: '*', times: 99, when: 'before', kind: 'status', status: 403 },
    ]);
    const jobs = await run('plan.yml', onPullRequest('acme/charts'));
    expect(jobs['plan']).toMatchObject({ result: 'failure', code: 4 });
    expect(shell.gh().comments[0]?.body).toContain('❌ qlik-sync plan');
  });

  it('checks a fork without any secret, and no more', async () => {
    const jobs = await run('plan.yml', { ...onPullRequest('stranger/charts'), secrets: {} });
    expect(results(jobs)).toEqual({ validate: 'success', plan: 'skipped' });
    expect(jobs['validate']?.env).toEqual({});
    expect(shell.gh().comments).toEqual([]);
    expect(await shell.tenant.takeRequests()).toEqual([]);
  });

  it('runs no program that the config of the pull request names', async () => {
    const trace = join(shell.newFolder(), 'trace');
    shell.commit({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        policy: { command: ['touch', trace] },
        environments: {
          prod: { tenant: shell.tenant.sandbox.url, auth: { apiKey: { command: ['touch', trace] } } },
        },
      }),
    });
    const jobs = await run('plan.yml', onPullRequest('acme/charts'));
    expect(jobs['plan']).toMatchObject({ result: 'failure', code: 3 });
    expect(shell.gh().comments[0]?.body).toContain('--no-exec');
    expect(existsSync(trace)).toBe(false);
  });

  it('stops at broken folders', async () => {
    shell.commit({ 'extensions/acme-kpi/acme-kpi.js': '' });
    const jobs = await run('plan.yml', onPullRequest('acme/charts'));
    expect(results(jobs)).toEqual({ validate: 'failure', plan: 'skipped' });
    expect(shell.printed()).toContain('::error file=extensions/acme-kpi/acme-kpi.js');
  });
});

describe('deploy.yml', () => {
  it('applies the plan of its first job, then nothing', async () => {
    shell.useBuilt();
    const jobs = await run('deploy.yml');
    expect(results(jobs)).toEqual({ plan: 'success', apply: 'success' });
    expect(jobs['apply']?.summary).toContain('2 changes applied');
    expect(await shell.tenant.takeWrites()).toEqual(['POST', 'POST']);
    expect(results(await run('deploy.yml'))).toEqual({ plan: 'success', apply: 'skipped' });
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });

  it('keeps what a rollback needs', async () => {
    await deploy();
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    const jobs = await run('deploy.yml');
    expect(jobs['apply']).toMatchObject({ result: 'success' });
    expect(jobs['apply']?.artifacts).toEqual(['.qlik-sync', 'deploy.html']);
  });

  it('writes nothing if the tenant changed while the plan was reviewed', async () => {
    await deploy();
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    const jobs = await run('deploy.yml', { before: { apply: () => shell.tenant.editByHand('acme-kpi') } });
    expect(jobs['apply']).toMatchObject({ result: 'failure', code: 7 });
    expect(shell.printed()).toContain('The reviewed plan is stale; nothing was written.');
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });

  it('stops if the key of the plan would have to write', async () => {
    const { QLIK_PLAN_KEY } = shell.secrets;
    const jobs = await run('deploy.yml', { secrets: { QLIK_PLAN_KEY, QLIK_DEPLOY_KEY: QLIK_PLAN_KEY } });
    expect(jobs['apply']).toMatchObject({ result: 'failure', code: 4 });
  });
});

describe.runIf(hasJq)('drift.yml', () => {
  it('keeps one issue as long as there is drift', async () => {
    await deploy();
    await run('drift.yml');
    expect(shell.gh().issues).toEqual([]);
    await shell.tenant.editByHand('acme-kpi');
    expect((await run('drift.yml'))['drift']?.result).toBe('success');
    await run('drift.yml');
    expect(shell.gh().issues).toMatchObject([{ state: 'open', body: expect.stringContaining('acme-kpi') }]);
    await heal();
    await run('drift.yml');
    expect(shell.gh().issues).toMatchObject([{ state: 'closed' }]);
  });

  it('uses the current state of main, even if an old run is started again', async () => {
    await deploy();
    const old = beginRun(shell);
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    await deploy();
    expect((await run('drift.yml', {}, old))['drift']?.result).toBe('success');
    expect(shell.gh().issues).toEqual([]);
  });

  it('fails if drift cannot be determined', async () => {
    await shell.tenant.addFaults([
      { method: 'GET', path: '*', times: 99, when: 'before', kind: 'status', status: 401 },
    ]);
    expect((await run('drift.yml'))['drift']).toMatchObject({ result: 'failure', code: 4 });
    expect(shell.gh().issues).toEqual([]);
  });
});

async function heal(): Promise<void> {
  const records = await shell.tenant.client.list();
  for (const { id } of records) await shell.tenant.client.remove(id);
  await deploy();
}

describe('reconcile.yml', () => {
  it('overwrites what was changed by hand, and a rollback of its run brings that back', async () => {
    await deploy();
    await shell.tenant.editByHand('acme-kpi');
    const byHand = (await shell.tenant.find('acme-kpi'))?.file?.md5;
    const reconciling = beginRun(shell);
    expect(results(await run('reconcile.yml', {}, reconciling))).toEqual({ reconcile: 'success' });
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).not.toBe(byHand);
    const inputs = { run: String(reconciling.id), what: '' };
    expect(results(await run('rollback.yml', { inputs }))).toEqual({ plan: 'success', apply: 'success' });
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).toBe(byHand);
  });

  it('writes nothing if there is nothing to do, and nothing of an old run', async () => {
    await deploy();
    const old = beginRun(shell);
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    await deploy();
    expect(results(await run('reconcile.yml'))).toEqual({ reconcile: 'success' });
    expect(results(await run('reconcile.yml', {}, old))).toEqual({ reconcile: 'failure' });
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });
});

describe.runIf(hasJq)('rollback.yml', () => {
  const roll = async (number: string): Promise<Record<string, string>> =>
    results(await run('rollback.yml', { inputs: { run: number, what: '' } }));
  const ofMain = { head_repository: { full_name: 'acme/charts' }, head_branch: 'main', event: 'push' };

  it.each([
    [
      'a pull request of a fork',
      { head_repository: { full_name: 'stranger/charts' }, event: 'pull_request' },
    ],
    ['a pull request of a branch', { head_branch: 'topic', event: 'pull_request' }],
    ['a branch', { head_branch: 'topic' }],
    ['a branch whose name begins like main', { head_branch: 'main-push' }],
    ['a workflow that other runs start', { event: 'workflow_run' }],
  ])('takes no record from a run of %s', async (_, of) => {
    const deploying = beginRun(shell);
    await run('deploy.yml', {}, deploying);
    await shell.tenant.takeRequests();
    shell.changeGh({ runs: { [deploying.id]: { ...ofMain, ...of } } });
    expect(await roll(String(deploying.id))).toEqual({ plan: 'failure', apply: 'skipped' });
    expect(shell.printed()).toContain('::error::This is not a deploy of main');
    expect(await shell.tenant.takeRequests()).toEqual([]);
  });

  it.each([
    ['x', '::error::This is not a deploy of main'],
    ['1 2', '::error::This is not a deploy of main'],
    ['../../../user', '::error::This is not a deploy of main'],
    ['1/../2', '::error::This is not a deploy of main'],
    ['1?a=b', '::error::This is not a deploy of main'],
    // The last run of the store, where there is none.
    ['', 'There is nothing to undo'],
  ])('asks nothing for the run %j', async (text, said) => {
    expect(await roll(text)).toEqual({ plan: 'failure', apply: 'skipped' });
    expect(shell.printed()).toContain(said);
    expect(shell.calls().filter((call) => call.startsWith('gh '))).toEqual([]);
  });

  /** A run of main that changed what was there. */
  const redeploy = async (): Promise<WorkflowRun> => {
    await deploy();
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    const deploying = beginRun(shell);
    await run('deploy.yml', {}, deploying);
    await shell.tenant.takeRequests();
    return deploying;
  };

  it.each(['push', 'workflow_dispatch', 'schedule'])('takes a run of main by %s', async (event) => {
    const deploying = await redeploy();
    shell.changeGh({ runs: { [deploying.id]: { ...ofMain, event } } });
    expect(await roll(String(deploying.id))).toEqual({ plan: 'success', apply: 'success' });
    expect(await shell.tenant.takeWrites()).toEqual(['PATCH']);
  });

  it('takes the record of an artifact and nothing else', async () => {
    const deploying = await redeploy();
    const trace = join(shell.newFolder(), 'trace');
    const program = `#!/bin/sh\ntouch ${trace}\n`;
    const artifact = shell.kept.get(`${deploying.id}/deploy-1`) ?? '';
    writeFiles(artifact, { 'node_modules/.bin/qlik-sync': program, 'qlik-sync.config.json': '{' }, 0o755);
    expect(await roll(String(deploying.id))).toEqual({ plan: 'success', apply: 'success' });
    expect(existsSync(trace)).toBe(false);
  });
});

describe('monorepo.yml', () => {
  let staging: TestTenant;
  beforeEach(async () => {
    staging = await openTestTenant();
    const { tenant } = JSON.parse(shell.read('qlik-sync.config.json')).environments.prod;
    const environmentOn = (url: string): object => ({
      ...{ tenant: url, protected: true, auth: { apiKey: '${QLIK_KEY}' } },
    });
    shell.commit({
      'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
      '.gitignore': 'node_modules/\ndist/\n',
      ...configWith({
        extensions: ['packages/*/dist'],
        environments: { staging: environmentOn(staging.sandbox.url), prod: environmentOn(tenant) },
      }),
      ...packageOf('acme-one'),
      ...packageOf('acme-two'),
    });
  });
  afterEach(() => staging.close());

  /** Its build comes out differently each time. */
  const packageOf = (name: string, code = 'one'): Record<string, string> => ({
    [`packages/${name}/package.json`]: JSON.stringify({ name, scripts: { build: 'sh build.sh' } }),
    [`packages/${name}/build.sh`]:
      'mkdir -p dist && cp src/* dist && echo "/* $$ $(date +%N) */" > dist/a.css\n',
    ...extensionFiles(name, { folder: `packages/${name}/src`, code }),
  });

  /** Each environment has the key of its tenant, and a plan another one than an apply. */
  const secrets = (environment: string): Record<string, string> => {
    const { sandbox } = environment.startsWith('staging') ? staging : shell.tenant;
    if (/^(staging|prod)-plan$/.test(environment)) return { QLIK_PLAN_KEY: sandbox.userKey };
    return /^(staging|prod)$/.test(environment) ? { QLIK_DEPLOY_KEY: sandbox.apiKey } : {};
  };

  it('builds once, and gives one tenant after the other exactly those files', async () => {
    const all = { 'staging/plan': 'success', 'staging/apply': 'success', 'prod/plan': 'success' };
    const jobs = await run('monorepo.yml', { secrets });
    expect(results(jobs)).toEqual({ build: 'success', ...all, 'prod/apply': 'success' });
    expect(jobs['build']?.env).toEqual({});
    expect(await shell.tenant.names()).toEqual(['acme-one', 'acme-two']);
    for (const name of ['acme-one', 'acme-two']) {
      expect((await shell.tenant.find(name))?.file?.md5).toBe((await staging.find(name))?.file?.md5);
    }
  });

  it('does not begin with a tenant after one that failed', async () => {
    const before = { apply: async () => void (await staging.editByHand('acme-one')) };
    await run('monorepo.yml', { secrets });
    await shell.tenant.takeRequests();
    shell.commit(packageOf('acme-one', 'two'));
    expect(results(await run('monorepo.yml', { secrets, before }))).toEqual({
      ...{ build: 'success', 'staging/plan': 'success', 'staging/apply': 'failure' },
    });
    expect(await shell.tenant.takeRequests()).toEqual([]);
  });

  it('ignores other work on main, and stops if an extension changed', async () => {
    let pages = 0;
    const other = { plan: async () => shell.commit({ 'docs/page.md': `other work, page ${pages++}` }) };
    expect(results(await run('monorepo.yml', { secrets, before: other }))['prod/apply']).toBe('success');
    const old = beginRun(shell);
    shell.commit(packageOf('acme-one', 'two'));
    await run('monorepo.yml', { secrets });
    await shell.tenant.takeRequests();
    expect(results(await run('monorepo.yml', { secrets }, old))['staging/apply']).toBe('failure');
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });
});

describe('action.yml', () => {
  const workflow = (command: string, args: string): string =>
    JSON.stringify({
      jobs: {
        only: {
          outputs: {
            code: '${{ steps.qlik.outputs.exit-code }}',
            changes: '${{ steps.qlik.outputs.has-changes }}',
            digest: '${{ steps.qlik.outputs.digest }}',
          },
          steps: [
            { uses: 'actions/checkout@v7' },
            {
              id: 'qlik',
              uses: join(examples, 'github/action'),
              with: { command, arguments: args },
              env: { QLIK_SYNC_ENV: 'prod', QLIK_PROD_API_KEY: '${{ secrets.QLIK_DEPLOY_KEY }}' },
            },
          ],
        },
      },
    });

  const useAction = async (command: string, args: readonly string[]): Promise<JobResult | undefined> => {
    const folder = shell.newFolder();
    writeFiles(folder, { 'w.yml': workflow(command, `${args.join('\n')}\n`) });
    const github = { repository: 'acme/charts' };
    return (await runWorkflow(join(folder, 'w.yml'), shell, { github, secrets: shell.secrets }))['only'];
  };

  it('plans, applies what was planned, and reports drift', async () => {
    const planned = await useAction('plan', ['--detailed-exitcode']);
    expect(planned).toMatchObject({ result: 'success', outputs: { code: '2', changes: 'true' } });
    const digest = planned?.outputs['digest'] ?? '';
    const applied = await useAction('apply', ['--expect', digest, '--confirm', 'prod', '--yes']);
    expect(applied).toMatchObject({ result: 'success', outputs: { code: '0', digest } });
    await shell.tenant.editByHand('acme-kpi');
    expect((await useAction('drift', []))?.outputs).toMatchObject({ code: '2', changes: 'true' });
  });

  it('passes an argument with spaces as one, and runs none of it', async () => {
    const plan = await useAction('plan', ['--report', 'html=a file.html', '$(touch pwned)']);
    expect(plan).toMatchObject({ result: 'failure', code: 3 });
    expect(shell.printed()).toContain('$(touch pwned)');
    expect(shell.printed()).not.toContain('matches "file.html"');
  });

  it('knows four commands', async () => {
    expect(await useAction('sandbox; true', [])).toMatchObject({ result: 'failure', code: 3 });
  });
});
