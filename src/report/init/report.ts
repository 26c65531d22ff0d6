/** The config file that `init` wrote, and what `validate` says about it. */

import type { ExitCode } from '../../core/errors.js';
import type { InitDocument } from '../documents.js';
import type { RunHeader } from '../run-header.js';
import type { ValidateReport } from '../validate/report.js';

export interface InitReport {
  readonly kind: 'init';
  readonly header: RunHeader;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly config: InitDocument['config'];
  readonly validation: ValidateReport | Problem;
  /** The command line to go on with. */
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** Why a check came to nothing. */
export interface Problem {
  readonly kind: 'problem';
  readonly message: string;
  readonly hint?: string;
}
