/** Copies to a store what a folder or a downloaded artifact holds: journals, and the backups that they mention. */

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { ownFolder } from '../source/own-folder.js';
import type { Store } from '../store/store.js';
import { contentKeysIn, fileOfKey, hasKey } from './backup/content-names.js';
import { type RunFileText, readRunFile } from './journal/run-files.js';
import { parseRun } from './journal/runs.js';
import { tenantKey } from './own-place.js';
import type { RunStart } from './run-record.js';
import { parseRunObject, prefixOf, wholeName } from './store-place.js';

interface Imported {
  readonly runs: number;
  readonly backups: number;
  /** Journals that the store had before. */
  readonly known: number;
  /** Paths of files that are not journals. */
  readonly unreadable: readonly string[];
}

interface RunToImport {
  readonly start: RunStart;
  readonly text: string;
}

/** Does the work while no run of the project writes to the store, which `assertAlone` makes sure of. */
export type WhileAlone = (
  of: Pick<RunStart, 'tenant' | 'project'>,
  work: (assertAlone: () => void) => Promise<void>,
) => Promise<void>;

/**
 * Holds the lock of each project meanwhile: what a run records at its end, and what it removes, depends on the journals
 * that existed when it began.
 *
 * @param folder absolute: a `.qlik-sync`, or what contains one
 * @throws UserError if it holds no runs; StoreError; as `whileAlone`
 */
export async function importRuns(folder: string, store: Store, whileAlone: WhileAlone): Promise<Imported> {
  const base = await findBase(folder);
  const files = (await readJournals(base)).map((file) => ({ path: file.path, run: toRun(file) }));
  const runs = files.flatMap(({ run }) => run ?? []);
  let [known, backups] = [0, 0];
  for (const some of byProject(runs)) {
    const [{ start }] = some;
    await whileAlone(start, async (assertAlone) => {
      known += await importJournals(some, store, assertAlone);
      backups += await importBackups(some, base, store);
    });
  }
  const unreadable = files.filter(({ run }) => run === undefined).map(({ path }) => path);
  return { runs: runs.length - known, backups, known, unreadable };
}

type RunsOfProject = readonly [RunToImport, ...RunToImport[]];

function byProject(runs: readonly RunToImport[]): readonly RunsOfProject[] {
  const groups = new Map<string, RunsOfProject>();
  for (const run of runs) {
    const prefix = prefixOf('runs', run.start);
    const before = groups.get(prefix);
    groups.set(prefix, before === undefined ? [run] : [...before, run]);
  }
  return [...groups.values()];
}

async function findBase(folder: string): Promise<string> {
  for (const base of [join(folder, ownFolder), folder]) {
    const stats = await lstat(join(base, 'runs')).catch(() => undefined);
    if (stats?.isDirectory() === true) return base;
  }
  throw new UserError(`${folder} holds no runs.`, {
    hint: 'Name a folder that has a .qlik-sync in it, such as a downloaded artifact, or the .qlik-sync itself.',
  });
}

async function readJournals(base: string): Promise<readonly RunFileText[]> {
  const names = await readdir(join(base, 'runs'), { recursive: true });
  const journals = names.filter((name) => name.endsWith('.jsonl'));
  return Promise.all(
    journals.map((name) => {
      const path = join(base, 'runs', name);
      return readRunFile({ path, id: name.replace(/^.*[\\/]/, '').slice(0, -'.jsonl'.length) });
    }),
  );
}

function toRun({ id, text }: RunFileText): RunToImport | undefined {
  const run = text === undefined ? undefined : parseRun(text);
  if (run?.start.id !== id || text === undefined) return undefined;
  const { start } = run;
  // Under any other name no run would find it in the store.
  return parseRunObject(wholeName(prefixOf('runs', start), id)) && { start, text };
}

/** Before the backups, which a retention would remove if no journal mentioned them. @returns how many the store had */
async function importJournals(runs: RunsOfProject, store: Store, assertAlone: () => void): Promise<number> {
  const { objects } = await store.list(prefixOf('runs', runs[0].start));
  const stored = new Map(objects.map(({ name, bytes }) => [withoutMark(name), bytes]));
  let known = 0;
  for (const { start, text } of runs) {
    const name = wholeName(prefixOf('runs', start), start.id);
    const bytes = Buffer.from(text);
    if ((stored.get(name) ?? -1) >= bytes.length) known += 1;
    else {
      assertAlone();
      await store.put(name, bytes);
      stored.set(name, bytes.length);
    }
  }
  return known;
}

/** Its name before it was known to be settled. */
function withoutMark(name: string): string {
  const { id, part } = parseRunObject(name) ?? {};
  if (id === undefined || part !== undefined) return name;
  return wholeName(name.slice(0, name.lastIndexOf('/') + 1), id);
}

/** Copies those that are here and intact, and not in the store. Resolves to their number. */
async function importBackups(runs: RunsOfProject, base: string, store: Store): Promise<number> {
  const { objects } = await store.list(prefixOf('backups', runs[0].start));
  const known = new Set(objects.map(({ name }) => name));
  let count = 0;
  for (const { start, text } of runs) {
    for (const key of contentKeysIn(text)) {
      const file = fileOfKey(key);
      const name = `${prefixOf('backups', start)}${file}`;
      if (known.has(name)) continue;
      const path = join(base, 'backups', tenantKey(start.tenant), file);
      const content = await readFile(path).catch(() => undefined);
      if (content === undefined || !hasKey(content, key)) continue;
      await store.put(name, content);
      known.add(name);
      count += 1;
    }
  }
  return count;
}
