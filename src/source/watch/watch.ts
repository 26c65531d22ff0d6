/**
 * Wakes whoever reads the folders when there is something new to read. Events of the operating system, a glance at all
 * folders and a slow round over all files only make it look; what it sees, compared with what the reader was told of
 * last, decides. So a lost event costs time, never a change, and one that means nothing wakes nobody.
 */

import { type Burst, createBursts } from './bursts.js';
import { forgetTold, lookAt, takeAsTold, type WatchedExtension } from './extension.js';
import { createJudge, type Wake } from './judge.js';
import { openMap, type Subject } from './map.js';
import { createRoster, type Roster } from './roster.js';
import { loneFile } from './stamp.js';
import type { StructureOptions } from './structure.js';
import { type Rounds, startSweep } from './sweep.js';
import { openWitness, type Witness } from './witness.js';

export type { Wake } from './judge.js';
export type { Witness } from './witness.js';

export interface WatchOptions extends StructureOptions {
  /** Absolute. A change of it wakes as `config`. */
  readonly configFile?: string;
  /** How long nothing must have been written before the reader is woken. Milliseconds, default 80. */
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

export interface FolderWatch {
  /** From now on nothing is missed: read everything after this. Rejects only for bugs. */
  readonly ready: Promise<void>;
  /** Absolute; those whose events are heard. */
  readonly watchedFolders: () => readonly string[];
  /** Extensions under watch. */
  readonly watchedNames: () => readonly string[];
  /** To be opened before the folders are read; says what of it may be uploaded. */
  readonly openWitness: () => Witness;
  /** Wakes nobody afterwards and keeps no process alive. */
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
  const roster = createRoster(options);
  const bursts = createBursts<Subject>({ quietMs, maxWaitMs, onEnd });
  const map = openMap({ roster, bursts, config, events: options.events ?? 'on', onError });
  const judge = createJudge({ roster, bursts, config, quietMs, wake, onMoved, onError });
  let sweep: Rounds | undefined;
  let wokenAt = performance.now();
  let isClosed = false;

  function onEnd(ended: readonly Burst<Subject>[]): void {
    for (const burst of ended) judge(burst);
    void map.redraw();
  }

  function onMoved(): void {
    void map.redraw();
    for (const subject of map.territory().glance()) bursts.finish(subject, 'moved');
  }

  /** Told anew when it is quiet, whatever it looks like then. */
  function onDoubt(extension: WatchedExtension): void {
    forgetTold(extension);
    bursts.extend(extension, 'read in the middle');
  }

  function wake(about: Wake): void {
    if (isClosed) return;
    wokenAt = performance.now();
    options.onWake(about);
  }

  /** Armed first, looked at afterwards, so that no change falls in between. */
  async function open(): Promise<void> {
    await roster.refresh();
    await map.redraw();
    if (isClosed) return;
    map.listen();
    takeAllAsTold(roster);
    onMoved();
    const { sweepMs = defaultSweepMs } = options;
    const onFound = (subject: Subject): void => bursts.finish(subject, 'sweep');
    sweep = startSweep({ roster, territory: map.territory, sweepMs, wokenAt: () => wokenAt, onFound });
  }

  return {
    ready: open(),
    watchedFolders: map.folders,
    watchedNames: () => roster.extensions().map(({ candidate }) => candidate.name),
    openWitness: () => openWitness({ extensions: roster.extensions, onDoubt }),
    close: async () => {
      isClosed = true;
      bursts.close();
      sweep?.close();
      await map.close();
    },
  };
}

function takeAllAsTold(roster: Roster): void {
  for (const extension of roster.extensions()) {
    lookAt(extension, 0);
    takeAsTold(extension);
  }
}

/** A system that is out of watches says so for every folder. */
function onceEach(report: (error: unknown) => void): (error: unknown) => void {
  const reported = new Set<unknown>();
  return (error) => {
    const reason = (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
    if (reported.has(reason)) return;
    reported.add(reason);
    report(error);
  };
}
