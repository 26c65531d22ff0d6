/** Writes every report of a run that is over. A report that is lost is mentioned, and costs no other. */

import { randomUUID } from 'node:crypto';
import { appendFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ReportKind } from '../config/report-option.js';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import { reasonOf } from '../core/system-error.js';
import { renderErrorJson, renderJson } from '../report/json.js';
import { printable } from '../report/paint.js';
import type { Report } from '../report/report.js';
import { describeRun, type KnownPlace, type RunResult } from '../report/run-result.js';
import type { RunEnding } from './ending.js';
import type { Io } from './io.js';
import { writeReportFile } from './report-files.js';
import type { ReportFile, WantedReports } from './wanted-reports.js';

interface Delivery {
  readonly what: string;
  /** A notice for when it is written. */
  readonly done?: string;
  readonly write: () => Promise<void>;
}

/** What is known about the run. */
interface Known {
  readonly report: Report | undefined;
  readonly place: KnownPlace | undefined;
}

/** Resolves to the run's exit code, made worse if a report was lost. */
export async function deliverReports(
  wanted: WantedReports,
  { report, place }: Known,
  ending: RunEnding,
  io: Io,
): Promise<ExitCode> {
  if (report === undefined && !('error' in ending)) return reportNothing(wanted, ending, io);
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
      ...(detail === 'normal' &&
        io.stderr.isTerminal && { done: `Wrote the ${file.kind} report to ${file.given}.` }),
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

async function deliver({ what, done, write }: Delivery, io: Io): Promise<ExitCode> {
  try {
    await write();
    if (done !== undefined) io.stderr.write(`${printable(done)}\n`);
    return exitCodes.ok;
  } catch (error) {
    io.stderr.write(`error: ${what} could not be written: ${reasonOf(error)}\n`);
    return exitCodes.incomplete;
  }
}

/** A pipeline gives the same options to all commands; some have nothing to report. */
function reportNothing({ command, files }: WantedReports, { exitCode }: RunEnding, io: Io): ExitCode {
  for (const { given } of files)
    io.stderr.write(`${command} has nothing to report: ${given} was not written.\n`);
  return exitCode;
}

/** @param json the document that `--json` prints */
async function writeReport(file: ReportFile, result: RunResult, json: string): Promise<void> {
  await writeReportFile(file.path, await render(file.kind, result, json));
}

/** Each kind of report names this program in itself, so that no later run takes it for a file of an extension. */
async function render(kind: ReportKind, result: RunResult, json: string): Promise<string> {
  switch (kind) {
    case 'json':
      return json;
    case 'markdown': {
      const { commentLimit, renderMarkdown } = await import('../report/markdown/markdown.js');
      return renderMarkdown(result, commentLimit);
    }
    case 'html':
      return (await import('../report/html/html.js')).renderHtml(result);
    case 'junit':
      return (await import('../report/formats/junit.js')).renderJunit(result);
    case 'sarif':
      return (await import('../report/formats/sarif.js')).renderSarif(result);
    case 'github': {
      const { renderAnnotations } = await import('../report/formats/github.js');
      return `::debug::${result.tool}\n${renderAnnotations(result)}`;
    }
    case 'gitlab':
      return (await import('../report/formats/gitlab.js')).renderTerraform(result);
    case 'gitlab-codequality':
      return (await import('../report/formats/gitlab.js')).renderCodeQuality(result);
    case 'azure': {
      const { renderIssues } = await import('../report/formats/azure.js');
      return `##[debug]${result.tool}\n${renderIssues(result)}`;
    }
  }
}

/** Lines in the log, values for later steps and the job summary, in the files that GitHub's runner names. */
async function writeGithub(result: RunResult, io: Io, detail: 'quiet' | 'normal'): Promise<void> {
  const { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary } = io.env;
  const { renderAnnotations } = await import('../report/formats/github.js');
  io.stderr.write(renderAnnotations(result));
  if (isSet(output)) {
    const { renderOutputs } = await import('../report/formats/github.js');
    await appendFile(resolve(io.cwd, output), renderOutputs(result));
  }
  if (isSet(summary) && detail === 'normal') await appendSummary(result, resolve(io.cwd, summary));
}

/** A step that runs qlik-sync twice has one summary, and GitHub drops all of it when it is too long. */
async function appendSummary(result: RunResult, file: string): Promise<void> {
  const { renderMarkdown, summaryLimit } = await import('../report/markdown/markdown.js');
  const there = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const room = summaryLimit - there;
  if (room > leastRoom) await appendFile(file, `${renderMarkdown(result, room - 1)}\n`);
}

const leastRoom = 4096;

/** Lines in the log and the job summary. The agent reads its file after the step, so it is put where the agent cleans up. */
async function writeAzure(result: RunResult, io: Io, detail: 'quiet' | 'normal'): Promise<void> {
  const { renderIssues, uploadSummary } = await import('../report/formats/azure.js');
  io.stderr.write(renderIssues(result));
  if (detail === 'quiet') return;
  const { renderMarkdown, summaryLimit } = await import('../report/markdown/markdown.js');
  const { AGENT_TEMPDIRECTORY: folder } = io.env;
  const file = join(isSet(folder) ? folder : tmpdir(), `qlik-sync-${randomUUID()}.md`);
  await writeReportFile(file, renderMarkdown(result, summaryLimit));
  io.stderr.write(uploadSummary(file));
}

/** Appended: several steps may share the file. */
async function writeRecords(result: RunResult, file: string): Promise<void> {
  const { renderRecords } = await import('../report/formats/records.js');
  await appendFile(file, renderRecords(result));
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
