/** What writing needs beside the plan. Everything that outlives the process is behind these two. */

import type { Packer } from '../source/pack.js';
import type { ExtensionsClient } from '../tenant/extensions.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import type { PreviousRecord, StepAfter, StepBefore } from './run-record.js';

export interface WriteMeans {
  readonly tenant: Pick<ExtensionsClient, 'create' | 'patch' | 'remove' | 'get' | 'list'>;
  readonly pack: Packer;
  /** Aborted: what is in flight is finished, nothing further is sent. */
  readonly signal: AbortSignal;
  /** Absent: nothing is recorded (the programmatic API's choice). */
  readonly journal?: Journal;
  /** Absent: nothing is backed up (`--no-backup`, or the programmatic API's choice). */
  readonly backup?: Backup;
}

/** Both resolve only when the line is on the disk. */
export interface Journal {
  /** Resolves to the step's number. */
  before(step: Omit<StepBefore, 'kind' | 'at' | 'step'>): Promise<number>;
  after(step: Omit<StepAfter, 'kind' | 'at'>): Promise<void>;
}

export interface Backup {
  /**
   * Stores the record and the archive it has now, unless its very bytes are stored already. The archive's md5 is checked.
   *
   * @throws TenantError where the archive cannot be read; exit 4 with that reason for a 403
   */
  keep(record: ExtensionRecord): Promise<PreviousRecord>;
}
