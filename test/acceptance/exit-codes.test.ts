/** The exit codes of contract.md: for every command, each code that it can come to. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExitCode, exitCodes } from '../../src/core/exit-codes.js';
import {
  type Before,
  broken,
  changed,
  configured,
  createdOn,
  deployed,
  deployedOnProd,
  type ExitScene,
  edited,
  failing,
  held,
  interrupted,
  interruptedMeanwhile,
  listingKey,
  misconfigured,
  noKey,
  openExitScene,
  outOfRequests,
  protectedDev,
  slow,
  stored,
  tagged,
  unconfigured,
  unexpected,
  unreadable,
  unstored,
  unwritable,
  wrongKey,
} from './support/exit-scene.js';

let scene: ExitScene;
beforeEach(async () => {
  scene = await openExitScene();
});
afterEach(() => scene.close());

type Row = readonly [code: ExitCode, why: string, args: readonly string[], ...before: readonly Before[]];

const {
  ok,
  bug,
  changes,
  usage,
  auth,
  incomplete,
  refused,
  conflict,
  budget,
  interrupted: stopped,
} = exitCodes;
const foreign = tagged('qlik-sync:others');

const rows: Readonly<Record<string, readonly Row[]>> = {
  init: [
    [ok, 'written', ['--project', 'acme'], unconfigured],
    [usage, 'there is one', []],
    [usage, 'an unknown flag', ['--projcet', 'x'], unconfigured],
    [stopped, 'Ctrl-C', ['--project', 'acme'], unconfigured, interrupted],
  ],
  validate: [
    [ok, 'sound folders', []],
    [usage, 'an error in a folder', [], broken],
    [usage, 'no such name', ['nobody']],
    [usage, 'an error in the config', [], misconfigured],
    [stopped, 'Ctrl-C', [], interrupted],
    [bug, 'something unexpected', [], unexpected],
  ],
  plan: [
    [ok, 'nothing to do', ['--detailed-exitcode'], deployed],
    [ok, 'changes, without --detailed-exitcode', []],
    [ok, 'a blocked change, without --detailed-exitcode', [], deployed, edited],
    [changes, 'changes', ['--detailed-exitcode']],
    [changes, 'a blocked change', ['--detailed-exitcode'], deployed, edited],
    [usage, 'an error in a folder', [], broken],
    [usage, 'an approval of nobody', ['--overwrite', 'nobody']],
    [auth, 'a wrong key', [], wrongKey],
    [incomplete, 'the tenant cannot be read', [], unreadable],
    [refused, 'names that differ in case', [], createdOn('dev', 'KPI')],
    [budget, 'too many requests', [], outOfRequests('GET')],
    [stopped, 'Ctrl-C', [], interrupted],
    [bug, 'something unexpected', [], unexpected],
  ],
  apply: [
    [ok, 'applied', ['--yes']],
    [ok, 'nothing to do', [], deployed],
    [ok, 'over a store', ['--yes'], stored],
    [ok, 'a store that is left alone', ['--yes', '--no-store'], unstored],
    [incomplete, 'a store that is not there', ['--yes'], unstored],
    [conflict, 'a run on another machine', ['--yes'], stored, held],
    [ok, 'drift that --on-drift skips', ['--yes', '--on-drift', 'skip'], deployed, edited],
    [usage, 'nobody approves', []],
    [usage, 'an error in a folder', ['--yes'], broken],
    [usage, 'a mistyped flag', ['--prnue']],
    [auth, 'a key that may only list', ['--yes'], listingKey],
    [auth, 'a wrong key', ['--yes'], wrongKey],
    [incomplete, 'a write that fails', ['--yes'], deployed, changed, unwritable],
    [incomplete, 'the tenant cannot be read', ['--yes'], unreadable],
    [refused, "another project's", ['--yes'], deployed, foreign],
    [refused, 'nobody manages it', ['--yes'], createdOn('dev', 'kpi')],
    [refused, 'a rail', ['--yes', '--allow-updates=3'], deployed, changed],
    [refused, 'a protected name', ['--yes'], deployed, changed, configured({ protect: ['kpi'] })],
    [conflict, 'drift', ['--yes'], deployed, edited],
    [conflict, 'another plan than expected', ['--yes', '--expect', `sha256:${'0'.repeat(64)}`]],
    [budget, 'too many requests', ['--yes'], deployed, changed, outOfRequests('PATCH')],
    [budget, 'no time', ['--yes', '--max-duration', '1ms'], slow],
    [stopped, 'Ctrl-C before', ['--yes'], interrupted],
    [stopped, 'Ctrl-C when the plan is shown', ['--yes'], interruptedMeanwhile],
    [bug, 'something unexpected', ['--yes'], unexpected],
  ],
  watch: [
    [usage, 'an error in the config', [], misconfigured],
    [usage, 'no key', [], noKey],
    [refused, 'a protected environment', [], protectedDev],
    [stopped, 'Ctrl-C', [], interruptedMeanwhile],
  ],
  drift: [
    [ok, 'none', [], deployed],
    [changes, 'drift', [], deployed, edited],
    [changes, 'never deployed', []],
    [usage, 'no such name', ['nobody']],
    [auth, 'a wrong key', [], wrongKey],
    [incomplete, 'the tenant cannot be read', [], unreadable],
    [refused, 'names that differ in case', [], createdOn('dev', 'KPI')],
    [budget, 'too many requests', [], outOfRequests('GET')],
    [stopped, 'Ctrl-C', [], interrupted],
    [bug, 'something unexpected', [], unexpected],
  ],
  adopt: [
    [ok, 'taken over', ['kpi', '--yes'], deployed, tagged()],
    [usage, 'not on the tenant', ['kpi', '--yes']],
    [usage, 'nobody approves', ['kpi'], deployed, tagged()],
    [auth, 'a wrong key', ['kpi', '--yes'], wrongKey],
    [auth, 'a key that may only list', ['kpi', '--yes'], deployed, tagged(), listingKey],
    [incomplete, 'a write that fails', ['kpi', '--yes'], deployed, tagged(), unwritable],
    [refused, "another project's", ['kpi', '--yes'], deployed, foreign],
    [conflict, 'other content than here', ['kpi', '--yes'], createdOn('dev', 'kpi')],
    [budget, 'too many requests', ['kpi', '--yes'], deployed, tagged(), outOfRequests('PATCH')],
    [stopped, 'Ctrl-C', ['kpi', '--yes'], interrupted],
    [stopped, 'Ctrl-C when the plan is shown', ['kpi', '--yes'], deployed, tagged(), interruptedMeanwhile],
  ],
  pull: [
    [ok, 'written', ['new'], createdOn('dev', 'new')],
    [ok, 'nothing to write', [], deployed],
    [usage, 'no such name', ['nobody']],
    [auth, 'a wrong key', [], wrongKey],
    [auth, 'a key that may not download', ['new'], createdOn('dev', 'new'), listingKey],
    [incomplete, 'the tenant cannot be read', [], unreadable],
    [conflict, 'work that would be lost', ['kpi'], createdOn('dev', 'kpi')],
    [budget, 'too many requests', [], outOfRequests('GET')],
    [stopped, 'Ctrl-C', [], interrupted],
  ],
  pack: [
    [ok, 'packed', []],
    [usage, 'an error in a folder', [], broken],
    [usage, 'no such name', ['nobody']],
    [stopped, 'Ctrl-C', [], interrupted],
    [bug, 'something unexpected', [], unexpected],
  ],
  impact: [
    [ok, 'told', [], deployed],
    [usage, 'two questions', ['--unused', '--missing']],
    [usage, 'no such name', ['nobody']],
    [auth, 'a wrong key', [], wrongKey],
    [incomplete, 'the tenant cannot be read', [], unreadable],
    [budget, 'not all apps', ['--max-apps', '1'], deployed],
    [budget, 'too many requests', [], outOfRequests('GET')],
    [stopped, 'Ctrl-C', [], deployed, interrupted],
  ],
  history: [
    [ok, 'none yet', []],
    [ok, 'some', [], deployed],
    [incomplete, 'a store that is not there', [], unstored],
    [usage, 'an error in the config', [], misconfigured],
    [bug, 'something unexpected', [], unexpected],
  ],
  rollback: [
    [ok, 'undone', ['--yes'], deployed, changed, deployed],
    [usage, 'nothing was done', ['--yes']],
    [usage, 'no such run', ['nobody', '--yes'], deployed],
    [auth, 'a wrong key', ['--yes'], deployed, wrongKey],
    [incomplete, 'a write that fails', ['--yes'], deployed, changed, deployed, unwritable],
    [refused, 'deletes without prune', ['--yes'], deployed],
    [conflict, 'drift', ['--yes'], deployed, changed, deployed, edited],
    [budget, 'too many requests', ['--yes'], deployed, changed, deployed, outOfRequests('PATCH')],
    [stopped, 'Ctrl-C', ['--yes'], deployed, changed, deployed, interrupted],
    [stopped, 'Ctrl-C when the plan is shown', ['--yes'], deployed, changed, deployed, interruptedMeanwhile],
  ],
  promote: [
    [ok, 'promoted', ['dev', 'prod', '--yes'], deployed],
    [usage, 'no such environment', ['dev', 'nowhere', '--yes'], deployed],
    [usage, 'nobody approves', ['dev', 'prod'], deployed],
    [auth, 'a wrong key', ['dev', 'prod', '--yes'], deployed, wrongKey],
    [auth, 'a key that may only list', ['prod', 'dev', '--yes'], deployedOnProd, listingKey],
    [incomplete, 'the tenant cannot be read', ['dev', 'prod', '--yes'], unreadable],
    [incomplete, 'a write that fails', ['prod', 'dev', '--yes'], deployedOnProd, failing('POST', 400)],
    [refused, 'nobody manages it there', ['dev', 'prod', '--yes'], deployed, createdOn('prod', 'kpi')],
    [conflict, 'drift there', ['prod', 'dev', '--yes'], deployedOnProd, deployed, edited],
    [budget, 'too many requests', ['prod', 'dev', '--yes'], deployedOnProd, outOfRequests('POST')],
    [stopped, 'Ctrl-C', ['dev', 'prod', '--yes'], deployed, interrupted],
    [stopped, 'Ctrl-C when the plan is shown', ['dev', 'prod', '--yes'], deployed, interruptedMeanwhile],
  ],
  sandbox: [
    [usage, 'a mistyped flag', ['--prot', '1']],
    [stopped, 'Ctrl-C', [], interruptedMeanwhile],
  ],
  doctor: [
    [ok, 'all is well', []],
    [usage, 'an error in the config', [], misconfigured],
    [usage, 'no key', [], noKey],
    [auth, 'a wrong key', [], wrongKey],
    [incomplete, 'the tenant cannot be read', [], unreadable],
    [stopped, 'Ctrl-C', [], interrupted],
    [bug, 'something unexpected', [], unexpected],
  ],
  config: [
    [ok, 'shown', []],
    [usage, 'an error in the config', [], misconfigured],
    [usage, 'no such environment', ['--env', 'nowhere']],
    [bug, 'something unexpected', [], unexpected],
  ],
  open: [
    [ok, 'the address', ['--tenant', 'https://acme.eu.qlikcloud.com']],
    [usage, 'the embedded tenant', ['--sandbox']],
    [usage, 'an error in the config', [], misconfigured],
    [usage, 'no such environment', ['--env', 'nowhere']],
    [bug, 'something unexpected', [], unexpected],
  ],
  unlock: [
    [ok, 'nobody has it', [], stored],
    [ok, 'somebody has it', [], stored, held],
    [ok, 'removed', ['--yes'], stored, held],
    [usage, 'no store', []],
    [usage, 'no such ticket', ['fff', '--yes'], stored, held],
    [usage, 'an error in the config', [], misconfigured],
    [incomplete, 'a store that is not there', ['--yes'], unstored, held],
    [bug, 'something unexpected', [], stored, unexpected],
  ],
  store: [
    [ok, 'checked', ['check'], stored],
    [ok, 'imported', ['import', '.'], deployed, stored],
    [usage, 'no store', ['check']],
    [usage, 'no runs', ['import', 'extensions'], stored],
    [usage, 'no folder', ['import'], stored],
    [usage, 'an error in the config', ['check'], misconfigured],
    [incomplete, 'a store that is not there', ['check'], unstored],
    [bug, 'something unexpected', ['check'], stored, unexpected],
  ],
  fleet: [
    [ok, 'seen', ['status']],
    [usage, 'no such environment', ['status', '--env', 'nowhere']],
    [usage, 'no key', ['status'], noKey],
    [usage, 'an error in the config', ['status'], misconfigured],
    [auth, 'a wrong key', ['status'], wrongKey],
  ],
  report: [
    [usage, 'no file', ['merge', 'gone.json']],
    [usage, 'no report', ['merge', 'qlik-sync.config.json']],
  ],
  preview: [[usage, 'an error in the config', [], misconfigured]],
  completion: [
    [ok, 'a shell', ['bash']],
    [usage, 'another', ['tcsh']],
  ],
  explain: [
    [ok, 'a rule', ['missing-entry']],
    [ok, 'whatever the config is', [], misconfigured],
    [usage, 'an unknown word', ['nonsense']],
  ],
};

describe.each(Object.entries(rows))('%s', (command, cases) => {
  it.each(cases.map((row) => [row[0], row[1], row] as const))('%i: %s', async (code, _, row) => {
    const [, , args, ...before] = row;
    const result = await scene.run([command, ...args], before);
    expect([result.code, result.stderr]).toEqual([code, result.stderr]);
    if (code === bug) expect(result.stderr).toContain('TypeError: unforeseen');
  });
});

it('every command has its rows', async () => {
  const { stdout } = await scene.run(['--help']);
  const commands = [...stdout.matchAll(/^ {2}(\w+) (?:\[|<| )/gm)].map(([, name]) => name);
  expect(Object.keys(rows).sort()).toEqual(commands.sort());
});
