/** The archives that `pack` wrote. */

import type { ExitCode } from '../../core/errors.js';
import type { Finding } from '../../core/model.js';
import type { RunHeader } from '../run-header.js';

export interface PackReport {
  readonly kind: 'pack';
  readonly header: RunHeader;
  readonly archives: readonly PackedArchive[];
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export interface PackedArchive {
  readonly name: string;
  /** Path relative to the working directory, with `/`. */
  readonly file: string;
  /** The multipart file name that apply would send it under. */
  readonly archiveName: string;
  readonly bytes: number;
  readonly md5: string;
  readonly digest: string;
}
