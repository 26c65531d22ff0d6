/** The config file that `init` wrote, and what `validate` says about it. */

import type { ExitCode } from '../core/exit-codes.js';
import type { InitDocument } from './documents/documents.js';
import { headOf } from './json-parts.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import type { TextOptions } from './text-parts.js';
import { renderValidate, type ValidateReport } from './validate.js';

export interface InitReport {
  readonly kind: 'init';
  readonly header: RunHeader;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly config: InitDocument['config'];
  /** What was left out or is still to be done. */
  readonly notes: readonly string[];
  readonly validation: ValidateReport | Problem;
  /** The command line for the next step. */
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** Why the folders could not be validated. */
export interface Problem {
  readonly kind: 'problem';
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: ExitCode;
}

export function initDocumentOf(report: InitReport): InitDocument {
  const { header, file, config, notes, validation, exitCode } = report;
  const noted = notes.length > 0 && { notes };
  const head = { command: 'init', ...headOf(header), file, config, ...noted } as const;
  if (validation.kind === 'validate') {
    const { extensions, findings } = validation;
    return { ...head, extensions, findings, exitCode };
  }
  const { message, hint } = validation;
  const problem = { message, ...(hint !== undefined && { hint }) };
  return { ...head, problem, extensions: [], findings: [], exitCode };
}

export function renderInit({ file, notes, validation, next }: InitReport, options: TextOptions): string {
  const { paint } = options;
  return joinBlocks([
    `${paint('green', '✓')} Wrote ${printable(file)}.\n${notes.map((note) => `  ${printable(note)}\n`).join('')}`,
    validation.kind === 'validate' ? renderValidate(validation, options) : renderProblem(validation, paint),
    `Next: ${printable(next)}\n`,
  ]);
}

function renderProblem({ message, hint }: Problem, paint: Paint): string {
  return `${paint('yellow', 'validate:')} ${printable(message)}\n${hint === undefined ? '' : `  ${printable(hint)}\n`}`;
}
