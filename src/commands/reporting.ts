/** What a run leaves beside its stdout. Which reports are wanted is known before it begins, what they say when it is over. */

import { relative, resolve, sep } from 'node:path';
import { type ExitCode, exitCodes, worstExitCode } from '../core/errors.js';
import type { Report } from '../report/report.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options.js';
import type { ReportFile } from './reports.js';

export interface Reporting {
  /** The same, recording what is printed. */
  readonly io: Io;
  /** @throws UserError where a report could not be written: said before the run begins */
  readonly begin: (command: string, flags: SharedFlags) => Promise<void>;
  /** Writes them. Resolves to the run's exit code, made worse where a report was lost. */
  readonly end: (ending: Ending) => Promise<ExitCode>;
}

export interface Ending {
  readonly exitCode: ExitCode;
  /** Present where the run stopped early. */
  readonly error?: unknown;
}

interface Wanted {
  readonly command: string;
  readonly cwd: string;
  readonly files: readonly ReportFile[];
  readonly ci: readonly ('github' | 'azure')[];
  readonly detail: 'quiet' | 'normal';
  /** Absolute. */
  readonly records: string | undefined;
}

export function openReporting(io: Io): Reporting {
  let wanted: Wanted | undefined;
  let last: Report | undefined;
  const record = (report: Report): void => {
    last = report;
  };
  return {
    io: withRecord(io, record),
    begin: async (command, flags) => {
      if (wantsAny(flags, io)) wanted = await findWanted(command, flags, io);
    },
    end: async (ending) => (wanted === undefined ? ending.exitCode : deliver(wanted, last, ending, io)),
  };
}

/** Not a spread: it would open the terminal, which only a command that asks does. */
function withRecord(io: Io, record: (report: Report) => void): Io {
  const { env, cwd, argv, stdout, stderr, interrupted, version, self } = io;
  const recording = { env, cwd, argv, stdout, stderr, interrupted, version, self, record };
  return Object.defineProperty(recording as Io, 'terminal', { get: () => io.terminal, enumerable: true });
}

function wantsAny({ report }: SharedFlags, { env }: Io): boolean {
  const variables = [env['QLIK_SYNC_REPORT'], env['QLIK_SYNC_OUTPUT_FILE']];
  return report !== undefined || detectCi(env).length > 0 || variables.some((value) => value !== undefined);
}

/** https://docs.github.com/actions (GITHUB_ACTIONS is always true there); Azure's agent sets TF_BUILD to True. */
function detectCi(env: Io['env']): readonly ('github' | 'azure')[] {
  if (env['GITHUB_ACTIONS'] === 'true') return ['github'];
  return /^true$/i.test(env['TF_BUILD'] ?? '') ? ['azure'] : [];
}

async function findWanted(command: string, given: SharedFlags, io: Io): Promise<Wanted> {
  const { mergeFlags, workingFolder } = await import('./settings.js');
  const { openReportFiles } = await import('./reports.js');
  const { assertAppendable } = await import('./report-files.js');
  const flags = mergeFlags(given, io);
  const cwd = workingFolder(flags, io);
  const { report = [], outputFile } = flags;
  const asked = report.flatMap(({ kind, file }) =>
    file === undefined && (kind === 'github' || kind === 'azure') ? [kind] : [],
  );
  const records = outputFile === undefined ? undefined : resolve(cwd, outputFile);
  if (records !== undefined) await assertAppendable(records, 'QLIK_SYNC_OUTPUT_FILE');
  return {
    command,
    cwd,
    files: await openReportFiles(report, cwd),
    ci: [...new Set([...detectCi(io.env), ...asked])],
    detail: flags.quiet === true ? 'quiet' : 'normal',
    records,
  };
}

async function deliver(wanted: Wanted, report: Report | undefined, ending: Ending, io: Io): Promise<ExitCode> {
  const { command, cwd, files, ci, detail, records } = wanted;
  if (report === undefined && !('error' in ending)) {
    for (const { given } of files) io.stderr.write(`${command} has nothing to report: ${given} was not written.\n`);
    return ending.exitCode;
  }
  const { describeRun } = await import('../report/run-result.js');
  const { renderErrorJson, renderJson } = await import('../report/json.js');
  const { writeReport } = await import('./reports.js');
  const { writeAzure, writeGithub, writeRecords } = await import('./ci-reports.js');
  const tool = `qlik-sync/${io.version}`;
  const { exitCode } = ending;
  const result = describeRun({ ...ending, command, tool, folder: folderBelowRoot(cwd, io), report });
  const json = (): string =>
    report === undefined || 'error' in ending
      ? renderErrorJson(command, tool, ending.error, exitCode)
      : renderJson({ ...report, exitCode });
  const writes = [
    ...files.map((file) => ({ what: `--report: ${file.given}`, write: () => writeReport(file, result, json) })),
    ...(ci.includes('github') ? [{ what: "GitHub's files", write: () => writeGithub(result, io, detail) }] : []),
    ...(ci.includes('azure') ? [{ what: "Azure's summary", write: () => writeAzure(result, io, detail) }] : []),
    ...(records === undefined ? [] : [{ what: 'QLIK_SYNC_OUTPUT_FILE', write: () => writeRecords(result, records) }]),
  ];
  const codes = await Promise.all(writes.map(({ what, write }) => tell(what, write, io)));
  return worstExitCode([exitCode, ...codes]);
}

/** A report that is lost is told, and is no success. */
async function tell(what: string, write: () => Promise<void>, io: Io): Promise<ExitCode> {
  try {
    await write();
    return exitCodes.ok;
  } catch (error) {
    const { reasonOf } = await import('./report-files.js');
    io.stderr.write(`error: ${what} could not be written: ${reasonOf(error)}\n`);
    return exitCodes.incomplete;
  }
}
