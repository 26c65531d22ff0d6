/** What every example of examples/ci keeps to, whatever its system: how it starts qlik-sync, what ends first, what is kept. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { examples } from './support/ci/shell.js';

const files = (readdirSync(examples, { recursive: true }) as string[]).filter((path) =>
  /\.ya?ml$/.test(path),
);
const read = (file: string): string => readFileSync(join(examples, file), 'utf8');
const load = (file: string) => parse(read(file));

/** Every text below a key `script`, `run` or `after-script`, as one command line each, with what comes after it. */
function scriptsOf(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string') return ['script', 'run'].includes(key) ? [value] : [];
  if (Array.isArray(value)) {
    if (['script', 'after-script'].includes(key)) return [value.join('\n')];
    return value.flatMap((each) => scriptsOf(each, key));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => scriptsOf(each, name));
}

/** Those of Kubernetes have no scripts. */
const pipelines = files.filter((file) => !file.startsWith('kubernetes'));
const scripts = pipelines.flatMap((file) => scriptsOf(load(file)).map((script) => [file, script] as const));

describe('qlik-sync', () => {
  const starting = scripts.filter(([, script]) => script.includes('qlik-sync '));

  it('is started in each of these', () => {
    expect(starting.length).toBeGreaterThan(25);
  });

  it.each(starting.filter(([, script]) => script.includes('.bin/qlik-sync')))(
    '%s: is the process that gets the signals, and the last one: %s',
    (_, script) => {
      const last = script.trimEnd().split('\n').at(-1);
      expect(last).toMatch(/^exec node_modules\/\.bin\/qlik-sync /);
      expect(script.match(/\.bin\/qlik-sync/g)).toHaveLength(1);
    },
  );

  it.each(files)('%s never goes through npx, which keeps signals for itself', (file) => {
    expect(read(file)).not.toMatch(/\bnpx\b/);
    expect(read(file)).not.toMatch(/Re-run all jobs/i);
  });
});

describe('what writes ends by itself before the CI system ends it', () => {
  const minutesOf = (script: string): number => Number(/--max-duration (\d+)m/.exec(script)?.[1]);
  const writes = (script: string): boolean => / (apply|rollback) .*--yes/.test(script);

  interface Timed {
    readonly script?: string;
    readonly run?: string;
    readonly 'timeout-minutes'?: number;
    readonly timeoutInMinutes?: number;
  }

  const githubJobs = files
    .filter((file) => file.startsWith('github') && !file.includes('action'))
    .flatMap((file) => Object.values(load(file).jobs as Record<string, Timed & { steps?: Timed[] }>));
  const azureJobs = ['azure-pipelines', 'rollback']
    .flatMap((name) => load(`azure/${name}.yml`).stages)
    .flatMap(({ jobs }) => jobs)
    .map(({ strategy, ...job }) => ({ ...job, steps: strategy?.runOnce.deploy.steps ?? job.steps }));
  const steps = [...githubJobs, ...azureJobs].flatMap((job) =>
    ((job.steps ?? []) as Timed[])
      .filter((step) => writes(step.run ?? step.script ?? ''))
      .map((step) => ({ step, job: job['timeout-minutes'] ?? job.timeoutInMinutes })),
  );

  it('on GitHub and Azure: its own time, then the step, then the job', () => {
    expect(steps.length).toBe(8);
    for (const { step, job } of steps) {
      const own = minutesOf(step.run ?? step.script ?? '');
      const ofStep = step['timeout-minutes'] ?? step.timeoutInMinutes ?? 0;
      expect(own).toBeLessThan(ofStep);
      expect(ofStep).toBeLessThan(job ?? 0);
    }
  });

  it('on GitLab: its own time, then the script, then the job', () => {
    const { deploy, rollback } = load('gitlab/.gitlab-ci.yml');
    for (const { script, variables, timeout } of [deploy, rollback]) {
      const own = minutesOf(script.join('\n'));
      const ofScript = Number.parseInt(variables.RUNNER_SCRIPT_TIMEOUT, 10);
      expect(own).toBeLessThan(ofScript);
      expect(ofScript).toBeLessThan(Number.parseInt(timeout, 10));
    }
  });

  it('on Bitbucket: its own time, then the step', () => {
    const { pipelines } = load('bitbucket/bitbucket-pipelines.yml');
    const all = [...pipelines.branches.main, ...pipelines.custom.rollback].flatMap(({ step }) => step ?? []);
    const writing = all.filter(({ deployment }: { deployment?: string }) => deployment !== undefined);
    expect(writing).toHaveLength(2);
    for (const step of writing) expect(minutesOf(step.script.join('\n'))).toBeLessThan(step['max-time']);
  });
});

describe('an older commit that is started again', () => {
  const writing = scripts.filter(
    ([, script]) => /qlik-sync apply .*--yes/.test(script) && !script.includes('--sandbox'),
  );
  const asking = [...new Set(writing.map(([file]) => file))];

  it('is recognized in each of these', () => {
    expect(asking).toHaveLength(7);
  });

  it.each(asking)(
    '%s: the branch has its full name, as a tag may have the short one, and submodules count',
    (file) => {
      const [fetches, compares] = [/fetch --quiet --no-tags origin (.*)/g, /git diff --quiet (.*)/g].map(
        (pattern) =>
          [
            ...read(file)
              .replace(/^ *#.*/gm, '')
              .matchAll(pattern),
          ].map(([, rest = '']) => rest),
      );
      expect(fetches).toEqual([expect.stringMatching(/^"?refs\/heads\//)]);
      expect(compares).toEqual([expect.stringMatching(/^--ignore-submodules=none HEAD FETCH_HEAD /)]);
    },
  );
});

describe('artifacts', () => {
  interface Upload {
    readonly if?: string;
    readonly uses?: string;
    readonly with: Readonly<Record<string, unknown>>;
  }
  const uploads = files
    .filter((file) => file.startsWith('github') && !file.includes('action'))
    .flatMap((file) => Object.values(load(file).jobs as Record<string, { steps?: Upload[] }>))
    .flatMap(({ steps = [] }) => steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact')));

  it('on GitHub are named after their attempt, and must exist', () => {
    expect(uploads.length).toBe(9);
    for (const { with: inputs } of uploads) {
      expect(inputs['name']).toMatch(/-\$\{\{ github\.run_attempt \}\}$/);
      expect(inputs['if-no-files-found']).toBe('error');
    }
  });

  it('on GitHub are kept of a cancelled run, too, if they are records', () => {
    const records = uploads.filter(({ with: inputs }) => String(inputs['path']).includes('.qlik-sync'));
    expect(records).toHaveLength(4);
    for (const record of records) {
      expect(record.if).toMatch(/always\(\)/);
      expect(record.with).toMatchObject({ 'include-hidden-files': true, 'retention-days': 90 });
    }
  });

  it('on Azure are named after their attempt, as a run cannot publish one twice', () => {
    const published = [
      ...`${read('azure/azure-pipelines.yml')}${read('azure/rollback.yml')}`.matchAll(
        /publish: .+\n +artifact: (.+)/g,
      ),
    ];
    expect(published.map(([, name]) => name)).toEqual([
      'plan-$(System.JobAttempt)',
      'deploy-$(System.JobAttempt)',
      'deploy-$(System.JobAttempt)',
    ]);
  });

  it('on GitLab are kept however the job ends', () => {
    const { deploy, rollback } = load('gitlab/.gitlab-ci.yml');
    for (const job of [deploy, rollback]) expect(job.artifacts.when).toBe('always');
  });
});
