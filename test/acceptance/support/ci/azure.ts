/** Enough of Azure's agent for pipelines whose work is in shell steps. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { evaluate } from './expressions.js';
import {
  beginPipeline,
  countAttempt,
  type JobEnd,
  type Jobs,
  type Pipeline,
  type Run,
  readExample,
  type Words,
} from './pipeline.js';
import { handOver, type PipelineShell, watchFor } from './shell.js';

interface AzureStep {
  readonly name?: string;
  readonly script?: string;
  readonly condition?: string;
  readonly env?: Words;
  readonly publish?: string;
  readonly download?: string;
  readonly artifact?: string;
  readonly patterns?: string;
}

type Variable = { readonly group: string } | { readonly name: string; readonly value: string };

interface AzureStage {
  readonly stage: string;
  readonly dependsOn?: string | readonly string[];
  readonly condition?: string;
  readonly variables?: readonly Variable[];
  readonly jobs: readonly [
    {
      readonly steps?: readonly AzureStep[];
      readonly strategy?: { readonly runOnce: { readonly deploy: { readonly steps: readonly AzureStep[] } } };
    },
  ];
}

export interface AzureRun extends Run {
  readonly file?: string;
  readonly parameters?: Words;
  /** The run of another pipeline that was chosen under Resources. */
  readonly resource?: Pipeline;
  /** The lines for a store are not comments. */
  readonly store?: true;
}

/** Approvals are given. */
export async function runAzure(run: AzureRun): Promise<Jobs> {
  const { pipeline = beginPipeline(run.shell), file = 'azure-pipelines.yml', parameters = {}, retry } = run;
  const fill = (text: string): string =>
    (run.store === true ? uncomment(text) : text).replace(
      /\$\{\{ parameters\.(\w+) \}\}/g,
      (_, name: string) => JSON.stringify(parameters[name]),
    );
  const { stages } = readExample(`azure/${file}`, fill) as { readonly stages: readonly AzureStage[] };
  const ran: Record<string, JobEnd> = {};
  for (const stage of stages.filter((each) => (retry ?? each.stage) === each.stage)) {
    // A stage that was skipped has not succeeded.
    const isFirst = retry !== undefined || stage.dependsOn?.length === 0 || stage.stage === 'plan';
    const status = isFirst || ran['plan']?.code === 0 ? 'succeeded' : 'failed';
    if (!isMet(stage.condition ?? 'succeeded()', status, run.variables)) continue;
    if (stage.jobs[0].strategy !== undefined) await run.beforeApply?.();
    ran[stage.stage] = await runStage(stage, run, pipeline);
  }
  return ran;
}

function uncomment(text: string): string {
  return text.replace(/^( *)# With a store:\n((?:\1# .*\n)+)/gm, (_, indent: string, lines: string) =>
    lines.replaceAll(`${indent}# `, indent),
  );
}

function runStage(stage: AzureStage, run: AzureRun, pipeline: Pipeline): Promise<JobEnd> {
  const [{ steps, strategy }] = stage.jobs;
  const { shell } = run;
  const [workspace, staging] = [shell.newFolder(), shell.newFolder()];
  return runAzureSteps(steps ?? strategy?.runOnce.deploy.steps ?? [], {
    ...{ shell, pipeline, stage: stage.stage, workspace, folder: shell.checkout(pipeline.commit) },
    resource: run.resource,
    variables: {
      ...variablesOf(stage, run, pipeline),
      'Pipeline.Workspace': workspace,
      'Build.ArtifactStagingDirectory': staging,
    },
    cancelled: strategy === undefined ? undefined : run.cancelled,
  });
}

/** The key that may write, and that of the store, reach only a stage that names a variable group with it. */
function variablesOf({ stage, variables = [] }: AzureStage, run: AzureRun, pipeline: Pipeline): Words {
  const { QLIK_DEPLOY_KEY = '', AZURE_STORAGE_SAS_TOKEN, ...everywhere } = run.secrets;
  const isIn = (...groups: readonly string[]): boolean =>
    variables.some((each) => 'group' in each && groups.includes(each.group));
  const isStored = AZURE_STORAGE_SAS_TOKEN !== undefined && isIn('qlik-production', 'qlik-store');
  const own = variables.flatMap((each) =>
    'name' in each ? [[each.name, fromStages(each.value, pipeline)]] : [],
  );
  return {
    'resources.pipeline.deploy.sourceBranch': 'refs/heads/main',
    ...run.variables,
    ...everywhere,
    ...(isIn('qlik-production') && { QLIK_DEPLOY_KEY }),
    ...(isStored && { AZURE_STORAGE_SAS_TOKEN }),
    ...Object.fromEntries(own),
    'System.JobAttempt': String(countAttempt(pipeline, stage)),
  };
}

