/** examples/ci for GitLab, Azure and Bitbucket: every script run against the sandbox. */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAzure } from './support/ci/azure.js';
import { runBitbucket } from './support/ci/bitbucket.js';
import { runGitlab } from './support/ci/gitlab.js';
import { beginPipeline, type Jobs, type Run } from './support/ci/pipeline.js';
import { openPipelineShell, type PipelineShell, writeFiles } from './support/ci/shell.js';
import { extensionFiles } from './support/workspace.js';

let shell: PipelineShell;
beforeEach(async () => {
  shell = await openPipelineShell();
});
afterEach(async () => {
  const told = [...shell.calls(), shell.printed()].join('\n');
  for (const secret of Object.values(shell.secrets)) expect(told).not.toContain(secret);
  await shell.close();
});

const codes = (jobs: Jobs): Record<string, number> =>
  Object.fromEntries(Object.entries(jobs).map(([name, { code }]) => [name, code]));

interface System {
  readonly run: (on: 'pull-request' | 'fork' | 'main' | 'schedule', more?: Partial<Run>) => Promise<Jobs>;
  readonly jobs: Readonly<Record<'validate' | 'plan' | 'apply' | 'drift', string>>;
  /** What a run on each of them comes to. */
  readonly onPullRequest: readonly string[];
  readonly onFork: readonly string[];
}

const gitlab: System = {
  run: (on, more = {}) => {
    const main = { CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main', CI_PROJECT_ID: '1' };
    const request = {
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_PROJECT_ID: '1',
      CI_DEFAULT_BRANCH: 'main',
    };
    const variables = {
      'pull-request': { ...request, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '1' },
      fork: { ...request, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2' },
      main: { ...main, CI_PIPELINE_SOURCE: 'push' },
      schedule: { ...main, CI_PIPELINE_SOURCE: 'schedule' },
    }[on];
    return runGitlab({ shell, secrets: shell.secrets, variables, ...more });
  },
  jobs: { validate: 'validate', plan: 'plan', apply: 'deploy', drift: 'drift' },
  onPullRequest: ['validate', 'plan'],
  onFork: ['validate'],
};

const azure: System = {
  run: (on, more = {}) => {
    const branch = on === 'main' || on === 'schedule' ? 'refs/heads/main' : 'refs/pull/7/merge';
    const reason = {
      'pull-request': 'PullRequest',
      fork: 'PullRequest',
      main: 'IndividualCI',
      schedule: 'Schedule',
    };
    const variables = {
      'Build.Reason': reason[on],
      'Build.SourceBranch': branch,
      'System.PullRequest.IsFork': on === 'fork' ? 'True' : 'False',
    };
    return runAzure({ shell, secrets: shell.secrets, variables, ...more });
  },
  jobs: { validate: 'plan', plan: 'plan', apply: 'deploy', drift: 'drift' },
  onPullRequest: ['plan'],
  onFork: ['plan'],
};

const bitbucket: System = {
  run: (on, more = {}) => {
    const path = {
      'pull-request': 'pull-requests.**',
      fork: 'none.',
      main: 'branches.main',
      schedule: 'custom.drift',
    };
    return runBitbucket(path[on], { shell, secrets: shell.secrets, variables: {}, ...more });
  },
  jobs: { validate: 'Validate', plan: 'Plan', apply: 'Apply', drift: 'Drift' },
  onPullRequest: ['Validate', 'Plan'],
  onFork: [],
};

const systems: readonly [string, System][] = [
  ['GitLab', gitlab],
  ['Azure', azure],
  ['Bitbucket', bitbucket],
];

describe.each(systems)('%s', (_, { run, jobs, onPullRequest, onFork }) => {
  it('plans a pull request and writes nothing; a fork is planned by nobody', async () => {
    expect(codes(await run('pull-request'))).toEqual(
      Object.fromEntries(onPullRequest.map((name) => [name, 0])),
    );
    expect((await shell.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
    expect(codes(await run('fork', { secrets: {} }))).toEqual(
      Object.fromEntries(onFork.map((name) => [name, 0])),
    );
    expect(await shell.tenant.takeRequests()).toEqual([]);
  });

  it('applies the reviewed plan on main, then nothing', async () => {
    shell.useBuilt();
    const names = new Set([jobs.validate, jobs.plan, jobs.apply]);
    const well = Object.fromEntries([...names].map((name) => [name, 0]));
    const first = await run('main');
    expect(codes(first)).toEqual(well);
    expect(await shell.tenant.takeWrites()).toEqual(['POST', 'POST']);
    expect(readdirSync(join(first[jobs.apply]?.folder ?? '', '.qlik-sync'))).toContain('runs');
    expect(codes(await run('main'))).toEqual(well);
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });

  it('reports drift; and writes nothing if the tenant has changed since the plan', async () => {
    await run('main');
    expect(codes(await run('schedule'))).toEqual({ [jobs.drift]: 0 });
    await shell.tenant.takeRequests();
    shell.commit(extensionFiles('acme-kpi', { code: 'two' }));
    expect(
      codes(await run('main', { beforeApply: () => shell.tenant.editByHand('acme-kpi') }))[jobs.apply],
    ).toBe(7);
    expect(await shell.tenant.takeWrites()).toEqual([]);
    expect(codes(await run('schedule'))).toEqual({ [jobs.drift]: 2 });
  });

  it('stops at broken folders', async () => {
    shell.commit({ 'extensions/acme-kpi/acme-kpi.js': '' });
    expect(codes(await run('pull-request'))).toEqual({ [jobs.validate]: 3 });
  });
});

it("GitLab gets the widget's numbers, code quality and test results", async () => {
  const ran = await gitlab.run('pull-request');
  const read = (job: string, file: string): string =>
    readFileSync(join(ran[job]?.folder ?? '', file), 'utf8');
  expect(JSON.parse(read('plan', 'tfplan.json'))).toMatchObject({ create: 2, update: 0, delete: 0 });
  expect(JSON.parse(read('validate', 'quality.json'))).toEqual([]);
  expect(read('validate', 'junit.xml')).toContain('tests="2" failures="0"');
});

it.each(['refs/pull/7/merge', 'refs/heads/topic', 'refs/heads/main2', ''])(
  'Azure takes no record from a run of %j',
  async (branch) => {
    const pipeline = beginPipeline(shell);
    await azure.run('main', { pipeline });
    await shell.tenant.takeRequests();
    const variables = { 'resources.pipeline.deploy.sourceBranch': branch };
    const run = { file: 'rollback.yml', parameters: { what: ' ' }, resource: pipeline, variables };
    expect(codes(await runAzure({ shell, secrets: shell.secrets, ...run }))).toEqual({ plan: 1 });
    expect(shell.printed()).toContain('This is not a deploy of main');
    expect(await shell.tenant.takeRequests()).toEqual([]);
  },
);

it('Bitbucket says where the record is when Downloads does not take it', async () => {
  expect((await bitbucket.run('main'))['Apply']?.code).toBe(0);
  expect(shell.printed()).toContain('To take it back: Run pipeline, rollback, RECORD qlik-record-');
  const before = shell.printed().length;
  rmSync(join(shell.keptFiles, '2.0'), { recursive: true });
  writeFiles(shell.keptFiles, { '2.0': 'where a folder should be' });
  await bitbucket.run('main');
  const printed = shell.printed().slice(before);
  expect(printed).toContain('The record could not be put into Downloads.');
  expect(printed).not.toContain('To take it back');
});
