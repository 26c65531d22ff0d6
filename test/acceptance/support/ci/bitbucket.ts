/** Enough of Bitbucket's runner for pipelines whose work is in shell steps. */

import { hasFailed, type JobEnd, type Jobs, type Kept, type Run, readExample } from './pipeline.js';
import { handOver } from './shell.js';

interface BitbucketStep {
  readonly name: string;
  readonly script: readonly string[];
  readonly artifacts?: readonly string[];
  readonly deployment?: string;
}

/** @param path as `branches.main` or `pull-requests.**`. Deployment variables reach only the step of the deployment. */
export async function runBitbucket(path: string, { shell, secrets, beforeApply }: Run): Promise<Jobs> {
  const { pipelines } = readExample('bitbucket/bitbucket-pipelines.yml') as {
    readonly pipelines: Readonly<
      Record<string, Readonly<Record<string, readonly { step: BitbucketStep }[]>>>
    >;
  };
  const [kind = '', name = ''] = path.split('.');
  const ran: Record<string, JobEnd> = {};
  const kept: Kept[] = [];
  for (const { step } of pipelines[kind]?.[name] ?? []) {
    if (hasFailed(ran)) continue;
    if (step.deployment !== undefined) await beforeApply?.();
    const folder = shell.checkout();
    for (const [from, paths] of kept) handOver(from, folder, paths);
    const { QLIK_DEPLOY_KEY = '', ...repository } = secrets;
    const env = { ...repository, ...(step.deployment !== undefined && { QLIK_DEPLOY_KEY }) };
    const { code } = await shell.runScript({
      text: step.script.join('\n'),
      cwd: folder,
      env,
      options: ['-e'],
    });
    kept.push([folder, step.artifacts ?? []]);
    ran[step.name] = { code, folder };
  }
  return ran;
}
