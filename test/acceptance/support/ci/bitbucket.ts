/** Enough of Bitbucket's runner for pipelines whose work is in shell steps. */

import {
  beginPipeline,
  countAttempt,
  hasFailed,
  type JobEnd,
  type Jobs,
  type Pipeline,
  type Run,
  readExample,
  type Words,
} from './pipeline.js';
import { handOver, recordToken, watchFor } from './shell.js';

interface BitbucketStep {
  readonly name: string;
  readonly script: readonly string[];
  readonly 'after-script'?: readonly string[];
  readonly artifacts?: readonly string[];
  readonly deployment?: string;
}

type Entry = { readonly step: BitbucketStep } | { readonly variables: object };

/**
 * Deployment variables reach only the step of the deployment.
 *
 * @param path as `branches.main` or `pull-requests.**`
 */
export async function runBitbucket(path: string, run: Run): Promise<Jobs> {
  const { pipeline = beginPipeline(run.shell), retry } = run;
  const { pipelines } = readExample('bitbucket/bitbucket-pipelines.yml') as {
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly Entry[]>>>>;
  };
  const [kind = '', name = ''] = path.split('.');
  const steps = (pipelines[kind]?.[name] ?? []).flatMap((entry) => ('step' in entry ? [entry.step] : []));
  const ran: Record<string, JobEnd> = {};
  for (const step of steps.filter((each) => retry === undefined || retry === each.name)) {
    if (hasFailed(ran)) break;
    if (step.deployment !== undefined) await run.beforeApply?.();
    ran[step.name] = await runStep(step, run, pipeline);
  }
  return ran;
}

async function runStep(step: BitbucketStep, run: Run, pipeline: Pipeline): Promise<JobEnd> {
  const { shell, cancelled } = run;
  const attempt = countAttempt(pipeline, step.name);
  const folder = shell.checkout(pipeline.commit);
  for (const [from, [kept, paths]] of pipeline.kept) if (from !== step.name) handOver(kept, folder, paths);
  const inFolder = { cwd: folder, env: variablesOf(step, run, pipeline, attempt), options: ['-e'] };
  const isStopped = watchFor(cancelled);
  const { code } = await shell.runScript({
    ...{ ...inFolder, text: step.script.join('\n') },
    ...(step.deployment !== undefined && cancelled && { cancelled }),
  });
  // Nothing of a step that was stopped is kept.
  if (!isStopped()) {
    await shell.runScript({ ...inFolder, text: (step['after-script'] ?? []).join('\n') });
    pipeline.kept.set(step.name, [folder, step.artifacts ?? []]);
  }
  return { code, folder, record: `qlik-record-${pipeline.id}-${attempt}` };
}

function variablesOf({ deployment }: BitbucketStep, run: Run, { id }: Pipeline, attempt: number): Words {
  const { QLIK_DEPLOY_KEY = '', ...repository } = run.secrets;
  return {
    ...repository,
    ...run.variables,
    BITBUCKET_BUILD_NUMBER: String(id),
    BITBUCKET_STEP_RUN_NUMBER: String(attempt),
    BITBUCKET_REPO_FULL_NAME: 'acme/charts',
    QLIK_READ_TOKEN: recordToken,
    ...(deployment !== undefined && { QLIK_DEPLOY_KEY, QLIK_RECORD_TOKEN: recordToken }),
  };
}
