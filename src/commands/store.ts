/** `qlik-sync store`: whether the store can do what a run needs, and how older runs get there. */

import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { StoreDocument } from '../report/documents/store.js';
import { renderDocument } from '../report/json.js';
import { renderStore } from '../report/store.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { aloneInStore } from '../run/lock.js';
import { createNotices } from '../run/on-tenant.js';
import { readSettings, type Settings } from '../run/settings.js';
import { findLateMountOf, openAnonymously, openStoreOf } from '../run/store.js';
import { displayPath } from '../source/display.js';
import type { Store } from '../store/store.js';
import { addExamples, addShared, type Finish } from './options.js';

type StoreAction = 'check' | 'import';

async function runStore(
  action: StoreAction,
  folder: string | undefined,
  given: SharedFlags,
  io: Io,
): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  assertFolder(action, folder);
  const store = await openStoreOf(settings, io);
  if (store === undefined) {
    throw new UserError('No store is configured.', {
      hint: 'Name one in the config ("store": "s3://bucket/prefix") or in QLIK_SYNC_STORE; with --sandbox only the latter counts.',
    });
  }
  try {
    const document =
      action === 'check'
        ? await check(store, settings, io)
        : await importFolder(store, resolve(settings.cwd, folder ?? '.'), settings, io);
    io.stdout.write(settings.flags.json === true ? renderDocument(document) : renderStore(document));
    return document.exitCode;
  } finally {
    await store.close();
  }
}

function assertFolder(action: StoreAction, folder: string | undefined): void {
  if (action === 'import' && folder === undefined) {
    throw new UserError('store import takes a folder.', { hint: 'qlik-sync store import ./artifact' });
  }
  if (action === 'check' && folder !== undefined) throw new UserError('store check takes no folder.');
}

async function check(
  store: Store,
  settings: Settings,
  io: Io,
): Promise<StoreDocument & { readonly exitCode: ExitCode }> {
  const { checkStore } = await import('../store/check-store.js');
  const anonymous = await openAnonymously(settings, io);
  try {
    const { checks, exitCode } = await checkStore({
      ...{ store, anonymous },
      findLateMount: () => findLateMountOf(settings, io),
    });
    return {
      ...({ command: 'store', action: 'check', schemaVersion: 1 } as const),
      ...{ tool: io.tool, store: store.address, checks, exitCode },
    };
  } finally {
    await anonymous?.close();
  }
}

async function importFolder(
  store: Store,
  folder: string,
  { tool, cwd, config: { root } }: Settings,
  io: Io,
): Promise<StoreDocument & { readonly exitCode: ExitCode }> {
  const { importRuns } = await import('../reconcile/import-runs.js');
  const { say: onWait } = createNotices(io.stderr);
  const { unreadable, ...imported } = await importRuns(folder, store, (of, work) =>
    aloneInStore({ ...of, store }, { root, io, onWait }, work),
  );
  return {
    ...({ command: 'store', action: 'import', schemaVersion: 1 } as const),
    ...{ tool, store: store.address, ...imported, exitCode: exitCodes.ok },
    unreadable: unreadable.map((path) => displayPath(cwd, path)),
  };
}

export function addStore(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('store'))
    .addArgument(new Argument('<action>', 'check or import').choices(['check', 'import']))
    .argument('[folder]', 'import: a .qlik-sync, or what contains one')
    .action(async (action: StoreAction, folder: string | undefined, flags: SharedFlags) => {
      finish(await runStore(action, folder, flags, io));
    });
  addExamples(command, [
    ['qlik-sync store check', 'rights, clock, public access'],
    ['qlik-sync store import artifact', 'the runs of a downloaded artifact'],
  ]);
}
