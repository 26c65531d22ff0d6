/**
 * Wakes whoever reads the folders when there is something new to read. Events of the operating system, a glance at all
 * folders and a slow round over all files only make it look; what it sees, compared with what the reader was told of
 * last, decides. So a lost event costs time, never a change, and one that means nothing wakes nobody.
 */

import { type Burst, createBursts } from './watch-bursts.js';
import { type FolderEvents, openFolderEvents } from './watch-events.js';
import { isMoved, lookAt, type WatchedExtension, watchExtension } from './watch-extension.js';
import { startRounds } from './watch-rounds.js';
import { forgetRacy } from './watch-snapshot.js';
import { isSameStamp, stampTarget } from './watch-stamp.js';
import { findMovedNames, readStructure, type Structure, type StructureOptions } from './watch-structure.js';
import { isChanged, type LoneFile, mapTerritory, rootIgnoreFile, type Subject } from './watch-territory.js';

export interface WatchOptions extends StructureOptions {
  /** Absolute. A change of it wakes as `config`. */
  readonly configFile?: string;
  /** How long nothing must have been written before the reader is woken. Milliseconds, default 60. */
  readonly quietMs?: number;
  /** How long a burst may go on before the reader is woken in the middle of it. Milliseconds, default 2,000. */
  readonly maxWaitMs?: number;
  /**
   * How often all is looked at, in case an event never came. Milliseconds, default 1,500; less often when nothing has
   * moved for five minutes, or when it would cost more than about one per cent of a processor.
   */
  readonly sweepMs?: number;
  /** `off` for file systems that tell nothing. Default `on`. */
  readonly events?: 'on' | 'off';
  readonly onWake: (wake: Wake) => void;
  /** Events that the system refuses, each reason once. The sweep goes on without them. */
  readonly onError?: (error: unknown) => void;
}

export interface Wake {
  /** What to read again. A name may belong to no extension, or no longer. */
  readonly names: ReadonlySet<string> | 'all';
  /** Extensions came, went or moved, or what discovery has to say about them changed. */
  readonly structure: boolean;
  /** The config file changed. */
  readonly config: boolean;
  /** `performance.now()` of the first sign. */
  readonly firstChangeAt: number;
  /** For people who debug. */
  readonly cause: string;
}

export interface FolderWatch {
  /** From now on nothing is missed: read everything after this. Never rejects. */
  readonly ready: Promise<void>;
  /** Absolute; those whose events are heard. */
  readonly watchedFolders: () => readonly string[];
  /** Extensions under watch. */
  readonly watchedNames: () => readonly string[];
  /** Wakes nobody afterwards and keeps no process alive. */
  readonly close: () => Promise<void>;
}

/** Of measured builds all but two pause less than 25 ms; twice that, for a busy machine. */
const defaultQuietMs = 60;
const defaultMaxWaitMs = 2_000;
const defaultSweepMs = 1_500;
const restlessMs = 5 * 60_000;
const restFactor = 5;

export function watchFolders(options: WatchOptions): FolderWatch {
  const quietMs = options.quietMs ?? defaultQuietMs;
  const sweepMs = options.sweepMs ?? defaultSweepMs;
  const bursts = createBursts<Subject>({
    quietMs,
    maxWaitMs: options.maxWaitMs ?? defaultMaxWaitMs,
    onEnd,
  });
}
