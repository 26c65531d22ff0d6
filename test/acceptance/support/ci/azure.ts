/** Enough of Azure's agent for pipelines whose work is in shell steps. */

import { join, resolve } from 'node:path';
import { evaluate } from './expressions.js';
import { type JobEnd, type Jobs, type Run, readExample, type Words } from './pipeline.js';
import { handOver } from './shell.js';

interface AzureStep {
  readonly script?: string;
  readonly condition?: string;
  readonly env?: Words;
  readonly publish?: string;
  readonly download?: string;
  readonly artifact?: string;
}

interface AzureStage {
  readonly stage: string;
  readonly condition: string;
  readonly variables?: readonly { readonly group: string }[];
  readonly jobs: readonly [
    {
      readonly steps?: readonly AzureStep[];
      readonly strategy?: { readonly runOnce: { readonly deploy: { readonly steps: readonly AzureStep[] } } };
    },
  ];
}

/** Approvals are given. The key that may write reaches only a stage that names its variable group. */
export async function runAzure(run: Run): Promise<Jobs> {
  const { QLIK_DEPLOY_KEY = '', ...everywhere } = run.secrets;
  const { stages } = readExample('azure/azure-pipelines.yml') as { readonly stages: readonly AzureStage[] };
  const ran: Record<string, JobEnd> = {};
  const artifacts = new Map<string, string>();
  for (const { stage, condition, variables = [], jobs } of stages) {
    const previous = ran['plan'];
    if (!isMet(condition, previous?.code === 0, run.variables)) continue;
    const [{ steps, strategy }] = jobs;
    if (stage === 'deploy') await run.beforeApply?.();
    const hasGroup = variables.some(({ group }) => group === 'qlik-production');
    const secrets = { ...everywhere, ...(hasGroup && { QLIK_DEPLOY_KEY }) };
    const all = steps ?? strategy?.runOnce.deploy.steps ?? [];
    ran[stage] = await runAzureSteps(all, { ...run, secrets }, artifacts);
  }
  return ran;
}

async function runAzureSteps(
  steps: readonly AzureStep[],
  { shell, variables, secrets }: Run,
  artifacts: Map<string, string>,
): Promise<JobEnd> {
  const [folder, workspace, staging] = [shell.checkout(), shell.newFolder(), shell.newFolder()];
  const known = { ...variables, ...secrets, 'Pipeline.Workspace': workspace };
  const expand = (text: string): string =>
    text.replace(/\$\(([\w.]+)\)/g, (_, name: string) => {
      return { ...known, 'Build.ArtifactStagingDirectory': staging }[name] ?? `$(${name})`;
    });
  const runStep = async ({ script, env = {} }: AzureStep): Promise<number> => {
    if (script === undefined) return 0;
    const own = Object.entries(env).map(([key, value]) => [key, expand(value)]);
    const agent = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: shell.newFolder() };
    const all = { ...agent, ...Object.fromEntries(own) };
    return (await shell.runScript({ text: expand(script), cwd: folder, env: all, options: [] })).code;
  };
  const passOn = ({ publish, download, artifact = '' }: AzureStep): void => {
    if (publish !== undefined) artifacts.set(artifact, resolve(folder, expand(publish)));
    if (download !== undefined)
      handOver(artifacts.get(artifact) ?? 'nowhere', join(workspace, artifact), ['.']);
  };
  let failed = 0;
  for (const step of steps) {
    if (!isMet(step.condition ?? 'succeeded()', failed === 0, variables)) continue;
    passOn(step);
    const code = await runStep(step);
    failed ||= code;
  }
  return { code: failed, folder };
}

function isMet(condition: string, succeeded: boolean, variables: Words): boolean {
  const is = (text: string | undefined): boolean => text?.toLowerCase() === 'true';
  const functions = {
    and: (...all: readonly string[]) => all.every(is),
    eq: (a?: string, b?: string) => a?.toLowerCase() === b?.toLowerCase(),
    ne: (a?: string, b?: string) => a?.toLowerCase() !== b?.toLowerCase(),
    succeeded: () => succeeded,
    succeededOrFailed: () => true,
  };
  return is(evaluate(condition, { variables }, functions));
}
