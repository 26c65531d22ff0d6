/**
 * Wakes the reader of the folders when there is something new to read. Events of the operating system, a glance at all
 * folders and a slow round over all files only trigger a look; the difference between what it sees and what was last
 * reported decides. So a lost event costs time, never a change, and a meaningless one wakes nothing.
 */

import type { ListFolder } from '../discover/expand-folders.js';
import { type Burst, openBursts } from './bursts.js';
import { clearReported, lookAt, markReported, type WatchedExtension } from './extension.js';
import { createJudge, type Wake } from './judge.js';
import { openMap, type Subject } from './map.js';
import { loneFile, rememberListings } from './stamp.js';
import type { Structure, StructureOptions } from './structure.js';
import { type Rounds, startSweep } from './sweep.js';
import { createUploadCheck, type UploadCheck } from './upload-check.js';
import { createWatchedExtensions, type WatchedExtensions } from './watched-extensions.js';

export type { Wake } from './judge.js';
export type { UploadCheck } from './upload-check.js';

export interface WatchOptions extends StructureOptions {
  /** Absolute. A change of it wakes as `config`. */
  readonly configFile?: string;
  /** How long nothing may have been written before the reader is woken. Milliseconds, default 80. */
  readonly quietMs?: number;
  /** How long a burst may last before the reader is woken in the middle of it. Milliseconds, default 2,000. */
  readonly maxWaitMs?: number;
  /**
   * How often to look at everything, in case an event was lost. Milliseconds, default 1,500; less often when nothing has
   * changed for five minutes, or when it would cost more than about one per cent of a processor.
   */
  readonly sweepMs?: number;
  /** `off` for file systems without events. Default `on`. */
  readonly events?: 'on' | 'off';
  readonly onWake: (wake: Wake) => void;
  /** Called if the system refuses to watch, once per reason. The sweep goes on without events. */
  readonly onError?: (error: unknown) => void;
}

export interface FolderWatch {
  /** From then on no change is missed: read everything after this. Rejects only for bugs. */
  readonly ready: Promise<void>;
  /** Absolute. */
  readonly watchedFolders: () => readonly string[];
  /** The number of extensions under watch. */
  readonly watchedNames: () => readonly string[];
  /** What there is, as far as that is known without reading it. */
  readonly structure: () => Pick<Structure, 'names' | 'unread'>;
  /** For discovery, from memory if nothing was added or removed since. */
  readonly list: ListFolder;
  /** To be created before the folders are read; decides which of them may be uploaded. */
  readonly createUploadCheck: () => UploadCheck;
  /** Afterwards it wakes nothing and does not keep the process alive. */
  readonly close: () => Promise<void>;
}

/** tsc pauses up to 60 ms within a build of 60 files, esbuild, cp and a serial formatter up to 15 (measured, 2 cores). */
const defaultQuietMs = 80;

const defaultMaxWaitMs = 2_000;

const defaultSweepMs = 1_500;

export function watchFolders(options: WatchOptions): FolderWatch {
  const { configFile, quietMs = defaultQuietMs, maxWaitMs = defaultMaxWaitMs } = options;
  const onError = onceEach(options.onError ?? (() => undefined));
  const config = configFile === undefined ? undefined : loneFile(configFile, 'config');
  const watched = createWatchedExtensions(options);
  const bursts = openBursts<Subject>({ quietMs, maxWaitMs, onEnd });
  const map = openMap({ watched, bursts, config, events: options.events ?? 'on', onError });
  const listings = rememberListings();
  const judge = createJudge({ watched, bursts, config, quietMs, wake, onMoved, onError });
  let sweep: Rounds | undefined;
  let wokenAt = performance.now();
  let isClosed = false;

  function onEnd(ended: readonly Burst<Subject>[]): void {
    for (const burst of ended) judge(burst);
    // After the reader has begun, which is what somebody is waiting for.
    setImmediate(() => void map.update());
  }

  function onMoved(): void {
    void map.update();
    for (const subject of map.owners().glance()) bursts.finish(subject, 'moved');
  }

  /** To be reported again when it is quiet, whatever it looks like then. */
  function onDoubt(extension: WatchedExtension): void {
    clearReported(extension);
    bursts.extend(extension, 'read in the middle');
  }

  function wake(about: Wake): void {
    if (isClosed) return;
    wokenAt = performance.now();
    forget(about);
    options.onWake(about);
  }

  function forget({ structure, names }: Wake): void {
    if (structure || names === 'all') {
      listings.forget();
      return;
    }
    for (const { candidate } of watched.extensions()) {
      if (names.has(candidate.name)) listings.forget(candidate.folder);
    }
  }

  /** Starts to watch first and looks afterwards, so that no change falls in between. */
  async function open(): Promise<void> {
    await watched.refresh();
    await map.update();
    if (isClosed) return;
    map.listen();
    markAllReported(watched);
    onMoved();
    const { sweepMs = defaultSweepMs } = options;
    const onFound = (subject: Subject): void => bursts.finish(subject, 'sweep');
    sweep = startSweep({ watched, owners: map.owners, sweepMs, wokenAt: () => wokenAt, onFound });
  }

  return {
    ready: open(),
    watchedFolders: map.folders,
    watchedNames: () => watched.extensions().map(({ candidate }) => candidate.name),
    structure: watched.structure,
    list: listings.list,
    createUploadCheck: () => createUploadCheck({ extensions: watched.extensions, onDoubt }),
    close: async () => {
      isClosed = true;
      bursts.close();
      sweep?.close();
      await map.close();
    },
  };
}

function markAllReported(watched: WatchedExtensions): void {
  for (const extension of watched.extensions()) {
    lookAt(extension, 0);
    markReported(extension);
  }
}

/** A system that has run out of watches says so for every folder. */
function onceEach(report: (error: unknown) => void): (error: unknown) => void {
  const reported = new Set<unknown>();
  return (error) => {
    const reason = (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
    if (reported.has(reason)) return;
    reported.add(reason);
    report(error);
  };
}
