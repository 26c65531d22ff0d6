/** A report to stdout, in the form that was asked for, and to the files that were. */

import type { ExitCode } from '../core/exit-codes.js';
import { renderJson } from '../report/json.js';
import type { Report } from '../report/report.js';
import type { KnownPlace } from '../report/run-result.js';
import { renderText } from '../report/text.js';
import type { TextOptions } from '../report/text-parts.js';
import type { RunEnding } from './ending.js';
import type { SharedFlags } from './flags.js';
import type { Io, Sink } from './io.js';
import type { WantedReports } from './wanted-reports.js';

export function print(report: Report, flags: SharedFlags, io: Io): void {
  io.record?.(report);
  io.stdout.write(
    flags.json === true ? renderJson(report) : renderText(report, textOptions(flags, io.stdout)),
  );
}

export function textOptions({ quiet, verbose }: SharedFlags, { paint }: Sink): TextOptions {
  return { paint, detail: verbose === true ? 'verbose' : quiet === true ? 'quiet' : 'normal' };
}

// What a run leaves beside its stdout. Which reports are wanted is known before it begins, what they say when it is over.

export interface Reporting {
  /** The same, recording what is printed. */
  readonly io: Io;
  /** @throws UserError where a report could not be written: said before the run begins */
  readonly begin: (command: string, flags: SharedFlags) => Promise<void>;
  /** Writes them. Resolves to the run's exit code, made worse where a report was lost. */
  readonly end: (ending: RunEnding) => Promise<ExitCode>;
}

export function openReporting(io: Io): Reporting {
  let wanted: WantedReports | undefined;
  let last: Report | undefined;
  let place: KnownPlace | undefined;
  const record = (report: Report): void => {
    last = report;
  };
  const locate = (known: KnownPlace): void => {
    place = known;
  };
  return {
    io: { ...io, record, locate },
    begin: async (command, flags) => {
      if (!wantsAny(flags, io)) return;
      const { findWantedReports } = await import('./wanted-reports.js');
      wanted = await findWantedReports(command, flags, io);
    },
    end: async (ending) => {
      if (wanted === undefined) return ending.exitCode;
      const { deliverReports } = await import('./deliver-reports.js');
      return deliverReports(wanted, { report: last, place }, ending, io);
    },
  };
}

/** The common run, on a machine of a person, pays nothing for reports. */
function wantsAny({ report }: SharedFlags, { env }: Io): boolean {
  const { QLIK_SYNC_REPORT, QLIK_SYNC_OUTPUT_FILE, GITHUB_ACTIONS, TF_BUILD } = env;
  if (report !== undefined) return true;
  return [QLIK_SYNC_REPORT, QLIK_SYNC_OUTPUT_FILE, GITHUB_ACTIONS, TF_BUILD].some(
    (value) => value !== undefined,
  );
}
