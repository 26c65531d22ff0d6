/** Enough of GitHub's runner for workflows whose work is in shell steps: jobs in order, conditions, outputs, artifacts. */

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Contexts, fillIn } from './expressions.js';
import { isTrue, mapValues, runSteps, type Step } from './github-steps.js';
import type { PipelineShell } from './shell.js';

interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface JobResult {
  readonly result: 'success' | 'failure' | 'skipped';
  readonly outputs: Readonly<Record<string, string>>;
  /** The exit code of the step that failed. */
  readonly code?: number;
  readonly summary: string;
  /** What it kept, by path. */
  readonly artifacts: readonly string[];
  /** What every step of it was given. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Event {
  readonly github: Contexts;
  readonly secrets: Readonly<Record<string, string>>;
  /** What happens in the world before a job begins. */
  readonly before?: Readonly<Record<string, () => Promise<void>>>;
}

export async function runWorkflow(
  file: string,
  shell: PipelineShell,
  event: Event,
): Promise<Record<string, JobResult>> {
  const { jobs } = parse(readFileSync(file, 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
  const results: Record<string, JobResult> = {};
  const artifacts = new Map<string, string>();
  for (const [name, job] of Object.entries(jobs)) {
    const needed = job.needs === undefined ? undefined : results[job.needs];
    const contexts = { github: event.github, secrets: event.secrets, needs: results };
    const goes = isTrue(job.if, needed?.result ?? 'success', contexts);
    await event.before?.[name]?.();
    results[name] = goes ? await runJob(job, shell, contexts, artifacts) : skipped;
  }
  return results;
}

const skipped: JobResult = { result: 'skipped', outputs: {}, summary: '', artifacts: [], env: {} };

async function runJob(
  { steps, outputs = {} }: Job,
  shell: PipelineShell,
  contexts: Contexts,
  artifacts: Map<string, string>,
): Promise<JobResult> {
  const run = await runSteps(steps, shell, { contexts, artifacts, folder: shell.newFolder(), env: {} });
  const { result, code, summary, env } = run;
  const kept = [...artifacts.values()].at(-1);
  const filled = mapValues(outputs, (value) => fillIn(value, { ...contexts, steps: run.steps }, {}));
  const files = kept === undefined ? [] : readdirSync(kept).sort();
  return { result, summary, artifacts: files, env, outputs: filled, ...(code !== undefined && { code }) };
}
