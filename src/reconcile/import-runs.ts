/** Brings what a folder or a downloaded artifact holds to a store: journals, and the copies that they mention. */

import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { ownFolder } from '../source/own-folder.js';
import type { Store } from '../store/store.js';
import { type RunFileText, readRunFile } from './journal/run-files.js';
import { parseRun } from './journal/runs.js';
import { tenantKey } from './own-place.js';
import type { RunStart } from './run-record.js';
import { prefixOf, wholeName } from './store-place.js';

interface Imported {
  readonly runs: number;
  readonly backups: number;
  /** Journals that the store had already. */
  readonly known: number;
  /** Paths of files that are no journals. */
  readonly unreadable: readonly string[];
}

interface RunToImport {
  readonly start: RunStart;
  readonly text: string;
}

/** @param folder absolute: a `.qlik-sync`, or what contains one @throws UserError where it holds no runs; StoreError */
export async function importRuns(folder: string, store: Store): Promise<Imported> {
  const base = await findBase(folder);
  const files = await readJournals(base);
  const runs = files.flatMap(toRun);
  let known = 0;
  let backups = 0;
  for (const run of runs) {
    const isNew = await importJournal(run, store);
    if (!isNew) known += 1;
    backups += await importBackups(run, base, store);
  }
  const unreadable = files.filter((file) => toRun(file).length === 0).map(({ path }) => path);
  return { runs: runs.length - known, backups, known, unreadable };
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

function toRun({ id, text }: RunFileText): readonly RunToImport[] {
  const run = text === undefined ? undefined : parseRun(text);
  return run?.start.id === id && text !== undefined ? [{ start: run.start, text }] : [];
}

/** The journal first, so that no retention takes its copies for unmentioned. Resolves to whether it is new. */
async function importJournal({ start, text }: RunToImport, store: Store): Promise<boolean> {
  const name = wholeName(prefixOf('runs', start), start.id);
  const [known] = (await store.list(name)).objects;
  const bytes = Buffer.from(text);
  if (known !== undefined && known.bytes >= bytes.length) return false;
  await store.put(name, bytes);
  return true;
}

/** Those that are here and whole, and not in the store. */
async function importBackups({ start, text }: RunToImport, base: string, store: Store): Promise<number> {
  const prefix = prefixOf('backups', start);
  const known = new Set((await store.list(prefix)).objects.map(({ name }) => name));
  const mentioned = new Set(text.match(/\b(?:[0-9a-f]{32}){1,2}\b/g) ?? []);
  let count = 0;
  for (const key of mentioned) {
    const file = key.length === 32 ? `${key}.zip` : `${key}.json`;
    if (known.has(`${prefix}${file}`)) continue;
    const path = join(base, 'backups', tenantKey(start.tenant), file);
    const content = await readFile(path).catch(() => undefined);
    if (content === undefined || !isWhole(key, content)) continue;
    await store.put(`${prefix}${file}`, content);
    count += 1;
  }
  return count;
}

function isWhole(key: string, content: Buffer): boolean {
  const algorithm = key.length === 32 ? 'md5' : 'sha256';
  return createHash(algorithm).update(content).digest('hex') === key;
}
