/** Issues as GitHub's annotations on a run and on the files of a pull request. */

import { limitIssues } from '../annotations.js';
import { sentenceOf } from '../issues.js';
import { printable } from '../paint.js';
import type { Issue } from '../part-issues.js';
import { printableLines } from '../printable-lines.js';
import type { RunResult } from '../run-result.js';
import { workflowCommand } from './escape-command.js';

/** GitHub shows ten of a kind for each step and drops the rest without a word. */
const perKind = 10;

export function renderAnnotations(result: RunResult): string {
  return limitIssues(result, perKind).map(renderAnnotation).join('');
}

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const;

function renderAnnotation(issue: Issue): string {
  const { severity, file, line, column, id } = issue;
  const path = file === undefined ? undefined : printable(file);
  const properties = { file: path, line, col: column, title: printable(`qlik-sync ${id}`) };
  return workflowCommand(commands[severity], properties, printableLines(sentenceOf(issue)));
}
