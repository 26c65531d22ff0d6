/** What writing needs besides the plan. Everything that outlives the process is behind `journal` and `backup`. */

import type { Kind } from '../core/kind.js';
import type { Packer } from '../source/archive/pack.js';
import type { ExtensionsClient } from '../tenant/extensions.js';
import type { CallOptions } from '../tenant/pages.js';
import type { ExtensionRecord } from '../tenant/wire.js';
import type { PreviousRecord, StepAfter, StepBefore } from './run-record.js';

type WriteClient = Pick<ExtensionsClient, 'create' | 'patch' | 'remove' | 'get' | 'list'>;

/** What a write needs besides its change. */
export interface WriteDependencies {
  /** For extensions. */
  readonly tenant: WriteClient;
  /** For themes; needed if the plan writes any. */
  readonly themes?: WriteClient;
  readonly pack: Packer;
  /** Aborted: requests in flight finish, nothing further is sent. A `TimeoutError` as reason: time ran out. */
  readonly signal: AbortSignal;
  /** Absent: `usualPatience`. */
  readonly patience?: Patience;
  /** Absent: nothing is recorded (the programmatic API's choice). */
  readonly journal?: Journal;
  /** Absent: nothing is backed up (`--no-backup`, or the programmatic API's choice). */
  readonly backup?: Backup;
  /** Absent: whatever is ready is sent. */
  readonly gate?: Gate;
}

/** What a request waits for before its turn. Its journal line is written meanwhile, unless that needs a read. */
export interface Gate {
  readonly isOpen: () => boolean;
  /** Resolves when it is open; the signal says whether anything may be sent then. */
  readonly pass: () => Promise<void>;
}

/** How long a write is retried that got no answer and shows no effect. */
export interface Patience {
  /** How often a request is sent at most, at least 1. */
  readonly tries: number;
  /** Milliseconds before it is sent again. */
  readonly pauseMs: (tries: number) => number;
  /** Milliseconds before writes without an answer are checked once more at the end of the run; absent: they are not. */
  readonly lastLookMs?: number;
}

/** About 2 s, then 6 s, with jitter, so that several runs do not retry at the same moment. */
export const usualPatience: Patience = {
  tries: 3,
  pauseMs: (tries) => 1500 * 3 ** (tries - 1) * (0.7 + 0.6 * Math.random()),
  lastLookMs: 3000,
};

export interface Journal {
  /** Resolves when the line is on the disk, to the step's number. */
  before(step: Omit<StepBefore, 'kind' | 'at' | 'step'>): Promise<number>;
  /** The last thing before a request is sent. @throws UserError if another run may be writing by now */
  assertMaySend(): void;
  /** Resolves when the line is in the file, and on the disk with the next line that a request waits for. */
  after(step: Omit<StepAfter, 'kind' | 'at'>): Promise<void>;
}

export interface UploadedArchive {
  readonly bytes: Uint8Array;
  readonly md5: string;
}

/**
 * Takes what a request waits for besides its line in the journal: what is kept is written, and is to survive a loss of
 * power. The disk is asked for both at once, since neither says anything without the request.
 */
export type OnSettling = (settling: Promise<void>) => void;

interface KeepOptions {
  /** Absent: the promise itself waits. */
  readonly onSettling?: OnSettling | undefined;
}

/** Stores what is about to be overwritten or deleted. */
export interface Backup {
  /**
   * Stores the record and its current archive, unless these exact bytes are stored already. Checks the archive's md5.
   *
   * `kind`: of the record; an extension where it is absent.
   *
   * @throws TenantError where the archive cannot be read; exit 4 with that reason for a 403; the reason of an aborted signal
   */
  keep(
    record: ExtensionRecord,
    options?: CallOptions & KeepOptions & { readonly kind?: Kind },
  ): Promise<PreviousRecord>;
  /** Begins to look whether this archive is stored, which `keep` will ask: while the record itself is read. */
  expect?(md5: string | undefined): void;
  /** Stores the record alone, for a write that keeps the archive. Needs no request. */
  keepRecord(record: ExtensionRecord, options?: KeepOptions): Promise<PreviousRecord>;
  /** Stores an archive that was just uploaded, so that the next overwrite need not download it. */
  keepUploaded(archive: UploadedArchive): Promise<void>;
}
