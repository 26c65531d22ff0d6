/** What becomes of a burst: the reader is woken, or it goes on, or it was nothing. */

import type { Burst, Bursts } from './bursts.js';
import { lookAt, takeAsTold, type WatchedExtension } from './extension.js';
import type { Subject } from './map.js';
import type { Roster } from './roster.js';
import { isChanged, type LoneFile, stampTarget } from './stamp.js';

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

/** What all judgements share. */
interface Docket extends JudgeOptions {
  readonly moved: Moved;
  /** Looked at again when the structure is clear. */
  readonly unclear: Set<Burst<WatchedExtension>>;
}

export function createJudge(options: JudgeOptions): (burst: Burst<Subject>) => void {
  const docket: Docket = { ...options, moved: gatherMoved(options.roster), unclear: new Set() };
  const { config, wake, onError } = options;
  return (burst) => {
    const { key } = burst;
    if (key === 'structure') void judgeStructure(docket, burst).catch(onError);
    else if (key !== 'config') judgeExtension(docket, { ...burst, key }, 'as-before');
    else if (config !== undefined) judgeConfig(config, burst, wake);
  };
}

/** @param structure `clear`: discovered again since somebody doubted it. */
function judgeExtension(
  docket: Docket,
  burst: Burst<WatchedExtension>,
  structure: 'clear' | 'as-before',
): void {
  const { roster, bursts, quietMs } = docket;
  const extension = burst.key;
  if (!roster.holds(extension)) return;
  const look = lookAt(extension, bursts.isOverdue(burst) ? 0 : quietMs);
  if (look.kind === 'unquiet') bursts.resume(burst, look.waitMs);
  else if (look.doubt !== undefined && structure === 'as-before') doubt(docket, burst, look.doubt);
  else if (look.kind === 'seen' && look.difference !== undefined) tell(docket, burst, look.difference);
}

function doubt({ unclear, bursts }: Docket, burst: Burst<WatchedExtension>, why: string): void {
  unclear.add(burst);
  bursts.finish('structure', `${burst.key.candidate.name}: ${why}`, burst.firstAt);
}

function tell({ bursts, moved, wake }: Docket, burst: Burst<WatchedExtension>, path: string): void {
  const { key: extension, firstAt, cause } = burst;
  const { name } = extension.candidate;
  const isNew = extension.told === undefined;
  if (takeAsTold(extension) === 'in part') bursts.extend(extension, 'may have been written unseen');
  extension.movedAt = performance.now();
  const told = moved.take();
  const names = told === 'all' ? 'all' : new Set([name, ...told]);
  const structure = isNew || told === 'all' || told.size > 0;
  wake({ names, structure, config: false, firstChangeAt: firstAt, cause: `${name}/${path} (${cause})` });
}

async function judgeStructure(docket: Docket, { firstAt, cause }: Burst<Subject>): Promise<void> {
  const { roster, bursts, moved, unclear, onMoved } = docket;
  const refreshed = await roster.refresh();
  if (refreshed === undefined) return;
  moved.add(refreshed.moved);
  for (const extension of roster.extensions()) {
    if (extension.told === undefined || refreshed.hasNewRules) bursts.finish(extension, cause, firstAt);
  }
  for (const burst of takeAll(unclear)) judgeExtension(docket, burst, 'clear');
  onMoved();
  tellMoved(docket, firstAt, cause);
}

function tellMoved({ moved, wake }: Docket, firstAt: number, cause: string): void {
  const names = moved.take();
  if (names === 'all' || names.size > 0) {
    wake({ names, structure: true, config: false, firstChangeAt: firstAt, cause });
  }
}

function judgeConfig(file: LoneFile, { firstAt, cause }: Burst<Subject>, wake: JudgeOptions['wake']): void {
  if (!isChanged(file)) return;
  file.stamp = stampTarget(file.path);
  wake({ names: nobody, structure: false, config: true, firstChangeAt: firstAt, cause });
}

function takeAll<T>(set: Set<T>): readonly T[] {
  const all = [...set];
  set.clear();
  return all;
}

// Names that the structure moved, gathered until they are told.

export interface Moved {
  readonly add: (names: Names) => void;
  /** Nobody, as long as an extension is new and still being written. */
  readonly take: () => Names;
}

type Names = ReadonlySet<string> | 'all';

export const nobody: ReadonlySet<string> = new Set();

export function gatherMoved(roster: Pick<Roster, 'extensions'>): Moved {
  let moved: Names = nobody;
  return {
    add: (names) => {
      moved = moved === 'all' || names === 'all' ? 'all' : new Set([...moved, ...names]);
    },
    take: () => {
      if (roster.extensions().some(({ told }) => told === undefined)) return nobody;
      const names = moved;
      moved = nobody;
      return names;
    },
  };
}
