/**
 * A file that only grows, each addition on the disk before a step that relies on it. Somebody may remove it meanwhile (`git clean -xdf`
 * takes all of `.qlik-sync`): an open file then takes whatever is written to it, and nobody would ever read it. So it is
 * looked for after each addition, and written anew where it is gone.
 */

import { constants, lstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError } from '../../core/system-error.js';
import { discard, syncFolder, writeAtomically } from '../../source/write-atomically.js';
import { makeOwnPlace } from '../own-place.js';

export interface GrowingFile {
  /** Resolves when it is on the disk, under its name, with all before it. After one failure all calls fail. @throws SystemError */
  append(text: string): Promise<void>;
  /** Resolves when it is written; on the disk it is as soon as that allows, and before what is appended next. @throws SystemError */
  note(text: string): Promise<void>;
  /** All of it. @throws Error if something cut it short */
  read(): Promise<Buffer>;
  close(): Promise<void>;
  /** Closes and removes it. */
  discard(): Promise<void>;
}

interface FilePlace {
  /** Absolute: the folder of the config. */
  readonly root: string;
  /** Absolute, below `.qlik-sync`. */
  readonly folder: string;
  /** Absolute, in `folder`. */
  readonly path: string;
  /** Called where it was gone and is there again. */
  readonly onRemoved: () => void;
}

/** How often it is written anew for one addition: whoever removes a folder may still be at it. */
const mostTries = 5;

/** An empty file; `undefined` where there is one of this name. @throws SystemError; Error where a folder is a link */
export async function createGrowingFile(place: FilePlace): Promise<GrowingFile | undefined> {
  const { root, folder, path, onRemoved } = place;
  await makeOwnPlace(root, folder);
  const created = await open(path, 'ax+', 0o600).catch(unless('EEXIST'));
  if (created === undefined) return undefined;
  await syncFolder(folder);
  let handle: FileHandle = created;
  let bytes = 0;

  async function read(): Promise<Buffer> {
    const whole = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(whole, 0, bytes, 0);
    if (bytesRead < bytes) throw new Error('something cut it short while it was written');
    return whole;
  }

  /** One that is shorter is another: somebody put an older copy in its place. */
  function isInPlace(): boolean {
    return (lstatSync(path, { throwIfNoEntry: false })?.size ?? -1) >= bytes;
  }

  async function writeAnew(): Promise<void> {
    const whole = await read();
    for (let tries = 1; ; tries += 1) {
      const opened = await putWhole(whole).catch((error: unknown) => {
        if (tries === mostTries) throw error;
        return unless('ENOENT')(error);
      });
      if (opened === undefined) continue;
      await handle.close();
      handle = opened;
      return onRemoved();
    }
  }

  async function putWhole(whole: Buffer): Promise<FileHandle> {
    await makeOwnPlace(root, folder);
    await writeAtomically(path, whole, { mode: 0o600, durability: 'durable' });
    await syncFolder(folder);
    return open(path, constants.O_RDWR | constants.O_APPEND);
  }

  const add = inBatches({
    write: async (text) => {
      await handle.appendFile(text);
      bytes += Buffer.byteLength(text);
    },
    settle: async () => {
      await handle.datasync();
      if (!isInPlace()) await writeAnew();
    },
  });
  return {
    append: (text) => add(text).settled,
    note: (text) => add(text).written,
    read,
    close: () => handle.close(),
    discard: async () => {
      await handle.close().catch(() => undefined);
      await discard(path);
    },
  };
}

interface Batch {
  readonly written: Promise<void>;
  readonly settled: Promise<void>;
}

interface BatchSteps {
  readonly write: (text: string) => Promise<void>;
  /** Ends before anything more is written. */
  readonly settle: () => Promise<void>;
}

/** Texts that arrive while others are being written share the next write. After a failure nothing more is written. */
function inBatches({ write, settle }: BatchSteps): (text: string) => Batch {
  let waiting = '';
  let current: Batch = { written: Promise.resolve(), settled: Promise.resolve() };
  let next: Batch | undefined;
  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    next = undefined;
    await write(text);
  };
  return (text) => {
    waiting += text;
    if (next === undefined) {
      const written = current.settled.then(flush);
      const settled = written.then(settle);
      // Whoever comes next is told.
      settled.catch(() => undefined);
      next = { written, settled };
      current = next;
    }
    return next;
  };
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (isSystemError(error) && error.code === code) return undefined;
    throw error;
  };
}
