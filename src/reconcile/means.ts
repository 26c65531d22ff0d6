/** What writing needs beside the plan. Everything that outlives the process is behind `journal` and `backup`. */

import type { Packer } from '../source/archive/pack.js';
import type { ExtensionsClient } from '../tenant/extensions.js';
import type { CallOptions } from '../tenant/pages.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import type { PreviousRecord, StepAfter, StepBefore } from './run-record.js';

export interface WriteMeans {
  readonly tenant: Pick<ExtensionsClient, 'create' | 'patch' | 'remove' | 'get' | 'list'>;
  readonly pack: Packer;
  /** Aborted: what is in flight is finished, nothing further is sent. A `TimeoutError` says that time ran out. */
  readonly signal: AbortSignal;
  /** Absent: `usualPatience`. */
  readonly patience?: Patience;
  /** Absent: nothing is recorded (the programmatic API's choice). */
  readonly journal?: Journal;
  /** Absent: nothing is backed up (`--no-backup`, or the programmatic API's choice). */
  readonly backup?: Backup;
}

/** How long a write is tried whose answer did not come and whose effect is not there. */
export interface Patience {
  /** Times that a request is sent, at least 1. */
  readonly tries: number;
  /** Milliseconds before it is sent again. */
  readonly pauseMs: (tries: number) => number;
  /** Milliseconds before what stays unanswered is looked at once more, at the end of the run; absent: it is not. */
  readonly lastLookMs?: number;
}

/** About 2 s, then 6 s, with jitter, so that several runs do not come back at the same moment. */
export const usualPatience: Patience = {
  tries: 3,
  pauseMs: (tries) => 1500 * 3 ** (tries - 1) * (0.7 + 0.6 * Math.random()),
  lastLookMs: 3000,
};

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
   * @throws TenantError where the archive cannot be read; exit 4 with that reason for a 403; the reason of an aborted signal
   */
  keep(record: ExtensionRecord, options?: CallOptions): Promise<PreviousRecord>;
  /** Stores the record alone, for a write that leaves the archive as it is: costs no request. */
  keepRecord(record: ExtensionRecord): Promise<PreviousRecord>;
  /** Stores an archive that the tenant holds from now on, so that the next overwrite need not download it. */
  keepUploaded(archive: Uint8Array): Promise<void>;
}
