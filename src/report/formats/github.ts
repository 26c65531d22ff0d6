/** For GitHub Actions: issues as annotations on a run and on the files of a pull request, and the outputs of a step. */

import { randomUUID } from 'node:crypto';
import { countRun } from '../counts.js';
import { type Issue, limitIssues, sentenceOf } from '../issues.js';
import { printable, printableLines } from '../paint.js';
import type { RunResult } from '../run-result.js';

/** GitHub shows ten of a kind for each step and drops the rest silently. */
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

function escapeData(text: string): string {
  return text.replace(/[%\r\n]/g, percent);
}

function escapeProperty(text: string): string {
  return text.replace(/[%\r\n:,]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * One workflow command, as the runner parses it (actions/runner, `ActionCommand.cs`; @actions/core, `command.ts`):
 * `::name key=value,key=value::data`, with `%`, CR, LF escaped in data, and `:` and `,` in values as well. Properties
 * without a value are omitted.
 */
function workflowCommand(
  name: string,
  properties: Readonly<Record<string, string | number | undefined>>,
  data: string,
): string {
  const pairs = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name}${pairs.length === 0 ? '' : ` ${pairs.join(',')}`}::${escapeData(data)}\n`;
}

/** For `GITHUB_OUTPUT` (`steps.<id>.outputs.<name>`): each value between unguessable delimiters. */
export function renderOutputs(result: RunResult): string {
  return Object.entries(outputsOf(result))
    .map(([name, value]) => {
      const delimiter = `qlik-sync-${randomUUID()}`;
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}

/** A digest belongs to one plan, so a run over several environments has none. */
export function outputsOf(result: RunResult): Readonly<Record<string, string>> {
  const { changes, failed, ...counts } = countRun(result);
  const [only, ...others] = result.parts;
  const digest = others.length === 0 ? only?.plan?.digest : undefined;
  const numbers = Object.entries({ ...counts, failed }).map(([name, n]) => [name, String(n)]);
  return {
    'exit-code': String(result.exitCode),
    'has-changes': String(changes > 0),
    ...(digest !== undefined && { digest }),
    ...Object.fromEntries(numbers),
  };
}
