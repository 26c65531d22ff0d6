/** examples/ci: the Indexed Job of Kubernetes and the matrix of GitHub, run as their engines run them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startTestStore, type TestStore } from '../store/stores.js';
import { asBuilt, openScriptDesk, type ScriptDesk, scriptCli } from './support/ci/script-desk.js';
import { examples } from './support/ci/shell.js';
import { environmentOf, type Fleet, keyOf, openFleet, refusesKeys } from './support/fleet.js';
import { openTurnstile } from './support/turnstile.js';
import { extensionFiles } from './support/workspace.js';

const names = ['t0', 't1', 't2', 't3', 't4', 't5'];

/** Time passes for the tickets in the store alone: a pod that was killed is waited for until its locks expire. */
function ageLocks(seconds: number): void {
  const folder = join(fileURLToPath(store.address), 'locks');
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const file = join(parentPath, name);
    const then = statSync(file).mtimeMs / 1000 - seconds;
    utimesSync(file, then, then);
  }
}

let fleet: Fleet;
let store: TestStore;
let desk: ScriptDesk;
/** Whether each pod and job is a process of its own. */
let usesBuilt: boolean;
beforeEach(async () => {
  fleet = await openFleet(names);
  store = await startTestStore('file');
  fleet.workspace.write({
    ...extensionFiles('a'),
    ...extensionFiles('b'),
    'node_modules/.bin/qlik-sync': scriptCli,
  });
  desk = await openScriptDesk(fleet.workspace.home);
  usesBuilt = false;
  chmodSync(join(fleet.workspace.folder, 'node_modules/.bin/qlik-sync'), 0o755);
});
afterEach(async () => {
  await desk.close();
  await store.close();
  await fleet.close();
});

interface Pod {
  readonly code: number | 'killed';
  readonly output: string;
}

/** A line of a shell, as `sh -c` gets it. */
function runShell(
  line: string,
  env: Readonly<Record<string, string>>,
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Pod> {
  const { folder, home } = fleet.workspace;
  const keys = Object.fromEntries(names.map((name) => [keyOf(name), fleet.tenant(name).sandbox.apiKey]));
  // Neither the image nor a runner has the programs of node_modules on its path.
  const own = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TZ: 'UTC',
    ...keys,
    QLIK_SYNC_STORE: store.address,
  };
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', line], {
      cwd: folder,
      env: { ...own, ...desk.env, ...(usesBuilt && asBuilt), ...env },
    });
    const parts: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => parts.push(String(chunk)));
    child.on('close', (code) => resolve({ code: code ?? 'killed', output: parts.join('') }));
    onStart(child);
  });
}

interface Rule {
  readonly action: 'Ignore' | 'FailIndex' | 'Count';
  readonly onExitCodes?: { readonly values: readonly number[] };
}

interface JobSpec {
  readonly completions: number;
  readonly backoffLimitPerIndex: number;
  readonly maxFailedIndexes: number;
  readonly podFailurePolicy: { readonly rules: readonly Rule[] };
  readonly template: {
    readonly spec: {
      readonly containers: readonly [
        {
          readonly args: readonly [string];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        },
      ];
    };
  };
}

const job = parse(readFileSync(join(examples, 'kubernetes/fleet.yaml'), 'utf8')).spec as JobSpec;
const [container] = job.template.spec.containers;

/** The kubelet replaces `$(NAME)` by what it knows, `$$` by `$`, and leaves everything else. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (all, rest, name) =>
    rest === '$' ? '$' : (env[name] ?? all),
  );
}

interface IndexEnd {
  readonly result: 'succeeded' | 'failed';
  /** How its pods ended. */
  readonly pods: readonly Pod['code'][];
}

/** What the controller of jobs does with one index, without its pauses. */
async function runIndex(index: number, onStart?: (child: ChildProcess) => void): Promise<IndexEnd> {
  const variables = Object.fromEntries(container.env.map(({ name, value = '' }) => [name, value]));
  const pods: Pod['code'][] = [];
  for (let failures = 0; failures <= job.backoffLimitPerIndex; failures += 1) {
    const env = { ...variables, JOB_COMPLETION_INDEX: String(index) };
    const { code } = await runShell(
      expand(container.args[0], env),
      env,
      pods.length === 0 ? onStart : undefined,
    );
    pods.push(code);
    if (code === 'killed') ageLocks(80);
    if (code === 0) return { result: 'succeeded', pods };
    const rule = job.podFailurePolicy.rules.find(({ onExitCodes }) =>
      onExitCodes?.values.includes(Number(code)),
    );
    if (rule?.action === 'FailIndex') break;
  }
  return { result: 'failed', pods };
}

function runJob(): Promise<readonly IndexEnd[]> {
  return Promise.all(Array.from({ length: job.completions }, (_, index) => runIndex(index)));
}

