/** Enough of GitHub's runner for workflows whose work is in shell steps: jobs in order, conditions, outputs, artifacts, attempts. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, fillIn } from './expressions.js';
import { isTrue, mapValues, runSteps, type Status, type Step } from './github-steps.js';
import type { PipelineShell, Sent } from './shell.js';

interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly environment?: string;
  /** A workflow that is called in the place of steps. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

export interface JobResult {
  readonly result: Status;
  readonly outputs: Readonly<Record<string, string>>;
  /** The exit code of the step that failed. */
  readonly code?: number;
  readonly summary: string;
  /** What the newest artifact holds, by path. */
  readonly artifacts: readonly string[];
  /** What every step of it was given. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Event {
  readonly github: Contexts;
  /** What each job gets. @param environment of the job */
  readonly secrets: Readonly<Record<string, string>> | ((environment: string) => Contexts);
  readonly inputs?: Readonly<Record<string, string>>;
  /** What happens in the world before a job begins. */
  readonly before?: Readonly<Record<string, () => Promise<void>>>;
  /** Jobs that somebody cancels while one of their scripts runs. */
  readonly cancelled?: Readonly<Record<string, Promise<readonly Sent[]>>>;
}

/** One run with its attempts. */
export interface WorkflowRun {
  readonly id: number;
  readonly commit: string;
  attempt: number;
  jobs: Readonly<Record<string, JobResult>>;
}

let runs = 100;

/** Of the newest commit. */
export function beginRun(shell: PipelineShell): WorkflowRun {
  runs += 1;
  return { id: runs, commit: shell.head(), attempt: 0, jobs: {} };
}

/** The next attempt of a run: `failed` keeps the jobs that went well, as "Re-run failed jobs" does. */
export async function runWorkflow(
  file: string,
  shell: PipelineShell,
  event: Event,
  run = beginRun(shell),
  which: 'failed' | 'all' = 'failed',
): Promise<Readonly<Record<string, JobResult>>> {
  run.attempt += 1;
  const kept = which === 'failed' ? run.jobs : {};
  run.jobs = await runJobs({ file, shell, event, run }, kept);
  return run.jobs;
}

interface Running {
  readonly file: string;
  readonly shell: PipelineShell;
  readonly event: Event;
  readonly run: WorkflowRun;
}

async function runJobs(
  running: Running,
  earlier: Readonly<Record<string, JobResult>>,
): Promise<Record<string, JobResult>> {
  const { file, event, run } = running;
  const { jobs } = parse(readFileSync(file, 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
  const results: Record<string, JobResult> = {};
  for (const [name, job] of Object.entries(jobs)) {
    const known = earlier[name];
    if (known?.result === 'success' || known?.result === 'skipped') {
      results[name] = known;
      continue;
    }
    const needed = job.needs === undefined ? undefined : results[job.needs];
    const github = { ...event.github, run_attempt: run.attempt };
    const contexts = { github, needs: results, inputs: event.inputs ?? {} };
    const goes = isTrue(job.if, needed?.result ?? 'success', contexts);
    await event.before?.[name]?.();
    if (job.uses !== undefined) Object.assign(results, goes && (await callWorkflows(job, running, contexts)));
    else results[name] = goes ? await runJob(name, job, running, contexts) : skipped;
  }
  return results;
}

const skipped: JobResult = { result: 'skipped', outputs: {}, summary: '', artifacts: [], env: {} };

/** One workflow for each value of the matrix, one after the other; none after one that failed. Its jobs, by `value/job`. */
async function callWorkflows(
  { uses = '', with: given = {}, strategy }: Job,
  running: Running,
  contexts: Contexts,
): Promise<Record<string, JobResult>> {
  const file = join(dirname(running.file), basename(uses).replace(/^qlik-/, ''));
  const [[key, values] = ['', ['']]] = Object.entries(strategy?.matrix ?? {});
  const all: Record<string, JobResult> = {};
  for (const value of values) {
    const inputs = mapValues(given, (text) => fillIn(text, { ...contexts, matrix: { [key]: value } }, {}));
    const jobs = await runJobs({ ...running, file, event: { ...running.event, inputs } }, {});
    for (const [name, job] of Object.entries(jobs)) all[`${value}/${name}`] = job;
    if (Object.values(jobs).some(({ result }) => result === 'failure' || result === 'cancelled')) break;
  }
  return all;
}

async function runJob(
  name: string,
  { steps = [], outputs = {}, environment = '' }: Job,
  { shell, event, run }: Running,
  contexts: Contexts,
): Promise<JobResult> {
  const secretsOf = event.secrets;
  const secrets = typeof secretsOf === 'function' ? secretsOf(fillIn(environment, contexts, {})) : secretsOf;
  const cancelled = event.cancelled?.[name];
  const before = new Set(shell.kept.keys());
  const ran = await runSteps(steps, shell, {
    ...{ contexts: { ...contexts, secrets }, folder: shell.newFolder(), env: {} },
    ...{ run: run.id, commit: run.commit },
    ...(cancelled && { cancelled }),
  });
  const { result, code, summary, env } = ran;
  const kept = [...shell.kept].filter(([address]) => !before.has(address)).at(-1)?.[1];
  const filled = mapValues(outputs, (value) => fillIn(value, { ...contexts, steps: ran.steps }, {}));
  const files = kept === undefined ? [] : readdirSync(kept).sort();
  return { result, summary, artifacts: files, env, outputs: filled, ...(code !== undefined && { code }) };
}
