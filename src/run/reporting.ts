/** A report to stdout in the requested form, and to the requested files. */

import type { ExitCode } from '../core/exit-codes.js';
import { renderJson } from '../report/json.js';
import type { Report } from '../report/report.js';
import type { RunHeader } from '../report/run-header.js';
import type { KnownPlace } from '../report/run-result.js';
import { renderText } from '../report/text.js';
import type { TextOptions } from '../report/text-parts.js';
import type { OpenTenant } from './connect.js';
import type { RunEnding } from './ending.js';
import type { SharedFlags } from './flags.js';
import type { Io, Sink } from './io.js';
import type { Settings } from './settings.js';
import type { WantedReports } from './wanted-reports.js';

interface Reported {
  readonly settings: Pick<Settings, 'tool' | 'config'>;
  /** Absent for commands that need none. */
  readonly tenant?: Pick<OpenTenant, 'header'>;
}

/** The header of a command's report. */
export function headerOf({ settings, tenant }: Reported, command: RunHeader['command']): RunHeader {
  const { tool, config } = settings;
  return { command, tool, project: config.project, ...(tenant && { tenant: tenant.header }) };
}

export function print(report: Report, flags: SharedFlags, io: Io): void {
  io.record?.(report);
  io.stdout.write(
    flags.json === true ? renderJson(report) : renderText(report, textOptions(flags, io.stdout)),
  );
}

export function textOptions({ quiet, verbose }: SharedFlags, { paint }: Sink): TextOptions {
  return { paint, detail: verbose === true ? 'verbose' : quiet === true ? 'quiet' : 'normal' };
}

/** Whether a person is reading, and wants more than the result. */
export function isReading({ flags }: Pick<Settings, 'flags'>, { stderr }: Io): boolean {
  return stderr.isTerminal && flags.quiet !== true;
}

/** What a run leaves besides its stdout. */
export interface Reporting {
  /** The same, recording what is printed. */
  readonly io: Io;
  /** @throws UserError if a report could not be written: better before the run than after it */
  readonly begin: (command: string, flags: SharedFlags) => Promise<void>;
  /** Writes the reports. Resolves to the run's exit code, made worse if one was lost. */
  readonly end: (ending: RunEnding) => Promise<ExitCode>;
}

export function createReporting(io: Io): Reporting {
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
      if (!(await wantsAny(flags, io))) return;
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

async function wantsAny({ report, outputFile }: SharedFlags, { env }: Io): Promise<boolean> {
  if (report !== undefined || outputFile !== undefined) return true;
  const { findReader } = await import('./facts.js');
  return findReader(env) !== undefined;
}
