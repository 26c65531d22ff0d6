/** Enough of GitLab's runner for pipelines whose work is in shell steps. */

import {
  hasFailed,
  type JobEnd,
  type Jobs,
  type Kept,
  type Run,
  readExample,
  type Words,
} from './pipeline.js';
import { handOver } from './shell.js';

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
  } = readExample('gitlab/.gitlab-ci.yml') as {
    readonly stages: readonly string[];
    readonly default: { readonly before_script: readonly string[] };
  } & Readonly<Record<string, GitlabJob>>;
  const ran: Record<string, JobEnd> = {};
  const kept: Kept[] = [];
  const known = { ...variables, ...secrets };
  const inOrder = Object.entries(jobs as Readonly<Record<string, GitlabJob>>).sort(
    ([, a], [, b]) => stages.indexOf(a.stage) - stages.indexOf(b.stage),
  );
  for (const [name, job] of inOrder) {
    if (!job.rules.some((rule) => holds(rule.if, known))) continue;
    if (hasFailed(ran)) continue;
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
  const read = (word: string): string =>
    word.startsWith('$') ? (variables[word.slice(1)] ?? '') : word.replace(/^"(.*)"$/, '$1');
  return rule.split(' && ').every((part) => {
    const [, left = '', operator, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(part) ?? [];
    if (operator === undefined) throw new Error(`a rule that is not understood here: ${part}`);
    return (read(left) === read(right)) === (operator === '==');
  });
}
