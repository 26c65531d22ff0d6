/** `qlik-sync init` for people. */

import { joinBlocks } from '../join-blocks.js';
import { type Paint, printable } from '../paint.js';
import type { TextOptions } from '../text-options.js';
import { renderValidate } from '../validate/text.js';
import type { InitReport, Problem } from './report.js';

export function renderInit({ file, validation, next }: InitReport, options: TextOptions): string {
  const { paint } = options;
  return joinBlocks([
    `${paint('green', '✓')} Wrote ${printable(file)}.\n`,
    validation.kind === 'validate' ? renderValidate(validation, options) : renderProblem(validation, paint),
    `Next: ${printable(next)}\n`,
  ]);
}

function renderProblem({ message, hint }: Problem, paint: Paint): string {
  return `${paint('yellow', 'validate:')} ${printable(message)}\n${hint === undefined ? '' : `  ${printable(hint)}\n`}`;
}
