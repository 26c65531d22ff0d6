/** What a CI system reads by itself: lines in the log, the summary of the job, values for later steps, our NDJSON records. */

import { randomUUID } from 'node:crypto';
import { appendFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunResult } from '../../report/run-result.js';
import type { Io } from '../io.js';
import { writeReportFile } from './report-files.js';

/** The files are what GitHub's runner names in variables of the same names. */
export async function writeGithub(result: RunResult, io: Io, detail: 'quiet' | 'normal'): Promise<void> {
  const { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary } = io.env;
  const { renderAnnotations } = await import('../../report/github/annotations.js');
  io.stderr.write(renderAnnotations(result));
  if (isSet(output)) {
    const { renderOutputs } = await import('../../report/github/outputs.js');
    await appendFile(resolve(io.cwd, output), renderOutputs(result));
  }
  if (isSet(summary) && detail === 'normal') await appendSummary(result, resolve(io.cwd, summary));
}

/** A step that runs us twice has one summary, and GitHub drops it whole when it is too long. */
async function appendSummary(result: RunResult, file: string): Promise<void> {
  const { renderMarkdown, summaryLimit } = await import('../../report/markdown/markdown.js');
  const there = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const room = summaryLimit - there;
  if (room > leastRoom) await appendFile(file, `${renderMarkdown(result, room - 1)}\n`);
}

const leastRoom = 4096;

/** The agent takes the summary up after the step, so the file stays where the agent cleans up. */
export async function writeAzure(result: RunResult, io: Io, detail: 'quiet' | 'normal'): Promise<void> {
  const { renderIssues, uploadSummary } = await import('../../report/azure/commands.js');
  io.stderr.write(renderIssues(result));
  if (detail === 'quiet') return;
  const { renderMarkdown, summaryLimit } = await import('../../report/markdown/markdown.js');
  const { AGENT_TEMPDIRECTORY: folder } = io.env;
  const file = join(isSet(folder) ? folder : tmpdir(), `qlik-sync-${randomUUID()}.md`);
  await writeReportFile(file, renderMarkdown(result, summaryLimit));
  io.stderr.write(uploadSummary(file));
}

/** Appended: several steps may share the file. */
export async function writeRecords(result: RunResult, file: string): Promise<void> {
  const { renderRecords } = await import('../../report/records.js');
  await appendFile(file, renderRecords(result));
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
