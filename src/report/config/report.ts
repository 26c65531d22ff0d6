/** Every setting of a run with where it came from. Secrets are said to be there, never shown. */

import type { ExitCode } from '../../core/errors.js';
import type { RunHeader } from '../run-header.js';

export interface ConfigReport {
  readonly kind: 'config';
  readonly header: RunHeader;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly environment?: string;
  /** Every environment of the file, in its order. */
  readonly environments: readonly string[];
  /** Shared options; those that nothing sets only where they have a default worth knowing. */
  readonly options: readonly ResolvedValue[];
  /** What the file and its environment in use come to. */
  readonly settings: readonly ResolvedValue[];
  readonly target: ResolvedTarget;
  readonly exitCode: ExitCode;
}

export interface ResolvedValue {
  /** Dotted, such as `backup.keep`. */
  readonly key: string;
  readonly value: string | number | boolean | readonly string[];
  /** `default`, `--flag`, `QLIK_SYNC_…`, or a place in the file. */
  readonly from: string;
}

export type ResolvedTarget =
  | { readonly kind: 'sandbox'; readonly folder: string; readonly source: string }
  | {
      readonly kind: 'tenant';
      readonly url: string;
      readonly source: string;
      /** Where the address stands. */
      readonly from: string;
      readonly credential: ResolvedCredential;
    }
  /** `none`: nothing names a tenant; `problem`: what does cannot be used. */
  | { readonly kind: 'none' | 'problem'; readonly message: string; readonly hint?: string };

export interface ResolvedCredential {
  readonly kind: 'api-key' | 'oauth';
  readonly clientId?: string;
  /** Such as `set (from QLIK_API_KEY)`. */
  readonly secret: string;
}
