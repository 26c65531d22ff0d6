/** Every system by the same few acts: deploy, start it again, take it back. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runAzure } from './azure.js';
import { runBitbucket } from './bitbucket.js';
import { beginRun, type Event, runWorkflow, type WorkflowRun } from './github.js';
import { runGitlab } from './gitlab.js';
import { beginPipeline, type JobEnd, type Jobs } from './pipeline.js';
import { examples, type PipelineShell, type Sent } from './shell.js';

/** A deploy, and how its last attempt ended. */
export interface Deploy {
  /** Of the job that writes; `undefined` where it did not run. */
  code: number | undefined;
  /** Whether that attempt left its record. */
  readonly hasRecord: () => boolean;
  /** Starts again what did not end well, as a person does after a failure. */
  readonly rerun: (more?: Happening) => Promise<void>;
  /** Starts all of it again, where the system has that; else the job that writes. */
  readonly rerunAll: () => Promise<void>;
  /** Its rollback. @param what names, a run, options; the whole of it where absent */
  readonly rollBack: (what?: string, more?: RollingBack) => Promise<number | undefined>;
}

export interface Happening {
  /** Before the job that writes begins. */
  readonly beforeApply?: () => Promise<void>;
  /** Somebody cancels that job. */
  readonly cancelled?: Promise<readonly Sent[]>;
}

/** `store`: it is given no record. */
type RollingBack = Happening & { readonly from?: 'store' };

export interface System {
  readonly deploy: (more?: Happening) => Promise<Deploy>;
  /** What the system sends to a job that is cancelled and ends in time; absent where it does not say. */
  readonly inTime?: readonly Sent[];
  /** The same for one that does not end. */
  readonly tooLate: readonly Sent[];
}

/** As actions/runner documents it: 7.5 s after the first, 2.5 s after the second. Azure's agent has the same origin. */
const runner: Pick<System, 'inTime' | 'tooLate'> = {
  inTime: [{ signal: 'SIGINT', to: 'entry' }],
  tooLate: [
    { signal: 'SIGINT', to: 'entry' },
    { signal: 'SIGTERM', to: 'entry' },
    { signal: 'SIGKILL', to: 'all' },
  ],
};

export function systemsOf(shell: () => PipelineShell): Readonly<Record<string, System>> {
  return {
    GitHub: { deploy: (more) => deployOnGithub(shell(), more), ...runner },
    GitLab: {
      deploy: (more) => deployOnGitlab(shell(), more),
      inTime: [{ signal: 'SIGTERM', to: 'all' }],
      tooLate: [
        { signal: 'SIGTERM', to: 'all' },
        { signal: 'SIGKILL', to: 'all' },
      ],
    },
    Azure: { deploy: (more) => deployOnAzure(shell(), more), ...runner },
    Bitbucket: {
      deploy: (more) => deployOnBitbucket(shell(), more),
      tooLate: [{ signal: 'SIGKILL', to: 'all' }],
    },
  };
}

async function deployOnGithub(shell: PipelineShell, first?: Happening): Promise<Deploy> {
  const run = beginRun(shell);
  const deploy = deployOf(() => shell.kept.has(`${run.id}/deploy-${run.attempt}`));
  const go = async (which: 'failed' | 'all', more: Happening = {}): Promise<void> => {
    const jobs = await runWorkflow(
      join(examples, 'github/deploy.yml'),
      shell,
      eventOf(shell, more),
      run,
      which,
    );
    deploy.code = codeOf(jobs);
  };
  await go('all', first);
  return Object.assign(deploy, {
    rerun: (more?: Happening) => go('failed', more),
    rerunAll: () => go('all'),
    rollBack: async (what = '', { from, ...more }: RollingBack = {}) => {
      const inputs = { run: from === 'store' ? '' : String(run.id), what };
      const event = { ...eventOf(shell, more), inputs };
      return codeOf(await runWorkflow(join(examples, 'github/rollback.yml'), shell, event));
    },
  });
}

/** The key that may write is a secret of the environment. */
function eventOf({ secrets }: PipelineShell, { beforeApply, cancelled }: Happening): Event {
  const { QLIK_PLAN_KEY, QLIK_DEPLOY_KEY, ...storeKeys } = secrets;
  return {
    github: { repository: 'acme/charts', actor: 'ann', token: 'a-token', event: {} },
    secrets: (environment) => ({
      QLIK_PLAN_KEY,
      ...(environment.startsWith('production') && storeKeys),
      ...(environment === 'production' && { QLIK_DEPLOY_KEY }),
    }),
    ...(beforeApply && { before: { apply: beforeApply } }),
    ...(cancelled && { cancelled: { apply: cancelled } }),
  };
}

