/** The operating system's events about folders, through chokidar. Only hints: some never arrive, many mean nothing. */

import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { UserError } from '../../core/errors.js';
import { withSlashes } from '../display.js';

interface FolderEventsOptions {
  /** Something changed in the folder; `name` is the entry, `undefined` if it is the folder itself or unknown. */
  readonly onHint: (folder: string, name: string | undefined) => void;
  /** The folder is watched from now on; changes between its stamp and now may have been missed. */
  readonly onArmed: (folder: string) => void;
  readonly onError: (error: unknown) => void;
}

interface FolderEvents {
  /**
   * Watches exactly these folders (path → identity), and a rebuilt one anew. Resolves when all are watched, or were left.
   */
  readonly arm: (folders: ReadonlyMap<string, string>) => Promise<void>;
  readonly folders: () => readonly string[];
  readonly close: () => Promise<void>;
}

interface Armed {
  identity: string;
  ready: Promise<void>;
  stop: () => Promise<void>;
  readonly listeners: Set<FolderEventsOptions>;
}

/**
 * For the whole process. In a folder that is deleted and rebuilt at once, chokidar gets no more events, and all its
 * watchers of a path share the dead handle until the last of them is closed; so there is never more than one.
 */
const armedFolders = new Map<string, Armed>();

export function openFolderEvents(listener: FolderEventsOptions): FolderEvents {
  const heard = new Set<string>();
  const leave = (folder: string): Promise<void> => {
    heard.delete(folder);
    return leaveFolder(folder, listener);
  };
  return {
    arm: async (folders) => {
      const left = [...heard].filter((folder) => !folders.has(folder)).map(leave);
      const joined = [...folders].map(([folder, identity]) => {
        heard.add(folder);
        return joinFolder(folder, identity, listener);
      });
      await Promise.all([...left, ...joined]);
    },
    folders: () => [...heard].sort(),
    close: async () => {
      await Promise.all([...heard].map(leave));
    },
  };
}

function joinFolder(folder: string, identity: string, listener: FolderEventsOptions): Promise<void> {
  const known = armedFolders.get(folder);
  if (known === undefined) {
    const listeners = new Set([listener]);
    const armed = { identity, listeners, ...startWatcher(folder, listeners) };
    armedFolders.set(folder, armed);
    return untilReady(armed);
  }
  known.listeners.add(listener);
  if (known.identity !== identity) {
    void known.stop();
    Object.assign(known, { identity, ...startWatcher(folder, known.listeners) });
  }
  return untilReady(known);
}

/** Another listener may have started to watch the folder anew meanwhile. */
async function untilReady(armed: Armed): Promise<void> {
  const { ready } = armed;
  await ready;
  if (armed.ready !== ready) await untilReady(armed);
}

async function leaveFolder(folder: string, listener: FolderEventsOptions): Promise<void> {
  const known = armedFolders.get(folder);
  known?.listeners.delete(listener);
  if (known === undefined || known.listeners.size > 0) return;
  armedFolders.delete(folder);
  await known.stop();
}

/** Watches only the folder, which has events for its files, so that no file costs a handle of its own. */
function startWatcher(
  folder: string,
  listeners: ReadonlySet<FolderEventsOptions>,
): Pick<Armed, 'ready' | 'stop'> {
  const own = withSlashes(folder);
  const watcher = watch(folder, {
    depth: 0,
    ignored: (path) => path !== own,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    atomic: false,
    awaitWriteFinish: false,
  });
  watcher.on('raw', (event, name) => hear(folder, event, name, listeners));
  let isStopped = false;
  let settle = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
    watcher.once('ready', resolve);
    watcher.on('error', (error) => {
      for (const { onError } of listeners) onError(explain(error));
      resolve();
    });
  });
  void ready.then(() => {
    if (isStopped) return;
    for (const { onArmed } of listeners) onArmed(folder);
  });
  return {
    ready,
    stop: async () => {
      isStopped = true;
      // A closed watcher never becomes ready.
      settle();
      await stopWatcher(watcher);
    },
  };
}

function explain(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EMFILE') return error;
  return new UserError('The system cannot watch more folders; some saves are noticed seconds late.', {
    hint: 'Watch fewer extensions, or raise the limit (on Linux fs.inotify.max_user_watches).',
    cause: error,
  });
}

function hear(
  folder: string,
  event: string,
  name: unknown,
  listeners: ReadonlySet<FolderEventsOptions>,
): void {
  const entry = typeof name === 'string' && name !== '' ? name : undefined;
  const isItself = event === 'rename' && entry === basename(folder);
  if (event === 'rename' && entry !== undefined) distrust(isItself ? folder : `${folder}/${entry}`);
  for (const { onHint } of listeners) onHint(folder, isItself ? undefined : entry);
}

/** A folder that was added, removed or moved is watched anew even if its identity looks the same. */
function distrust(folder: string): void {
  const known = armedFolders.get(folder);
  if (known !== undefined) known.identity = '';
}

/** chokidar drops its listeners before its last errors, which would then end the process. */
async function stopWatcher(watcher: FSWatcher): Promise<void> {
  const closed = watcher.close();
  watcher.on('error', () => undefined);
  await closed;
}
