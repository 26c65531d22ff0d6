/** The files of `--report`: looked at before the run begins, written when it is over, whatever it came to. */

import { resolve } from 'node:path';
import type { ReportKind, WantedReport } from '../../config/report-option.js';
import { UserError } from '../../core/errors.js';
import type { RunResult } from '../../report/run-result.js';
import { assertWritable, writeReportFile } from './report-files.js';

export interface ReportFile {
  readonly kind: ReportKind;
  /** Absolute. */
  readonly path: string;
  /** As it was given. */
  readonly given: string;
}

/** @throws UserError where two would be one file, or one cannot be written; nothing was sent to the tenant yet */
export async function openReportFiles(
  wanted: readonly WantedReport[],
  cwd: string,
): Promise<readonly ReportFile[]> {
  const files = wanted.flatMap(({ kind, file }) =>
    file === undefined ? [] : [{ kind, path: resolve(cwd, file), given: file }],
  );
  for (const [index, { path, given }] of files.entries()) {
    const other = files.slice(0, index).find((earlier) => earlier.path === path);
    if (other !== undefined)
      throw new UserError(`--report: ${other.kind} and another go to one file, ${given}.`);
    await assertWritable(path, `--report: ${given}`);
  }
  return files;
}

/** `json` is the document that `--json` prints. */
export async function writeReport(file: ReportFile, result: RunResult, json: string): Promise<void> {
  await writeReportFile(file.path, await render(file.kind, result, json));
}

async function render(kind: ReportKind, result: RunResult, json: string): Promise<string> {
  switch (kind) {
    case 'json':
      return json;
    case 'markdown': {
      const { commentLimit, renderMarkdown } = await import('../../report/markdown/markdown.js');
      return renderMarkdown(result, commentLimit);
    }
    case 'html':
      return (await import('../../report/html/html.js')).renderHtml(result);
    case 'junit':
      return (await import('../../report/junit/junit.js')).renderJunit(result);
    case 'sarif':
      return (await import('../../report/sarif/sarif.js')).renderSarif(result);
    case 'github':
      return (await import('../../report/github/annotations.js')).renderAnnotations(result);
    case 'gitlab':
      return (await import('../../report/gitlab/terraform.js')).renderTerraform(result);
    case 'gitlab-codequality':
      return (await import('../../report/gitlab/code-quality.js')).renderCodeQuality(result);
    case 'azure':
      return (await import('../../report/azure/commands.js')).renderIssues(result);
  }
}