function codeOf(jobs: WorkflowRun['jobs']): number | undefined {
  const { apply } = jobs;
  if (apply === undefined || apply.result === 'skipped') return undefined;
  return apply.result === 'success' ? 0 : apply.code;
}

async function deployOnGitlab(shell: PipelineShell, first?: Happening): Promise<Deploy> {
  const main = { CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main', CI_PROJECT_ID: '1' };
  const common = { shell, secrets: shell.secrets };
  const push = { ...common, variables: { ...main, CI_PIPELINE_SOURCE: 'push' } };
  const pipeline = beginPipeline(shell);
  const deploy = deployOf(() => keeps(pipeline.kept.get('deploy')?.[0]));
  let last: JobEnd | undefined;
  const go = async (more: Happening & { readonly retry?: string } = {}): Promise<void> => {
    last = (await runGitlab({ ...push, pipeline, ...more }))['deploy'];
    deploy.code = last?.code;
  };
  await go(first);
  return Object.assign(deploy, {
    rerun: (more?: Happening) => go({ ...more, retry: 'deploy' }),
    rerunAll: async () => {
      await go({ retry: 'plan' });
      await go({ retry: 'deploy' });
    },
    rollBack: async (what: string | undefined, { from, ...more }: RollingBack = {}) => {
      const words = {
        ROLLBACK_JOB: from ?? last?.record ?? '',
        ...(what !== undefined && { ROLLBACK_WHAT: what }),
      };
      const variables = { ...main, CI_PIPELINE_SOURCE: 'web', ...words };
      return (await runGitlab({ ...common, variables, ...more }))['rollback']?.code;
    },
  });
}

async function deployOnAzure(shell: PipelineShell, first?: Happening): Promise<Deploy> {
  const main = { 'Build.Reason': 'IndividualCI', 'Build.SourceBranch': 'refs/heads/main' };
  const common = { shell, secrets: shell.secrets, variables: main };
  const pipeline = beginPipeline(shell);
  const deploy = deployOf(() => pipeline.kept.has(`deploy-${pipeline.attempts['deploy']}`));
  const go = async (more: Happening & { readonly retry?: string } = {}): Promise<void> => {
    deploy.code = (await runAzure({ ...common, pipeline, ...more }))['deploy']?.code;
  };
  await go(first);
  return Object.assign(deploy, {
    rerun: (more?: Happening) => go({ ...more, retry: 'deploy' }),
    rerunAll: async () => {
      await go({ retry: 'plan' });
      await go({ retry: 'deploy' });
    },
    rollBack: async (what = ' ', { from, ...more }: RollingBack = {}) => {
      const record = from === 'store' ? ({ store: true } as const) : { resource: pipeline };
      const run = { ...common, file: 'rollback.yml', parameters: { what }, ...record };
      return (await runAzure({ ...run, ...more }))['rollback']?.code;
    },
  });
}

async function deployOnBitbucket(shell: PipelineShell, first?: Happening): Promise<Deploy> {
  const common = { shell, secrets: shell.secrets };
  const pipeline = beginPipeline(shell);
  const deploy = deployOf(() => keeps(pipeline.kept.get('Apply')?.[0]));
  let last: JobEnd | undefined;
  const go = async (more: Happening & { readonly retry?: string } = {}): Promise<void> => {
    const ran: Jobs = await runBitbucket('branches.main', { ...common, variables: {}, pipeline, ...more });
    last = ran['Apply'];
    deploy.code = last?.code;
  };
  await go(first);
  return Object.assign(deploy, {
    rerun: (more?: Happening) => go({ ...more, retry: 'Apply' }),
    rerunAll: () => go(),
    rollBack: async (what = '', { from, ...more }: RollingBack = {}) => {
      const variables = { RECORD: from === 'store' ? '' : (last?.record ?? ''), WHAT: what };
      return (await runBitbucket('custom.rollback', { ...common, variables, ...more }))['Roll back']?.code;
    },
  });
}

function deployOf(hasRecord: () => boolean): Pick<Deploy, 'hasRecord'> & { code: number | undefined } {
  return { code: undefined, hasRecord };
}

function keeps(folder: string | undefined): boolean {
  return folder !== undefined && existsSync(join(folder, '.qlik-sync/runs'));
}