/** What a single process would have left: every tenant has both, under our marks. */
async function assertDeployed(): Promise<void> {
  const all = await Promise.all(names.map((name) => fleet.held(name)));
  const marks = all.map((held) =>
    Object.entries(held).map(([name, { archiveName, tags }]) => [name, archiveName, tags]),
  );
  expect(new Set(marks.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(marks[0]?.map(([name]) => name)).toEqual(['a', 'b']);
  expect((await fleet.run('plan', '--env', 'all', '--detailed-exitcode')).code).toBe(0);
}

describe('the Indexed Job', () => {
  it('is one process in many: one pod killed and tried again, and the whole job twice at once by mistake', async () => {
    usesBuilt = true;
    const turnstile = await openTurnstile(fleet.tenant('t3').sandbox, async ({ when, method }) => {
      if (when !== 'before' || method !== 'POST') return;
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });
    // Killed as its first write is on its way.
    const children: ChildProcess[] = [];
    fleet.configure({
      t3: { ...environmentOf('t3', fleet.tenant('t3')), tenant: turnstile.env['QLIK_TENANT_URL'] },
    });
    const shardOfT3 = await findShard('t3');
    const killed = await runIndex(shardOfT3, (child) => children.push(child));
    expect(killed).toEqual({ result: 'succeeded', pods: ['killed', 0] });
    const first = await runJob();
    expect(first).toEqual(Array(job.completions).fill({ result: 'succeeded', pods: [0] }));
    await turnstile.close();
    fleet.configure();
    await assertDeployed();
    for (const name of names) await fleet.tenant(name).takeRequests();
    fleet.workspace.write(extensionFiles('a', { code: 'two', version: '2.0.0' }));
    const both = await Promise.all([runJob(), runJob()]);
    expect(both.flat().map(({ result }) => result)).toEqual(Array(2 * job.completions).fill('succeeded'));
    for (const name of names) expect(await fleet.tenant(name).takeWrites()).toEqual(['PATCH']);
    await assertDeployed();
  });

  it('retries transient failures, leaves others to people, and has a limit', async () => {
    const one = await findShard('t0');
    const { name: neighbour, shard: other } = await findNeighbour(one);
    await fleet.tenant('t0').addFaults(refusesKeys);
    const status = {
      method: 'POST',
      path: '/api/v1/extensions*',
      when: 'before',
      kind: 'status',
      status: 400,
    };
    await fleet.tenant(neighbour).addFaults([{ ...status, times: 1 }]);
    expect(await runIndex(one)).toEqual({ result: 'failed', pods: [4] });
    expect(await runIndex(other)).toEqual({ result: 'succeeded', pods: [5, 0] });
    await fleet.tenant('t0').clearFaults();
    expect(await runIndex(one)).toEqual({ result: 'succeeded', pods: [0] });
  });

  it('starts no more than its limit permits, and continues with the rest when it is applied again', async () => {
    await Promise.all(names.map((name) => fleet.tenant(name).addFaults(refusesKeys)));
    const failed: IndexEnd[] = [];
    for (let index = 0; index < job.completions && failed.length <= job.maxFailedIndexes; index += 1) {
      failed.push(await runIndex(index));
    }
    expect(failed).toEqual(Array(job.maxFailedIndexes + 1).fill({ result: 'failed', pods: [4] }));
    expect(failed.length).toBeLessThan(job.completions);
    await Promise.all(names.map((name) => fleet.tenant(name).clearFaults()));
    expect(await runJob()).toEqual(Array(job.completions).fill({ result: 'succeeded', pods: [0] }));
    await assertDeployed();
  });
});

/** The index of the pod that has an environment. */
async function findShard(name: string): Promise<number> {
  for (let index = 0; index < job.completions; index += 1) {
    const { stderr } = await fleet.run('plan', '--env', 'all', '--shard', `${index + 1}/${job.completions}`);
    if (new RegExp(`^Shard .*\\b${name}\\b`, 'm').test(stderr)) return index;
  }
  throw new Error(`no shard has ${name}`);
}

/** An environment of another shard: addresses, and so the ports that the tenants happen to get, decide who shares one. */
async function findNeighbour(of: number): Promise<{ readonly name: string; readonly shard: number }> {
  for (const name of names) {
    const shard = await findShard(name);
    if (shard !== of) return { name, shard };
  }
  throw new Error('all environments are in one shard');
}

interface Workflow {
  readonly jobs: {
    readonly apply: {
      readonly strategy: { readonly matrix: { readonly shard: readonly number[] } };
      readonly env: Readonly<Record<string, string | number>>;
      readonly steps: readonly Step[];
    };
    readonly report: { readonly steps: readonly Step[] };
  };
}

interface Step {
  readonly run?: string;
}

const { jobs } = parse(readFileSync(join(examples, 'github/fleet.yml'), 'utf8')) as Workflow;
const lineOf = (steps: readonly Step[]): string =>
  steps.map(({ run = '' }) => run).find((run) => run.includes('qlik-sync')) ?? '';

describe('the matrix of GitHub', () => {
  it('gives each job its part, and the last one makes one report of all', async () => {
    const { strategy, env, steps } = jobs.apply;
    const { shard } = strategy.matrix;
    expect(shard).toEqual(Array.from({ length: Number(env['SHARDS']) }, (_, index) => index + 1));
    await fleet.tenant('t2').addFaults(refusesKeys);
    const own = (each: number) => ({
      ENVIRONMENTS: 'all',
      SHARD: String(each),
      SHARDS: String(env['SHARDS']),
    });
    const ended = await Promise.all(shard.map((each) => runShell(lineOf(steps), own(each))));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 0, 0, 4]);
    const failed = await runShell(lineOf(jobs.report.steps), {});
    expect([failed.code, failed.output]).toEqual([
      4,
      expect.stringContaining('6 environments: 5 done, 1 failed (exit 4).'),
    ]);
    await fleet.tenant('t2').clearFaults();
    // "Re-run failed jobs": the others keep what they wrote.
    const again = shard[ended.findIndex(({ code }) => code === 4)] ?? 0;
    expect((await runShell(lineOf(steps), own(again))).code).toBe(0);
    const merged = await runShell(lineOf(jobs.report.steps), {});
    expect([merged.code, merged.output]).toEqual([0, expect.stringContaining('6 environments: 6 done.')]);
    await assertDeployed();
  });
});
