/** The steps of a GitHub job: scripts, and the few actions whose effect the examples need. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, evaluate, fillIn } from './expressions.js';
import { handOver, type PipelineShell, type Sent, watchFor } from './shell.js';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
  readonly 'continue-on-error'?: boolean;
  readonly 'timeout-minutes'?: number;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

export interface Place {
  readonly contexts: Contexts;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The run's number, for its artifacts. */
  readonly run: number;
  readonly commit: string;
  /** Somebody cancels the job while a script runs. */
  readonly cancelled?: Promise<readonly Sent[]>;
}

export type Status = 'success' | 'failure' | 'cancelled' | 'skipped';

interface StepResult {
  readonly outputs: Readonly<Record<string, string>>;
  readonly outcome: Status;
  readonly conclusion: Status;
}

export interface StepsRun {
  result: Exclude<Status, 'skipped'>;
  code?: number;
  summary: string;
  env: Record<string, string>;
  readonly steps: Record<string, StepResult>;
}

export async function runSteps(
  steps: readonly Step[],
  shell: PipelineShell,
  place: Place,
): Promise<StepsRun> {
  const run: StepsRun = { result: 'success', summary: '', env: {}, steps: {} };
  const isCancelled = watchFor(place.cancelled);
  for (const step of steps) {
    const contexts = { ...place.contexts, steps: run.steps };
    if (!isTrue(step.if, run.result, contexts)) {
      note(run, step, { outputs: {}, outcome: 'skipped', conclusion: 'skipped' });
      continue;
    }
    const env = { ...place.env, ...mapValues(step.env ?? {}, (value) => fillIn(value, contexts, {})) };
    Object.assign(run.env, env);
    const was = isCancelled();
    const ended = await runStep(step, shell, { ...place, contexts, env });
    end(run, step, ended, outcomeOf(ended, isCancelled() && !was));
  }
  return run;
}

function outcomeOf({ code }: StepEnd, isCancelled: boolean): StepsRun['result'] {
  if (isCancelled) return 'cancelled';
  return code === 0 ? 'success' : 'failure';
}

function runStep(step: Step, shell: PipelineShell, place: Place): Promise<StepEnd> {
  return step.run === undefined ? runAction(step, shell, place) : runScript(step, shell, place);
}

/** The first step that did not go well says what became of the job. */
function end(
  run: StepsRun,
  step: Step,
  { outputs, summary, code }: StepEnd,
  outcome: StepsRun['result'],
): void {
  const isForgiven = outcome === 'failure' && step['continue-on-error'] === true;
  note(run, step, { outputs, outcome, conclusion: isForgiven ? 'success' : outcome });
  run.summary += summary;
  if (outcome === 'success' || isForgiven || run.result !== 'success') return;
  run.result = outcome;
  run.code = code;
}

function note(run: StepsRun, { id }: Step, result: StepResult): void {
  if (id !== undefined) run.steps[id] = result;
}

