/** The steps of a GitHub job: scripts, and the few actions whose effect the examples need. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, evaluate, fillIn } from './expressions.js';
import { handOver, type PipelineShell } from './shell.js';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

export interface Place {
  readonly contexts: Contexts;
  readonly artifacts: Map<string, string>;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface StepsRun {
  result: 'success' | 'failure';
  code?: number;
  summary: string;
  env: Record<string, string>;
  readonly steps: Record<string, { readonly outputs: Readonly<Record<string, string>> }>;
}

export async function runSteps(
  steps: readonly Step[],
  shell: PipelineShell,
  place: Place,
): Promise<StepsRun> {
  const run: StepsRun = { result: 'success', summary: '', env: {}, steps: {} };
  for (const step of steps) {
    const contexts = { ...place.contexts, steps: run.steps };
    if (!isTrue(step.if, run.result, contexts)) continue;
    const env = { ...place.env, ...mapValues(step.env ?? {}, (value) => fillIn(value, contexts, {})) };
    Object.assign(run.env, env);
    const inside = { ...place, contexts, env };
    const ended = await (step.run === undefined
      ? runAction(step, shell, inside)
      : runScript(step, shell, inside));
    if (step.id !== undefined) run.steps[step.id] = { outputs: ended.outputs };
    run.summary += ended.summary;
    if (ended.code === 0 || run.result === 'failure') continue;
    run.result = 'failure';
    run.code = ended.code;
  }
  return run;
}

interface StepEnd {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

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
  });
  return { code, outputs: readOutputs(output), summary: readFileSync(summary, 'utf8') };
}

async function runAction(step: Step, shell: PipelineShell, place: Place): Promise<StepEnd> {
  const inputs = mapValues(step.with ?? {}, (value) => fillIn(String(value), place.contexts, {}));
  const done = { code: 0, outputs: {}, summary: '' };
  const [action = ''] = (step.uses ?? '').split('@');
  switch (action) {
    case 'actions/setup-node':
      return done;
    case 'actions/checkout':
      handOver(shell.checkout(), place.folder, ['.']);
      return done;
    case 'actions/upload-artifact': {
      const kept = shell.newFolder();
      handOver(place.folder, kept, (inputs['path'] ?? '').trim().split('\n'));
      place.artifacts.set(inputs['name'] ?? '', kept);
      return done;
    }
    case 'actions/download-artifact':
      handOver(place.artifacts.get(inputs['name'] ?? '') ?? 'nowhere', place.folder, ['.']);
      return done;
    default:
      return runComposite(join(action, 'action.yml'), inputs, shell, place);
  }
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
export function isTrue(
  condition: string | undefined,
  status: 'success' | 'failure' | 'skipped',
  contexts: Contexts,
): boolean {
  const text = (condition ?? 'success()').replace(/^\$\{\{(.*)\}\}$/s, '$1').trim();
  const functions = {
    success: () => status === 'success',
    failure: () => status === 'failure',
    always: () => true,
    cancelled: () => false,
  };
  const asksStatus = /\b(success|failure|always|cancelled)\(\)/.test(text);
  if (!asksStatus && status !== 'success') return false;
  return !['', 'false', '0'].includes(evaluate(text, contexts, functions));
}

/** `name<<delimiter`, the value, the delimiter (actions/runner, `FileCommandManager.cs`). */
function readOutputs(file: string): Readonly<Record<string, string>> {
  const found = readFileSync(file, 'utf8').matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]));
}

export function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
