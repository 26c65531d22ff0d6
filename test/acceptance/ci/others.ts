/** Enough of GitLab's, Azure's and Bitbucket's runners for pipelines whose work is in shell steps. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluate } from './expressions.js';
import { examples, handOver, type PipelineShell } from './shell.js';

/** By job, stage or step: how its script ended, and where it left its files. */
export type Jobs = Readonly<Record<string, { readonly code: number; readonly folder: string }>>;

export interface Run {
  readonly shell: PipelineShell;
  /** Predefined variables, as the system documents them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What happens in the world before the job that writes begins. */
  readonly beforeApply?: () => Promise<void>;
}

type Words = Readonly<Record<string, string>>;

const load = (file: string): unknown => parse(readFileSync(join(examples, file), 'utf8'));

interface GitlabJob {
  readonly stage: string;
  readonly script: readonly string[];
  readonly variables?: Words;
  readonly artifacts?: { readonly paths?: readonly string[]; readonly reports?: Words };
  readonly rules: readonly { readonly if: string; readonly when?: string }[];
}

/** Manual jobs are started. A job whose stage follows a failure is not. */
export async function runGitlab({ shell, variables, secrets, beforeApply }: Run): Promise<Jobs> {
  const {
    stages,
    default: defaults,
    ...jobs
  } = load('gitlab/.gitlab-ci.yml') as {
    readonly stages: readonly string[];
    readonly default: { readonly before_script: readonly string[] };
  } & Readonly<Record<string, GitlabJob>>;
  const ran: Record<string, { readonly code: number; readonly folder: string }> = {};
  const kept: (readonly [folder: string, paths: readonly string[]])[] = [];
  const known = { ...variables, ...secrets };
  const inOrder = Object.entries(jobs as Readonly<Record<string, GitlabJob>>).sort(
    ([, a], [, b]) => stages.indexOf(a.stage) - stages.indexOf(b.stage),
  );
  for (const [name, job] of inOrder) {
    if (!job.rules.some((rule) => holds(rule.if, known))) continue;
    if (Object.values(ran).some(({ code }) => code !== 0)) continue;
    if (name === 'deploy') await beforeApply?.();
    const folder = shell.checkout();
    for (const [from, paths] of kept) handOver(from, folder, paths);
    const own = Object.entries(job.variables ?? {}).map(([key, value]) => [key, known[value.slice(1)] ?? '']);
    const text = [...defaults.before_script, ...job.script].join('\n');
    const env = { GITLAB_CI: 'true', CI_PROJECT_DIR: folder, ...Object.fromEntries(own) };
    const { code } = await shell.runScript({ text, cwd: folder, env, options: ['-e', '-o', 'pipefail'] });
    kept.push([folder, job.artifacts?.paths ?? []]);
    ran[name] = { code, folder };
  }
  return ran;
}

/** `$A == "text" && $B != $C`, of all that GitLab knows. */
function holds(rule: string, variables: Words): boolean {
  const valueOf = (word: string): string =>
    word.startsWith('$') ? (variables[word.slice(1)] ?? '') : word.replace(/^"(.*)"$/, '$1');
  return rule.split(' && ').every((part) => {
    const [, left = '', operator, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(part) ?? [];
    if (operator === undefined) throw new Error(`a rule that is not understood here: ${part}`);
    return (valueOf(left) === valueOf(right)) === (operator === '==');
  });
}

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
  readonly jobs: readonly [
    {
      readonly steps?: readonly AzureStep[];
      readonly strategy?: { readonly runOnce: { readonly deploy: { readonly steps: readonly AzureStep[] } } };
    },
  ];
}

/** Approvals are given. */
export async function runAzure(run: Run): Promise<Jobs> {
  const { stages } = load('azure/azure-pipelines.yml') as { readonly stages: readonly AzureStage[] };
  const ran: Record<string, { readonly code: number; readonly folder: string }> = {};
  const artifacts = new Map<string, string>();
  for (const { stage, condition, jobs } of stages) {
    const previous = ran['plan'];
    if (!isMet(condition, previous?.code === 0, run.variables)) continue;
    const [{ steps, strategy }] = jobs;
    if (stage === 'deploy') await run.beforeApply?.();
    ran[stage] = await runAzureSteps(steps ?? strategy?.runOnce.deploy.steps ?? [], run, artifacts);
  }
  return ran;
}

async function runAzureSteps(
  steps: readonly AzureStep[],
  { shell, variables, secrets }: Run,
  artifacts: Map<string, string>,
): Promise<Jobs[string]> {
  const [folder, workspace, staging] = [shell.checkout(), shell.newFolder(), shell.newFolder()];
  const known = { ...variables, ...secrets, 'Pipeline.Workspace': workspace };
  const expand = (text: string): string =>
    text.replace(/\$\(([\w.]+)\)/g, (_, name: string) => {
      return { ...known, 'Build.ArtifactStagingDirectory': staging }[name] ?? `$(${name})`;
    });
  let failed = 0;
  for (const step of steps) {
    if (!isMet(step.condition ?? 'succeeded()', failed === 0, variables)) continue;
    if (step.publish !== undefined && step.artifact !== undefined) {
      artifacts.set(step.artifact, join(step.publish.startsWith('$') ? '' : folder, expand(step.publish)));
    }
    if (step.download !== undefined && step.artifact !== undefined) {
      handOver(artifacts.get(step.artifact) ?? 'nowhere', join(workspace, step.artifact), ['.']);
    }
    if (step.script === undefined) continue;
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([key, value]) => [key, expand(value)]),
    );
    const agent = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: shell.newFolder() };
    const script = { text: expand(step.script), cwd: folder, env: { ...agent, ...env }, options: [] };
    const { code } = await shell.runScript(script);
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

interface BitbucketStep {
  readonly name: string;
  readonly script: readonly string[];
  readonly artifacts?: readonly string[];
  readonly deployment?: string;
}

/** @param path as `branches.main` or `pull-requests.**`. Deployment variables reach only the step of the deployment. */
export async function runBitbucket(path: string, { shell, secrets, beforeApply }: Run): Promise<Jobs> {
  const { pipelines } = load('bitbucket/bitbucket-pipelines.yml') as {
    readonly pipelines: Readonly<
      Record<string, Readonly<Record<string, readonly { step: BitbucketStep }[]>>>
    >;
  };
  const [kind = '', name = ''] = path.split('.');
  const ran: Record<string, { readonly code: number; readonly folder: string }> = {};
  const kept: (readonly [folder: string, paths: readonly string[]])[] = [];
  for (const { step } of pipelines[kind]?.[name] ?? []) {
    if (Object.values(ran).some(({ code }) => code !== 0)) continue;
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
