/**
 * Logging commands of Azure Pipelines: `##vso[area.action key=value;key=value]data`, escaped as the agent parses them
 * (microsoft/azure-pipelines-agent, `Command.cs`): `%`, CR, LF in data, and `;` and `]` in values as well.
 */

import { type Issue, limitIssues, sentenceOf } from '../issues.js';
import { printable, printableLines } from '../paint.js';
import type { RunResult } from '../run-result.js';

/** Azure shows ten issues of a kind in the summary of a task. */
const perKind = 10;

export function renderIssues(result: RunResult): string {
  return limitIssues(result, perKind).map(renderIssue).join('');
}

/** Shows a Markdown file as a tab of the run; the agent reads it after the step. */
export function uploadSummary(file: string): string {
  return command('task.uploadsummary', {}, file);
}

/** Azure has no notices. */
function renderIssue(issue: Issue): string {
  const { severity, file, line, column, id } = issue;
  const text = printableLines(sentenceOf(issue));
  if (severity === 'info') return command('task.debug', {}, `${printable(id)}: ${text}`);
  const sourcepath = file === undefined ? undefined : printable(file);
  const properties = {
    type: severity,
    sourcepath,
    linenumber: line,
    columnnumber: column,
    code: printable(id),
  };
  return command('task.logissue', properties, text);
}

const codes: Readonly<Record<string, string>> = {
  '%': '%AZP25',
  '\r': '%0D',
  '\n': '%0A',
  ';': '%3B',
  ']': '%5D',
};

function command(
  name: string,
  properties: Readonly<Record<string, string | number | undefined>>,
  data: string,
): string {
  const pairs = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeCharacters(String(value), /[%\r\n;\]]/g)};`],
  );
  const head = pairs.length === 0 ? name : `${name} ${pairs.join('')}`;
  return `##vso[${head}]${escapeCharacters(data, /[%\r\n]/g)}\n`;
}

function escapeCharacters(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => codes[character] ?? '');
}
