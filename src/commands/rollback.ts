/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import { type Command, Option } from 'commander';
import type { ExitCode } from '../core/exit-codes.js';
import { applyPlanned } from '../pipeline/apply.js';
import { addImpact } from '../pipeline/impact.js';
import { planRollback, rolledBackRun } from '../pipeline/plan-rollback.js';
import { type PlannedRun, reportOf } from '../pipeline/planned.js';
import { askPolicyCommand } from '../pipeline/policy-command.js';
import type { Approvals, RunFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import { isReading, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
  type Finish,
  parsePlanDigest,
} from './options.js';
import { addOriginApprovals } from './origin-options.js';
import { chooseWrites } from './rollback/choose-writes.js';

type RollbackFlags = RunFlags &
  Approvals & {
    /** The digest of the plan that was reviewed. */
    readonly expect?: string;
    readonly out?: string;
  };

/** @param words a run's id, or names of extensions; empty: the last run */
export function rollback(words: readonly string[], flags: RollbackFlags, io: Io): Promise<ExitCode> {
  return onTenant('rollback', flags, io, async (run) => {
    const save = flags.out === undefined ? undefined : await preparePlan(flags.out, run);
    const writes = await chooseWrites(run, words);
    const planned = await addImpact(run, await planRollback(run, writes, flags), flags);
    if (save !== undefined) return save(planned);
    if (flags.expect !== undefined) {
      const { assertExpected } = await import('../pipeline/plan-file.js');
      assertExpected(flags.expect, planned.plan, run.notices.say);
    }
    return applyPlanned(run, planned, flags, { command: 'rollback', ...rolledBackRun(writes) });
  });
}

/** A review sees the plan first; its digest, given to `--expect`, binds the rollback to it. */
async function preparePlan(out: string, run: Run): Promise<(planned: PlannedRun) => Promise<ExitCode>> {
  const { preparePlanFile } = await import('../pipeline/plan-file.js');
  const save = await preparePlanFile(out, run.settings);
  return async (planned) => {
    const report = reportOf(await askPolicyCommand(run, planned));
    await save(report);
    print(report, run.settings.flags, run.io);
    if (isReading(run.settings, run.io)) {
      const { digest } = report.plan;
      run.notices.say(
        `Wrote the plan to ${out}. To undo exactly this: the same command with --expect ${digest}`,
      );
    }
    return report.exitCode;
  };
}

export function addRollback(program: Command, io: Io, finish: Finish): void {
  const command = addImpactGate(addOriginApprovals(addApprovals(addShared(program.command('rollback')))))
    .argument('[run|name...]', 'a run or names; the last run when absent')
    .option('--out <file>', 'only plan it, and write the plan to a file')
    .addOption(new Option('--expect <digest>', 'undo only if this is the plan').argParser(parsePlanDigest));
  addExamples(command, [
    ['qlik-sync rollback --env prod', 'the last run'],
    ['qlik-sync rollback kpi-card', 'the last change of an extension'],
    ['qlik-sync rollback --out undo.json', 'for a review, then --expect <digest>'],
    ['qlik-sync history', 'lists the runs that rollback takes'],
  ]);
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (words: string[], flags: RollbackFlags) => {
      finish(await rollback(words, flags, io));
    },
  );
}
