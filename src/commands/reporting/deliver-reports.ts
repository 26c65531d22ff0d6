/** Every report of a run that is over. One that is lost is told and loses no other. */

import { type ExitCode, exitCodes, worstExitCode } from '../../core/errors.js';
import { reasonOfSystem } from '../../core/system-error.js';
import { renderErrorJson, renderJson } from '../../report/json.js';
import type { Report } from '../../report/report.js';
import { describeRun, type KnownPlace, type RunResult } from '../../report/run-result.js';
import type { Io } from '../io.js';
import type { RunEnding } from '../run-ending.js';
import { writeAzure, writeGithub, writeRecords } from './ci-reports.js';
import { writeReport } from './reports.js';
import type { WantedReports } from './wanted-reports.js';

interface Delivery {
  readonly what: string;
  readonly write: () => Promise<void>;
}

/** What the run told of itself. */
export interface Told {
  readonly report: Report | undefined;
  readonly place: KnownPlace | undefined;
}

/** Resolves to the run's exit code, made worse where a report was lost. */
export async function deliverReports(
  wanted: WantedReports,
  { report, place }: Told,
  ending: RunEnding,
  io: Io,
): Promise<ExitCode> {
  if (report === undefined && !('error' in ending)) return tellNothing(wanted, ending, io);
  const { command, folder, environments } = wanted;
  const { tool } = io;
  const { exitCode } = ending;
  const result = describeRun({ ...ending, command, tool, folder, report, place: place ?? { environments } });
  const json =
    report === undefined || 'error' in ending
      ? renderErrorJson(command, tool, ending.error, exitCode)
      : renderJson({ ...report, exitCode });
  const codes: ExitCode[] = [exitCode];
  for (const delivery of deliveriesOf(wanted, result, json, io)) codes.push(await deliver(delivery, io));
  return worstExitCode(codes);
}

function deliveriesOf(wanted: WantedReports, result: RunResult, json: string, io: Io): readonly Delivery[] {
  const { files, ci, records, detail } = wanted;
  const writers = { github: writeGithub, azure: writeAzure };
  return [
    ...files.map((file) => ({
      what: `--report: ${file.given}`,
      write: () => writeReport(file, result, json),
    })),
    ...ci.map((system) => ({
      what: `the report for ${system}`,
      write: () => writers[system](result, io, detail),
    })),
    ...(records === undefined
      ? []
      : [{ what: 'QLIK_SYNC_OUTPUT_FILE', write: () => writeRecords(result, records) }]),
  ];
}

async function deliver({ what, write }: Delivery, io: Io): Promise<ExitCode> {
  try {
    await write();
    return exitCodes.ok;
  } catch (error) {
    io.stderr.write(`error: ${what} could not be written: ${reasonOfSystem(error)}\n`);
    return exitCodes.incomplete;
  }
}

/** A pipeline gives the same options to all commands; some have no result to report. */
function tellNothing({ command, files }: WantedReports, { exitCode }: RunEnding, io: Io): ExitCode {
  for (const { given } of files)
    io.stderr.write(`${command} has nothing to report: ${given} was not written.\n`);
  return exitCode;
}
