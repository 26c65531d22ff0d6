/** Enough of GitLab's runner for pipelines whose work is in shell steps. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { zipOf } from '../zips.js';
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
import { handOver, type PipelineShell, recordToken, writeFiles } from './shell.js';

interface GitlabJob {
  readonly stage: string;
  readonly script: readonly string[];
  readonly needs?: readonly string[];
  readonly variables?: Words;
  readonly artifacts?: { readonly paths?: readonly string[]; readonly reports?: Words };
  readonly rules: readonly { readonly if: string; readonly when?: string }[];
}

let jobNumbers = 500;

/** Manual jobs are started. A job whose stage follows a failure is not. */
export async function runGitlab(run: Run): Promise<Jobs> {
  const { pipeline = beginPipeline(run.shell), retry } = run;
  const {
    stages,
    default: defaults,
    ...jobs
  } = readExample('gitlab/.gitlab-ci.yml') as {
    readonly stages: readonly string[];
    readonly default: { readonly before_script: readonly string[] };
  } & Readonly<Record<string, GitlabJob>>;
  const known = { ...run.variables, ...run.secrets };
  const chosen = Object.entries(jobs as Readonly<Record<string, GitlabJob>>)
    .filter(([name, job]) => (retry ?? name) === name && job.rules.some((rule) => holds(rule.if, known)))
    .sort(([, a], [, b]) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  const ran: Record<string, JobEnd> = {};
  for (const [name, job] of chosen) {
    if (hasFailed(ran)) break;
    if (job.stage === 'deploy') await run.beforeApply?.();
    const script = [...defaults.before_script, ...job.script].join('\n');
    ran[name] = await runJob({ name, job, script }, run, pipeline);
  }
  return ran;
}

interface Chosen {
  readonly name: string;
  readonly job: GitlabJob;
  readonly script: string;
}

async function runJob(
  { name, job, script }: Chosen,
  { shell, variables, secrets, cancelled }: Run,
  pipeline: Pipeline,
): Promise<JobEnd> {
  countAttempt(pipeline, name);
  const folder = shell.checkout(pipeline.commit);
  for (const [from, [kept, paths]] of pipeline.kept)
    if (job.needs?.includes(from) ?? true) handOver(kept, folder, paths);
  const known = { ...variables, ...secrets };
  const own = Object.entries(job.variables ?? {}).map(([key, value]) => [key, expand(value, known)]);
  const system = { GITLAB_CI: 'true', CI_PROJECT_DIR: folder, CI_JOB_TOKEN: recordToken };
  const { QLIK_PLAN_KEY: _, QLIK_DEPLOY_KEY: __, ...protectedKeys } = secrets;
  const keys = variables['CI_COMMIT_BRANCH'] === 'main' ? protectedKeys : {};
  const env = { ...variables, ...keys, ...system, CI_API_V4_URL: 'https://gitlab.example.com/api/v4' };
  const { code } = await shell.runScript({
    // As the runner wraps it; nothing ends the first process of a container but its own end.
    text: 'trap : TERM\nset -eo pipefail\n: | eval "$SCRIPT"\nexit 0\n',
    cwd: folder,
    env: { ...env, ...Object.fromEntries(own), SCRIPT: script },
    options: [],
    ...(job.stage === 'deploy' && cancelled && { cancelled }),
  });
  const paths = job.artifacts?.paths ?? [];
  pipeline.kept.set(name, [folder, paths]);
  jobNumbers += 1;
  const record = String(jobNumbers);
  await publish(shell, { record, folder, paths });
  return { code, folder, record };
}

/** `$NAME` alone stands for a variable, and stays as it is where there is none. */
function expand(value: string, known: Words): string {
  return value.startsWith('$') ? (known[value.slice(1)] ?? value) : value;
}

/** For the API: a job's artifacts as one zip. */
async function publish(
  { keptFiles }: PipelineShell,
  {
    record,
    folder,
    paths,
  }: { readonly record: string; readonly folder: string; readonly paths: readonly string[] },
): Promise<void> {
  const files = paths.flatMap((path) => listFiles(folder, path.replace(/\/$/, '')));
  const contents = files.map((path) => [path, readFileSync(join(folder, path))] as const);
  const zip = await zipOf(Object.fromEntries(contents));
  writeFiles(keptFiles, { [`api/v4/projects/1/jobs/${record}/artifacts`]: zip });
}

function listFiles(folder: string, path: string): readonly string[] {
  const found = statSync(join(folder, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(folder, path)).flatMap((name) => listFiles(folder, `${path}/${name}`));
}

/** `$A == "text" && $B != null`, of all that GitLab knows. */
function holds(rule: string, variables: Words): boolean {
  const read = (word: string): string | undefined => {
    if (word === 'null') return undefined;
    return word.startsWith('$') ? variables[word.slice(1)] : word.replace(/^"(.*)"$/, '$1');
  };
  return rule.split(' && ').every((part) => {
    const [, left = '', operator, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(part) ?? [];
    if (operator === undefined) throw new Error(`a rule that is not understood here: ${part}`);
    return (read(left) === read(right)) === (operator === '==');
  });
}
