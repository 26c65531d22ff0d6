/** The extensions of the folders, and what the rules say about them. */

import type { ExitCode } from '../../core/errors.js';
import type { Finding, LeftOutFile } from '../../core/model.js';
import type { RunHeader } from '../run-header.js';

export interface ValidateReport {
  readonly kind: 'validate';
  readonly header: RunHeader;
  readonly extensions: readonly ValidatedExtension[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface ValidatedExtension {
  readonly name: string;
  readonly folder: string;
  readonly version?: string;
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
  readonly leftOut: readonly LeftOutFile[];
}
