/** examples/ci for GitLab, Azure, Bitbucket and Kubernetes: every script run against the sandbox with the built command line. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runAzure } from './support/ci/azure.js';
import { runBitbucket } from './support/ci/bitbucket.js';
import { runGitlab } from './support/ci/gitlab.js';
import type { Jobs, Run } from './support/ci/pipeline.js';
import { examples, handOver, openPipelineShell, type PipelineShell } from './support/ci/shell.js';
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
    const names = new Set([jobs.validate, jobs.plan, jobs.apply]);
    const well = Object.fromEntries([...names].map((name) => [name, 0]));
    const first = await run('main');
    expect(codes(first)).toEqual(well);
    expect(await shell.tenant.takeWrites()).toEqual(['POST', 'POST']);
    expect(readdirSync(join(first[jobs.apply]?.folder ?? '', '.qlik-sync'))).toContain('runs');
    expect(codes(await run('main'))).toEqual(well);
    expect(await shell.tenant.takeWrites()).toEqual([]);
  });

  it('tells drift; and writes nothing when the tenant moved since the plan', async () => {
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

/** The instructions of a Containerfile, with what they were given. */
function readContainerfile(): readonly (readonly [instruction: string, rest: string])[] {
  const text = readFileSync(join(examples, 'container/Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
}

/** COPY and RUN done in a folder: all that is in the image. */
async function buildImage(): Promise<string> {
  const [context, image] = [shell.checkout(), shell.newFolder()];
  for (const [instruction, rest] of readContainerfile()) {
    if (instruction === 'COPY') handOver(context, image, rest.split(' ').slice(0, -1));
    // There is no user `node` here, and root may give files away only where it is.
    const text = rest.replace(' && chown node:node .qlik-sync', '');
    if (instruction === 'RUN') {
      expect((await shell.runScript({ text, cwd: image, env: {}, options: ['-e'] })).code).toBe(0);
    }
  }
  return image;
}

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly containers: readonly [
              {
                readonly args: readonly string[];
                readonly env: readonly [{ readonly name: string; readonly valueFrom: object }];
                readonly volumeMounts: readonly [{ readonly name: string; readonly mountPath: string }];
                readonly securityContext: object;
              },
            ];
            readonly securityContext: object;
            readonly volumes: readonly [{ readonly name: string; readonly emptyDir: object }];
          };
        };
      };
    };
  };
}

describe('Kubernetes', () => {
  const text = readFileSync(join(examples, 'kubernetes/cronjob.yaml'), 'utf8');
  const pod = (parse(text) as CronJob).spec.jobTemplate.spec.template.spec;
  const [container] = pod.containers;
  const healing = /^ +# args: \[(.+)\]$/m.exec(text)?.[1]?.split(', ') ?? [];

  const runPod = async (image: string, args: readonly string[], key: string): Promise<number> => {
    const [, entrypoint = ''] =
      readContainerfile().find(([instruction]) => instruction === 'ENTRYPOINT') ?? [];
    const [program] = JSON.parse(entrypoint) as readonly [string];
    const script = { text: [program, ...args].join(' '), cwd: image, options: [] };
    return (await shell.runScript({ ...script, env: { [container.env[0].name]: key } })).code;
  };

  it('heals, tells drift, and heals it', async () => {
    const image = await buildImage();
    const { QLIK_PLAN_KEY, QLIK_DEPLOY_KEY } = shell.secrets;
    expect(await runPod(image, healing, QLIK_DEPLOY_KEY)).toBe(0);
    expect(await runPod(image, container.args, QLIK_PLAN_KEY)).toBe(0);
    await shell.tenant.editByHand('acme-kpi');
    expect(await runPod(image, container.args, QLIK_PLAN_KEY)).toBe(2);
    expect(await runPod(image, healing, QLIK_DEPLOY_KEY)).toBe(0);
    expect(await runPod(image, container.args, QLIK_PLAN_KEY)).toBe(0);
  });

  it('writes nowhere but into the mounted folder', async () => {
    const image = await buildImage();
    const own = container.volumeMounts[0].mountPath.replace(/^\/work\//, '');
    const before = listOutside(image, own);
    await runPod(image, healing, shell.secrets.QLIK_DEPLOY_KEY);
    expect(existsSync(join(image, own, 'runs'))).toBe(true);
    expect(listOutside(image, own)).toEqual(before);
  });

  it('holds no right that it does not need, and its key comes from a secret', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.env[0].valueFrom).toHaveProperty('secretKeyRef');
    expect(pod.volumes.map(({ name }) => name)).toEqual(container.volumeMounts.map(({ name }) => name));
  });

  it('runs what the image would by itself', () => {
    const [, command = ''] = readContainerfile().find(([instruction]) => instruction === 'CMD') ?? [];
    expect(JSON.parse(command)).toEqual(container.args);
    expect(readContainerfile().find(([instruction]) => instruction === 'USER')?.[1]).toBe('1000:1000');
  });
});

function listOutside(image: string, own: string): readonly string[] {
  return (readdirSync(image, { recursive: true }) as string[]).filter((path) => !path.startsWith(own)).sort();
}
