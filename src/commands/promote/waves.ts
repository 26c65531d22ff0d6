/** A promote to a fleet, wave after wave; what comes after a wave that failed is not touched. */

import { type ExitCode, exitCodes, worstExitCode } from '../../core/errors.js';
import type {
  EnvironmentResult,
  EnvironmentsReport,
  RestoredEnvironment,
} from '../../report/environments/report.js';
import { describeEnvironment } from '../environments/describe-environment.js';
import { runSideBySide } from '../environments/side-by-side.js';
import type { Io } from '../io.js';
import { print } from '../reporting/print.js';
import type { SettingsSource } from '../settings.js';
import { promoteTo } from './promote-to.js';
import type { PromoteWaves } from './promoting.js';
import { restoreWave } from './restore.js';

export async function promoteWaves(input: PromoteWaves): Promise<ExitCode> {
  const { waves, source, io } = input;
  const runs = new Map<string, string>();
  const attempted: EnvironmentResult[] = [];
  let failed: readonly string[] | undefined;
  for (const [index, wave] of waves.entries()) {
    io.stderr.write(`Wave ${index + 1} of ${waves.length}: ${wave.join(', ')}\n`);
    if (index > 0 && source.flags.json !== true) io.stdout.write('\n');
    const results = await runWave(wave, input, runs);
    attempted.push(...results);
    if (results.some(({ exitCode }) => exitCode !== exitCodes.ok)) {
      failed = wave;
      break;
    }
  }
  const restored = failed === undefined ? [] : await restoreWave(failed, runs, input);
  const report = reportOf(attempted, restored, input);
  print(report, source.flags, io);
  return report.exitCode;
}

function runWave(
  wave: readonly string[],
  { held, waves, given, source, io, governorFor, signal }: PromoteWaves,
  runs: Map<string, string>,
): Promise<readonly EnvironmentResult[]> {
  return runSideBySide(wave, {
    ...{ command: 'promote', source, io, governorFor },
    among: waves.flat(),
    confirm: given.confirm ?? [],
    work: (site) => {
      const name = site.settings.config.environment?.name ?? '';
      return promoteTo(held, given, site, { signal, onRun: (id) => void runs.set(name, id) });
    },
  });
}

function reportOf(
  attempted: readonly EnvironmentResult[],
  restored: readonly RestoredEnvironment[],
  { waves, source, io }: PromoteWaves,
): EnvironmentsReport {
  const notAttempted = waves
    .flat()
    .filter((name) => !attempted.some(({ environment }) => environment === name));
  const left = notAttempted.map((name) => describeLeft(name, source, io));
  return {
    kind: 'environments',
    header: { command: 'promote', tool: io.tool, project: '' },
    environments: attempted,
    waves: { waves, notAttempted, restored },
    reports: [...attempted, ...left, ...restored].map(({ part }) => part),
    exitCode: worstExitCode([...attempted, ...restored].map(({ exitCode }) => exitCode)),
  };
}

/** For the reports that would else look complete. */
function describeLeft(name: string, source: SettingsSource, io: Io): EnvironmentResult {
  const ending = { exitCode: exitCodes.incomplete, command: 'promote', report: undefined } as const;
  const result = describeEnvironment(name, ending, source, io);
  return {
    ...result,
    part: { ...result.part, failure: { message: 'Not attempted: an earlier wave failed.' } },
  };
}
