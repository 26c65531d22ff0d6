/** The policy command of the config: a program that reads the plan and may refuse it. */

import { assertExecutionAllowed } from '../config/execution.js';
import { type Program, type ProgramEnd, runProgram } from '../config/run-program.js';
import { hideValues, redact } from '../config/secrets.js';
import { workOf } from '../core/change.js';
import { UserError } from '../core/errors.js';
import type { Refusal } from '../core/guard.js';
import { renderJson } from '../report/json.js';
import type { Run } from '../run/run.js';
import { type PlannedRun, reportOf } from './planned.js';

const longestMs = 60_000;

const mostWords = 4000;

interface PolicyHook extends Omit<Program, 'input' | 'timeoutMs'> {
  /** Names of the variables that the command refers to; their values appear in no message. */
  readonly variables: readonly string[];
  /** Default 60,000. */
  readonly timeoutMs?: number;
}

/**
 * Passes the plan document to the command's standard input. Its exit code decides: 0 lets the plan pass, any other refuses
 * it with what the command printed.
 *
 * @throws UserError if the command cannot be run, is ended by a signal, or takes longer than a minute: no plan passes
 *   then
 */
export async function askPolicy(
  planDocument: string,
  { variables, ...hook }: PolicyHook,
): Promise<Refusal | undefined> {
  const ended = await runProgram({ timeoutMs: longestMs, ...hook, input: planDocument });
  const program = hook.command[0];
  if (ended.problem !== undefined) {
    throw new UserError(`The policy command ${program} could not decide: it ${ended.problem}.`, {
      hint: 'Without its decision nothing is applied. "policy" in the config names it.',
    });
  }
  if (ended.exitCode === 0) return undefined;
  const said = redact(hideValues(wordsOf(ended), variables, hook.env)).slice(0, mostWords);
  return {
    rail: 'policy',
    message: `The policy (${program}) refuses this plan${said === '' ? '' : `: ${said}`}`,
    hint: `It ended with ${ended.exitCode}; "policy" in the config names the command.`,
  };
}

/** On one line, like every refusal. */
function wordsOf({ stdout, stderr }: ProgramEnd): string {
  const lines = [stdout, stderr].flatMap(({ text }) => text.split(/\r?\n/)).map((line) => line.trim());
  return lines.filter((line) => line !== '').join('; ');
}

/**
 * Runs before a plan is shown, so that its refusal appears beside those of the rails. Changes nothing if the config names
 * no policy command or there is nothing to write.
 *
 * @throws UserError if the command gives no verdict
 */
export async function askPolicyCommand({ settings, io }: Run, planned: PlannedRun): Promise<PlannedRun> {
  const { policyCommand, policyVariables = [], displayFile, root } = settings.config;
  if (policyCommand === undefined || workOf(planned.plan).length === 0) return planned;
  assertExecutionAllowed(settings.execution, `policy in ${displayFile} runs the command ${policyCommand[0]}`);
  const refusal = await askPolicy(renderJson(reportOf(planned)), {
    command: policyCommand,
    variables: policyVariables,
    cwd: root,
    env: io.env,
    signal: io.interrupted,
  });
  if (refusal === undefined) return planned;
  return { ...planned, rails: { ...planned.rails, policy: refusal } };
}
