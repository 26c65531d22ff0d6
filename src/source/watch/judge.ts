/** Decides what a burst of events means: wake the reader, keep waiting, or nothing. */

import type { Burst, Bursts } from './bursts.js';
import { lookAt, markReported, type WatchedExtension } from './extension.js';
import type { Subject } from './map.js';
import { isChanged, type LoneFile, stampTarget } from './stamp.js';
import type { WatchedExtensions } from './watched-extensions.js';

export interface Wake {
  /** Names to read again. One may belong to no extension, or no longer. */
  readonly names: ReadonlySet<string> | 'all';
  /** Extensions were added, removed or moved, or discovery reports something else about them. */
  readonly structure: boolean;
  /** The config file changed. */
  readonly config: boolean;
  /** `performance.now()` of the first event. */
  readonly firstChangeAt: number;
  /** For debugging. */
  readonly cause: string;
}

interface JudgeOptions {
  readonly watched: WatchedExtensions;
  readonly bursts: Bursts<Subject>;
  readonly config: LoneFile | undefined;
  readonly quietMs: number;
  readonly wake: (wake: Wake) => void;
  /** Folders may have been added or removed. */
  readonly onMoved: () => void;
  readonly onError: (error: unknown) => void;
}

interface JudgeState extends JudgeOptions {
  readonly moved: Moved;
  /** To be judged again once the structure has been read again. */
  readonly unclear: Set<Burst<WatchedExtension>>;
}

export function createJudge(options: JudgeOptions): (burst: Burst<Subject>) => void {
  const state: JudgeState = { ...options, moved: collectMoved(options.watched), unclear: new Set() };
  const { config, wake, onError } = options;
  return (burst) => {
    const { key } = burst;
    if (key === 'structure') void judgeStructure(state, burst).catch(onError);
    else if (key !== 'config') judgeExtension(state, { ...burst, key }, 'as-before');
    else if (config !== undefined) judgeConfig(config, burst, wake);
  };
}

/** @param structure `clear`: discovered again since it was in doubt. */
function judgeExtension(
  state: JudgeState,
  burst: Burst<WatchedExtension>,
  structure: 'clear' | 'as-before',
): void {
  const { watched, bursts, quietMs } = state;
  const extension = burst.key;
  if (!watched.has(extension)) return;
  const look = lookAt(extension, bursts.isOverdue(burst) ? 0 : quietMs);
  if (look.kind === 'unquiet') bursts.resume(burst, look.waitMs);
  else if (look.doubt !== undefined && structure === 'as-before') doubt(state, burst, look.doubt);
  else if (look.kind === 'seen' && look.difference !== undefined) report(state, burst, look.difference);
}

function doubt({ unclear, bursts }: JudgeState, burst: Burst<WatchedExtension>, why: string): void {
  unclear.add(burst);
  bursts.finish('structure', `${burst.key.candidate.name}: ${why}`, burst.firstAt);
}

function report({ bursts, moved, wake }: JudgeState, burst: Burst<WatchedExtension>, path: string): void {
  const { key: extension, firstAt, cause } = burst;
  const { name } = extension.candidate;
  const isNew = extension.reported === undefined;
  if (markReported(extension) === 'in part') bursts.extend(extension, 'may have been written unseen');
  extension.movedAt = performance.now();
  const others = moved.take();
  const names = others === 'all' ? 'all' : new Set([name, ...others]);
  const structure = isNew || others === 'all' || others.size > 0;
  wake({ names, structure, config: false, firstChangeAt: firstAt, cause: `${name}/${path} (${cause})` });
}

async function judgeStructure(state: JudgeState, { firstAt, cause }: Burst<Subject>): Promise<void> {
  const { watched, bursts, moved, unclear, onMoved } = state;
  const refreshed = await watched.refresh();
  if (refreshed === undefined) return;
  moved.add(refreshed.moved);
  for (const extension of watched.extensions()) {
    if (extension.reported === undefined || refreshed.hasNewRules) bursts.finish(extension, cause, firstAt);
  }
  for (const burst of takeAll(unclear)) judgeExtension(state, burst, 'clear');
  onMoved();
  reportMoved(state, firstAt, cause);
}

function reportMoved({ moved, wake }: JudgeState, firstAt: number, cause: string): void {
  const names = moved.take();
  if (names === 'all' || names.size > 0) {
    wake({ names, structure: true, config: false, firstChangeAt: firstAt, cause });
  }
}

function judgeConfig(file: LoneFile, { firstAt, cause }: Burst<Subject>, wake: JudgeOptions['wake']): void {
  if (!isChanged(file)) return;
  file.stamp = stampTarget(file.path);
  wake({ names: noNames, structure: false, config: true, firstChangeAt: firstAt, cause });
}

function takeAll<T>(set: Set<T>): readonly T[] {
  const all = [...set];
  set.clear();
  return all;
}

/** The names that a change of the structure affects, collected until they are reported. */
interface Moved {
  readonly add: (names: Names) => void;
  /** None as long as a new extension is still being written. */
  readonly take: () => Names;
}

type Names = ReadonlySet<string> | 'all';

const noNames: ReadonlySet<string> = new Set();

function collectMoved(watched: Pick<WatchedExtensions, 'extensions'>): Moved {
  let moved: Names = noNames;
  return {
    add: (names) => {
      moved = moved === 'all' || names === 'all' ? 'all' : new Set([...moved, ...names]);
    },
    take: () => {
      if (watched.extensions().some(({ reported }) => reported === undefined)) return noNames;
      const names = moved;
      moved = noNames;
      return names;
    },
  };
}