/** `$[ stageDependencies.stage.job.outputs['step.variable'] ]` */
function fromStages(value: string, { outputs }: Pipeline): string {
  const [, stage, name] = /^\$\[ stageDependencies\.(\w+)\.\w+\.outputs\['(.+)'\] \]$/.exec(value) ?? [];
  if (stage === undefined) throw new Error(`a variable that is not understood here: ${value}`);
  return outputs[`${stage}/${name}`] ?? '';
}

type Status = 'succeeded' | 'failed' | 'canceled';

interface AzureJob {
  readonly shell: PipelineShell;
  readonly pipeline: Pipeline;
  readonly stage: string;
  readonly workspace: string;
  readonly folder: string;
  readonly resource: Pipeline | undefined;
  readonly variables: Record<string, string>;
  readonly cancelled: Run['cancelled'];
}

async function runAzureSteps(steps: readonly AzureStep[], job: AzureJob): Promise<JobEnd> {
  const isCancelled = watchFor(job.cancelled);
  let failed = 0;
  let status: Status = 'succeeded';
  for (const step of steps) {
    if (!isMet(step.condition ?? 'succeeded()', status, job.variables)) continue;
    const code = publish(step, job) || download(step, job) || (await runScript(step, job));
    failed ||= code;
    if (isCancelled()) status = 'canceled';
    else if (code !== 0) status = 'failed';
  }
  return { code: failed, folder: job.folder, record: String(job.pipeline.id) };
}

/** A variable that does not exist stays as it is written. */
function expand(text: string, { variables }: AzureJob): string {
  return text.replace(/\$\(([\w.]+)\)/g, (written, name: string) => variables[name] ?? written);
}

async function runScript({ name = '', script, env = {} }: AzureStep, job: AzureJob): Promise<number> {
  if (script === undefined) return 0;
  const { shell, pipeline, stage, variables, folder, cancelled } = job;
  const own = Object.entries(env).map(([key, value]) => [key, expand(value, job)]);
  const agent = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: shell.newFolder() };
  const { code, output } = await shell.runScript({
    text: expand(script, job),
    ...{ cwd: folder, env: { ...agent, ...Object.fromEntries(own) }, options: [] },
    ...(cancelled && { cancelled }),
  });
  const set = output.matchAll(/^##vso\[task\.setvariable variable=(\w+)(;isOutput=true)?\](.*)$/gm);
  for (const [, variable = '', isOutput, value = ''] of set) {
    if (isOutput === undefined) variables[variable] = value;
    else pipeline.outputs[`${stage}/${name}.${variable}`] = value;
  }
  return code;
}

/** A run publishes one artifact of a name, and none of a folder that is not there. */
function publish({ publish: path, artifact = '' }: AzureStep, job: AzureJob): number {
  if (path === undefined) return 0;
  const [name, from] = [expand(artifact, job), resolve(job.folder, expand(path, job))];
  if (job.pipeline.kept.has(name) || !existsSync(from)) return 1;
  job.pipeline.kept.set(name, [from, ['.']]);
  return 0;
}

/** An artifact of this run, or those that fit from the run that was chosen. */
function download({ download: from, artifact = '', patterns }: AzureStep, job: AzureJob): number {
  if (from === undefined) return 0;
  const name = expand(artifact, job);
  const [begin = ''] = (patterns ?? '').split('*');
  const [run, place] = from === 'current' ? [job.pipeline, ''] : [job.resource, from];
  const found = [...(run?.kept ?? [])].filter(([each]) =>
    patterns === undefined ? each === name : each.startsWith(begin),
  );
  for (const [each, [path]] of found) handOver(path, join(job.workspace, place, each), ['.']);
  return found.length === 0 && patterns === undefined ? 1 : 0;
}

function isMet(condition: string, status: Status, variables: Words): boolean {
  const is = (text: string | undefined): boolean => text?.toLowerCase() === 'true';
  const functions = {
    and: (...all: readonly string[]) => all.every(is),
    eq: (a?: string, b?: string) => a?.toLowerCase() === b?.toLowerCase(),
    ne: (a?: string, b?: string) => a?.toLowerCase() !== b?.toLowerCase(),
    always: () => true,
    succeeded: () => status === 'succeeded',
    succeededOrFailed: () => status !== 'canceled',
  };
  return is(evaluate(condition, { variables }, functions));
}