interface StepEnd {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

const done: StepEnd = { code: 0, outputs: {}, summary: '' };
const failed: StepEnd = { ...done, code: 1 };

async function runScript(step: Step, shell: PipelineShell, place: Place): Promise<StepEnd> {
  const text = step.run ?? '';
  // Whatever is pasted into a script could become part of it.
  if (text.includes('${{')) throw new Error(`an expression within a script: ${text}`);
  const aside = shell.newFolder();
  const [output, summary] = [join(aside, 'output'), join(aside, 'summary')];
  for (const file of [output, summary]) writeFileSync(file, '');
  const folder = fillIn(step['working-directory'] ?? '.', place.contexts, {});
  const { code } = await shell.runScript({
    text,
    cwd: join(place.folder, folder),
    // As the runner calls bash where `shell` is absent, and where it says bash.
    options: step.shell === undefined ? ['-e'] : ['-e', '-o', 'pipefail'],
    env: {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/charts', GITHUB_WORKSPACE: place.folder },
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
      ...place.env,
    },
    ...(place.cancelled && { cancelled: place.cancelled }),
  });
  return { code, outputs: readOutputs(output), summary: readFileSync(summary, 'utf8') };
}

async function runAction(step: Step, shell: PipelineShell, place: Place): Promise<StepEnd> {
  const inputs = mapValues(step.with ?? {}, (value) => fillIn(String(value), place.contexts, {}));
  const [action = ''] = (step.uses ?? '').split('@');
  switch (action) {
    case 'actions/setup-node':
      return done;
    case 'actions/checkout':
      shell.checkout(inputs['ref'] ?? place.commit, place.folder);
      return done;
    case 'actions/upload-artifact':
      return uploadArtifact(inputs, shell, place);
    case 'actions/download-artifact':
      return downloadArtifact(inputs, shell, place);
    default:
      return runComposite(join(action, 'action.yml'), inputs, shell, place);
  }
}

type Inputs = Readonly<Record<string, string>>;

/** A run keeps one artifact of a name, whatever the attempt (actions/upload-artifact, 409). */
function uploadArtifact(inputs: Inputs, shell: PipelineShell, { folder, run }: Place): StepEnd {
  const address = `${run}/${inputs['name']}`;
  const takesHidden = inputs['include-hidden-files'] === 'true';
  const paths = (inputs['path'] ?? '').trim().split('\n');
  const found = paths.filter((path) => existsSync(join(folder, path)) && (takesHidden || !/^\./.test(path)));
  if (found.length === 0) return inputs['if-no-files-found'] === 'error' ? failed : done;
  if (shell.kept.has(address)) return failed;
  const kept = shell.newFolder();
  handOver(folder, kept, found);
  shell.kept.set(address, kept);
  return done;
}

/** Of this run, or another one, which takes a token. By name, or all that fit a pattern, in one folder. */
function downloadArtifact(inputs: Inputs, shell: PipelineShell, { folder, run }: Place): StepEnd {
  const { name, pattern, path = '.', 'run-id': from = String(run), 'github-token': token = '' } = inputs;
  if (from !== String(run) && token === '') return failed;
  const isAsked = (each: string): boolean =>
    pattern === undefined ? each === name : each.startsWith(pattern.replace(/\*$/, ''));
  const found = [...shell.kept].filter(
    ([address]) => address.startsWith(`${from}/`) && isAsked(address.slice(from.length + 1)),
  );
  if (found.length === 0 && pattern === undefined) return failed;
  for (const [, kept] of found) handOver(kept, join(folder, path), ['.']);
  return done;
}

async function runComposite(
  file: string,
  given: Readonly<Record<string, string>>,
  shell: PipelineShell,
  place: Place,
): Promise<StepEnd> {
  const { inputs, outputs, runs } = parse(readFileSync(file, 'utf8')) as Action;
  const defaults = mapValues(inputs, (input) => input.default ?? '');
  const contexts = { inputs: { ...defaults, ...given }, github: { action_path: dirname(file) } };
  const run = await runSteps(runs.steps, shell, { ...place, contexts });
  const filled = mapValues(outputs, ({ value }) => fillIn(value, { ...contexts, steps: run.steps }, {}));
  return { code: run.code ?? 0, outputs: filled, summary: run.summary };
}

/** Without a word about the status, a condition also asks for success. */
export function isTrue(condition: string | undefined, status: Status, contexts: Contexts): boolean {
  const text = (condition ?? 'success()').replace(/^\$\{\{(.*)\}\}$/s, '$1').trim();
  const functions = {
    success: () => status === 'success',
    failure: () => status === 'failure',
    always: () => true,
    cancelled: () => status === 'cancelled',
  };
  const asksStatus = /\b(success|failure|always|cancelled)\(\)/.test(text);
  if (!asksStatus && status !== 'success') return false;
  return !['', 'false', '0'].includes(evaluate(text, contexts, functions));
}

/** `name=value`, or `name<<delimiter`, the value, the delimiter (actions/runner, `FileCommandManager.cs`). */
function readOutputs(file: string): Readonly<Record<string, string>> {
  const text = readFileSync(file, 'utf8');
  const lines = /^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm;
  const short = text.replace(lines, '').matchAll(/^([\w-]+)=(.*)$/gm);
  return Object.fromEntries([
    ...[...short].map(([, name = '', value = '']) => [name, value]),
    ...[...text.matchAll(lines)].map(([, name = '', , value = '']) => [name, value]),
  ]);
}

export function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
