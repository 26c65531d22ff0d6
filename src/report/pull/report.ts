/** What `pull` wrote to folders, and what not. */

import type { ExitCode } from '../../core/errors.js';
import type { Pulled } from '../../core/pulled.js';
import type { RunHeader } from '../run-header.js';

export interface PullReport {
  readonly kind: 'pull';
  readonly header: RunHeader;
  /** By name. */
  readonly pulled: readonly Pulled[];
  /** What no name asked for and that is left where it is. */
  readonly passed: readonly { readonly name: string; readonly reason: string }[];
  readonly exitCode: ExitCode;
}
