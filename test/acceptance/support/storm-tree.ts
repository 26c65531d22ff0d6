/** One extension's folder as the storm changes it, and a list of all that it ever was between two changes. */

import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256, stateOf } from './storm-content.js';

/** `whole`: between two edits. `stalled`: in the middle of one, which the machine held up for too long. */
export type Standing = 'whole' | 'stalled';

export interface StormTree {
  readonly name: string;
  /** Content by path; what is moved away is not in it. */
  readonly files: ReadonlyMap<string, string>;
  /** Truncates a file, or makes one. */
  readonly empty: (path: string) => void;
  readonly append: (path: string, content: string) => void;
  readonly remove: (path: string) => void;
  readonly rename: (from: string, to: string) => void;
  /** Moves the whole folder, or one of its subfolders, out of sight; the answer moves it back. */
  readonly moveAway: (subfolder?: string) => () => void;
  /** Of what is empty by now. */
  readonly removeFolder: () => void;
  /** An edit is over. */
  readonly settle: () => void;
  readonly report: () => StormTreeReport;
}

export interface StormTreeReport {
  readonly states: ReadonlyMap<string, Standing>;
  /** How often nothing was changed for so long that it may be taken for the end of a burst. */
  readonly rests: number;
}

export interface StormTreeOptions {
  readonly name: string;
  readonly folder: string;
  /** Where folders are moved to; on the same disk, unwatched. */
  readonly parking: string;
  /** Milliseconds without a change after which others may take the folder for complete. */
  readonly restMs: number;
}

export function createStormTree({ name, folder, parking, restMs }: StormTreeOptions): StormTree {
  const states = new Map<string, Standing>();
  const hidden = new Map<string, string>();
  let files = new Map<string, string>();
  let rests = 0;
  let changedAt = performance.now();

  function note(standing: Standing, held: ReadonlyMap<string, string>): void {
    const state = stateOf([...held].map(([path, content]) => [path, sha256(content)] as const));
    if (states.get(state) !== 'whole') states.set(state, standing);
  }

  /** From before the last change to after this one: longer than anybody can have seen nothing happen. */
  function change(work: () => void, become: (now: Map<string, string>) => void): void {
    const before = files;
    const began = performance.now();
    work();
    files = new Map(before);
    become(files);
    if (performance.now() - changedAt > restMs) {
      rests += 1;
      note('stalled', before);
    }
    changedAt = began;
  }

  function move(from: Map<string, string>, to: Map<string, string>, prefix: string): void {
    for (const [path, content] of [...from]) {
      if (!path.startsWith(prefix)) continue;
      from.delete(path);
      to.set(path, content);
    }
  }

  const absolute = (path: string): string => `${folder}/${path}`;

  return {
    name,
    get files() {
      return files;
    },
    empty: (path) =>
      change(
        () => {
          mkdirSync(dirname(absolute(path)), { recursive: true });
          writeFileSync(absolute(path), '');
        },
        (now) => now.set(path, ''),
      ),
    append: (path, content) =>
      change(
        () => appendFileSync(absolute(path), content),
        (now) => now.set(path, (now.get(path) ?? '') + content),
      ),
    remove: (path) =>
      change(
        () => rmSync(absolute(path)),
        (now) => now.delete(path),
      ),
    rename: (from, to) =>
      change(
        () => renameSync(absolute(from), absolute(to)),
        (now) => {
          now.set(to, now.get(from) ?? '');
          now.delete(from);
        },
      ),
    moveAway: (subfolder) => {
      const place = subfolder === undefined ? folder : absolute(subfolder);
      const prefix = subfolder === undefined ? '' : `${subfolder}/`;
      const parked = `${parking}/${name}`;
      change(
        () => renameSync(place, parked),
        (now) => move(now, hidden, prefix),
      );
      return () =>
        change(
          () => renameSync(parked, place),
          (now) => move(hidden, now, prefix),
        );
    },
    removeFolder: () =>
      change(
        () => rmSync(folder, { recursive: true }),
        () => undefined,
      ),
    settle: () => note('whole', files),
    report: () => ({ states, rests }),
  };
}
