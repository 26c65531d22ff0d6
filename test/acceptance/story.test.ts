/** Acceptance 1 of the pipelines: from a feature branch to production and back, with git, the built command line and a sandbox. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git } from '../git.js';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

const scene = useScene();

const inRepository = (...args: readonly string[]): string => git(scene.workspace.folder, ...args);
const { read } = scene;

function commit(message: string, files: Readonly<Record<string, string>>): void {
  scene.workspace.write(files);
  inRepository('add', '--all');
  inRepository('commit', '--quiet', '--message', message);
}

function qlikSync(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return scene.workspace.run(args, { env: { ...scene.tenant.env, ...env } });
}

/** What a job of GitHub's sets. */
const github = (): Readonly<Record<string, string>> => ({
  ...{ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: scene.workspace.folder, GITHUB_ACTOR: 'ann' },
  ...{ GITHUB_OUTPUT: join(scene.workspace.folder, '.git/output'), GITHUB_HEAD_REF: 'feature' },
  GITHUB_STEP_SUMMARY: join(scene.workspace.folder, '.git/summary.md'),
});

const callsOut = "define([], () => fetch('https://cdn.example/kpi.js'));\n";

it('feature branch, plan, merge, apply, an edit by hand, drift, heal; then a stale plan writes nothing', async () => {
  inRepository('init', '--quiet', '--initial-branch', 'main');
  commit('begin', extensionFiles('kpi'));
  expect((await qlikSync(['apply', '--yes'])).code).toBe(0);
  expect(await scene.tenant.takeWrites()).toEqual(['POST']);

  // A pull request: kpi changes, gauge is new.
  inRepository('switch', '--quiet', '--create', 'feature');
  commit('a better kpi', {
    ...extensionFiles('kpi', { version: '1.1.0' }),
    'extensions/kpi/kpi.js': callsOut,
    ...extensionFiles('gauge'),
  });
  const planned = await qlikSync(
    ['plan', '--detailed-exitcode', '--no-exec', '--report', 'markdown=.git/plan.md'],
    github(),
  );
  expect(planned.code).toBe(2);
  expect(planned.stdout).toMatch(
    /^ {2}\+ gauge +create[\s\S]*^ {2}~ kpi +update +content changed, 1\.0\.0 → 1\.1\.0/m,
  );
  expect(planned.stderr).toMatch(/^::warning file=extensions\/kpi\/kpi\.js,line=1,.*cdn\.example/m);
  expect(read('.git/plan.md')).toMatch(
    /^<!-- qlik-sync:plan:acme:[\s\S]*2 changes[\s\S]*<code>gauge<\/code> \| create/,
  );
  expect(read('.git/summary.md')).toContain('2 changes');
  const digest = /\nsha256:[0-9a-f]{64}\n/.exec(read('.git/output'))?.[0].trim() ?? '';
  expect(planned.stdout).toContain(`Plan ${digest}`);
  expect(await scene.tenant.takeWrites()).toEqual([]);

  // Merged: the same plan, by file and by digest.
  inRepository('switch', '--quiet', 'main');
  inRepository('merge', '--quiet', '--no-ff', '--message', 'merge', 'feature');
  expect(await plan('.git/plan.json')).toBe(digest);
  await scene.tenant.takeRequests();
  const applied = await qlikSync(['apply', '.git/plan.json', '--yes', '--expect', digest]);
  expect(applied.code).toBe(0);
  expect([...(await scene.tenant.takeWrites())].sort()).toEqual(['PATCH', 'POST']);
  const [run] = JSON.parse((await qlikSync(['history', '--json'])).stdout).runs;
  expect(run).toMatchObject({
    source: { commit: inRepository('rev-parse', 'HEAD'), branch: 'main', dirty: false },
    result: 'ended',
    exitCode: 0,
    plan: digest,
  });

  // Somebody edits by hand; drift names it, and healing takes that one.
  expect((await qlikSync(['drift'])).code).toBe(0);
  await scene.tenant.editByHand('kpi');
  const drift = await qlikSync(['drift']);
  expect(drift.code).toBe(2);
  expect(drift.stdout).toMatch(/kpi.*its content is not what this project deployed/);
  expect(drift.stdout).not.toMatch(/gauge .*content/);
  expect((await qlikSync(['apply', '--yes'])).code).toBe(7);
  expect(await scene.tenant.takeWrites()).toEqual([]);
  expect((await qlikSync(['apply', '--yes', '--overwrite', 'kpi'])).code).toBe(0);
  expect(await scene.tenant.takeWrites()).toEqual(['PATCH']);
  expect((await qlikSync(['drift'])).code).toBe(0);

  // A plan that nobody applied in time.
  commit('the next one', extensionFiles('gauge', { code: 'two' }));
  await plan('.git/plan.json');
  await scene.tenant.editByHand('gauge');
  await scene.tenant.takeRequests();
  const stale = await qlikSync(['apply', '.git/plan.json', '--yes', '--overwrite', 'gauge']);
  expect(stale.code).toBe(3);
  const moved = await qlikSync(['apply', '.git/plan.json', '--yes']);
  expect(moved.code).toBe(7);
  expect(moved.stderr).toMatch(/stale; nothing was written\.\ngauge: .*reviewed/);
  expect(await scene.tenant.takeWrites()).toEqual([]);
});

/** Its digest. */
async function plan(file: string): Promise<string> {
  const { code, stderr } = await qlikSync(['plan', '--out', file]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(read(file)).digest;
}
