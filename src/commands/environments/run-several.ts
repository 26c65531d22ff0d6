/** One command on several environments: side by side, one result, the worst exit code. */

import { type ExitCode, UserError, worstExitCode } from '../../core/errors.js';
import type { EnvironmentsReport } from '../../report/environments/report.js';
import { print } from '../reporting/print.js';
import type { SettingsSource } from '../settings.js';
import { type Chosen, chooseEnvironments } from './choose.js';
import { openGovernors } from './governors.js';
import { assertKnown } from './known.js';
import { runSideBySide } from './side-by-side.js';
import type { OnEnvironments } from './wanted.js';

/** @throws UserError for what no run on several environments can do */
export async function runSeveral(input: OnEnvironments, source: SettingsSource): Promise<ExitCode> {
  const { command, given, io, work } = input;
  assertForSeveral(input, source);
  assertKnown(source.asked, '--env', source);
  const { names, share } = chooseEnvironments(source, given.shard, io);
  if (share !== undefined) io.stderr.write(`${describeShare(names, share)}\n`);
  const environments = await runSideBySide(names, {
    ...{ command, source, io, work },
    among: names,
    confirm: input.confirm ?? [],
    governorFor: openGovernors(),
  });
  const report: EnvironmentsReport = {
    kind: 'environments',
    header: { command, tool: io.tool, project: '' },
    environments,
    ...(share !== undefined && { shard: share }),
    reports: environments.map(({ part }) => part),
    exitCode: worstExitCode(environments.map(({ exitCode }) => exitCode)),
  };
  print(report, source.flags, io);
  return report.exitCode;
}

/** Each of these names or holds one tenant, so on several it could only be wrong. */
function assertForSeveral({ lone }: OnEnvironments, { flags, asked }: SettingsSource): void {
  const { tenant, context, sandbox, sandboxDir } = flags;
  const targets = [tenant && '--tenant', context && '--context', (sandbox || sandboxDir) && '--sandbox'];
  const given = [...lone, ...targets].find((option) => typeof option === 'string' && option !== '');
  if (given === undefined) return;
  throw new UserError(
    `${given} is for one tenant, and --env asks for ${asked.length}: ${asked.join(', ')}.`,
    {
      hint: 'Give one --env, once for each environment.',
    },
  );
}

function describeShare(names: Chosen['names'], { index, of }: NonNullable<Chosen['share']>): string {
  const what = names.length === 0 ? 'no environment, so there is nothing to do' : names.join(', ');
  return `Shard ${index}/${of}: ${what}.`;
}
