/** What becomes of a burst: the reader is woken, or it goes on, or it was nothing. */

import type { Burst, Bursts } from './watch-bursts.js';
import { lookAt, takeAsTold, type WatchedExtension } from './watch-extension.js';
import { isChanged, type LoneFile } from './watch-lone-file.js';
import type { Roster } from './watch-roster.js';
import { stampTarget } from './watch-stamp.js';
import type { Subject } from './watch-territory.js';

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

export interface JudgeOptions {
  readonly roster: Roster;
  readonly bursts: Bursts<Subject>;
  readonly config: LoneFile | undefined;
  readonly quietMs: number;
  readonly wake: (wake: Wake) => void;
  /** Folders may have come or gone. */
  readonly onMoved: () => void;
  readonly onError: (error: unknown) => void;
}

const nobody: ReadonlySet<string> = new Set();

export function createJudge(options: JudgeOptions): (burst: Burst<Subject>) => void {
  const { roster, bursts, config, quietMs, wake, onMoved, onError } = options;
  /** Names that the structure moved, told when all new extensions are. */
  let moved: ReadonlySet<string> | 'all' = nobody;
  /** Looked at again when the structure is clear. */
  const unclear = new Set<Burst<WatchedExtension>>();

  /** @param structure `clear`: discovered again since somebody doubted it. */
  function judgeExtension(burst: Burst<WatchedExtension>, structure: 'clear' | 'as-before'): void {
    const extension = burst.key;
    if (!roster.holds(extension)) return;
    const look = lookAt(extension, bursts.isOverdue(burst) ? 0 : quietMs);
    if (look.kind === 'unquiet') bursts.resume(burst, look.waitMs);
    else if (look.doubt !== undefined && structure === 'as-before') doubt(burst, look.doubt);
    else if (look.kind === 'seen' && look.difference !== undefined) tell(burst, look.difference);
  }

  function doubt(burst: Burst<WatchedExtension>, why: string): void {
    unclear.add(burst);
    bursts.finish('structure', `${burst.key.candidate.name}: ${why}`, burst.firstAt);
  }

  function tell({ key: extension, firstAt, cause }: Burst<WatchedExtension>, path: string): void {
    const { name } = extension.candidate;
    const isNew = extension.told === undefined;
    if (takeAsTold(extension) === 'in part') bursts.extend(extension, 'may have been written unseen');
    extension.movedAt = performance.now();
    const told = takeMoved();
    const names = told === 'all' ? 'all' : new Set([name, ...told]);
    const structure = isNew || told === 'all' || told.size > 0;
    wake({ names, structure, config: false, firstChangeAt: firstAt, cause: `${name}/${path} (${cause})` });
  }

  function tellMoved(firstAt: number, cause: string): void {
    const names = takeMoved();
    if (names === 'all' || names.size > 0) {
      wake({ names, structure: true, config: false, firstChangeAt: firstAt, cause });
    }
  }

  /** Nobody, as long as an extension is new and still being written. */
  function takeMoved(): ReadonlySet<string> | 'all' {
    if (roster.extensions().some(({ told }) => told === undefined)) return nobody;
    const names = moved;
    moved = nobody;
    return names;
  }

  async function judgeStructure({ firstAt, cause }: Burst<Subject>): Promise<void> {
    const refreshed = await roster.refresh();
    if (refreshed === undefined) return;
    moved = moved === 'all' || refreshed.moved === 'all' ? 'all' : new Set([...moved, ...refreshed.moved]);
    for (const extension of roster.extensions()) {
      if (extension.told === undefined || refreshed.hasNewRules) bursts.finish(extension, cause, firstAt);
    }
    for (const burst of takeAll(unclear)) judgeExtension(burst, 'clear');
    onMoved();
    tellMoved(firstAt, cause);
  }

  function judgeConfig(file: LoneFile, { firstAt, cause }: Burst<Subject>): void {
    if (!isChanged(file)) return;
    file.stamp = stampTarget(file.path);
    wake({ names: nobody, structure: false, config: true, firstChangeAt: firstAt, cause });
  }

  return (burst) => {
    const { key } = burst;
    if (key === 'structure') void judgeStructure(burst).catch(onError);
    else if (key !== 'config') judgeExtension({ ...burst, key }, 'as-before');
    else if (config !== undefined) judgeConfig(config, burst);
  };
}

function takeAll<T>(set: Set<T>): readonly T[] {
  const all = [...set];
  set.clear();
  return all;
}
