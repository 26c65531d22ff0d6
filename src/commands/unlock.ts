/** `qlik-sync unlock`: who holds the lock in the store, and with `--yes` the removal of one ticket. */

import type { Command } from 'commander';
import { nameTenant } from '../config/tenant/target.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { listTickets, type ShownTicket } from '../reconcile/lock/lease.js';
import type { UnlockDocument } from '../report/documents/store.js';
import { renderDocument } from '../report/json.js';
import { renderUnlock } from '../report/store.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { readSettings } from '../run/settings.js';
import { openStoreOf } from '../run/store.js';
import type { Store } from '../store/store.js';
import { addExamples, addShared, type Finish } from './options.js';

/** @param word the beginning of a ticket's own name; needed where there are several */
async function unlock(word: string | undefined, given: SharedFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const { flags, config, cwd } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config, cwd });
  const store = await openStoreOf(settings, io);
  if (store === undefined || tenant === undefined) throw nothingToUnlock(store);
  try {
    const place = { store, tenant: tenant.identity, project: config.project };
    const tickets = await listTickets(place);
    const chosen = flags.yes === true ? chooseTicket(tickets, word) : undefined;
    if (chosen !== undefined) await store.remove(chosen.name);
    const document: UnlockDocument = {
      ...({ command: 'unlock', schemaVersion: 1, tool: io.tool, project: config.project } as const),
      ...{ tenant: tenant.identity, store: store.address },
      tickets: tickets.map(describe),
      ...(chosen !== undefined && { removed: chosen.name }),
      exitCode: exitCodes.ok,
    };
    io.stdout.write(flags.json === true ? renderDocument(document) : renderUnlock(document));
    return exitCodes.ok;
  } finally {
    await store.close();
  }
}

function nothingToUnlock(store: Store | undefined): UserError {
  if (store !== undefined) {
    return new UserError('No tenant is named, so it is not clear which lock is meant.', {
      hint: 'Name an environment with --env, or give --tenant <url>.',
    });
  }
  return new UserError('No store is configured, so there is no lock to remove.', {
    hint: 'A lock on this machine ends with its process, or a minute after its last sign of life.',
  });
}

/** @throws UserError if it is not clear which one is meant */
function chooseTicket(tickets: readonly ShownTicket[], word: string | undefined): ShownTicket | undefined {
  const named = tickets.filter(({ name }) => (name.split('/').at(-1) ?? '').startsWith(word ?? ''));
  if (named.length === 1 || (tickets.length === 0 && word === undefined)) return named[0];
  throw new UserError(
    named.length === 0 ? `No ticket begins with ${word}.` : `${named.length} tickets are there.`,
    { hint: `Name one: qlik-sync unlock ${tickets[0]?.name.split('/').at(-1) ?? ''} --yes` },
  );
}

function describe({ name, ticket, ageMs, isDead }: ShownTicket): UnlockDocument['tickets'][number] {
  const silentSeconds = Math.max(0, Math.round(ageMs / 1000));
  if (ticket === undefined) return { name, silentSeconds, dead: isDead };
  const { command, host, pid, startedAt, address } = ticket;
  const holder = { command, host, pid, startedAt, ...(address !== undefined && { address }) };
  return { name, holder, silentSeconds, dead: isDead };
}

export function addUnlock(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('unlock'))
    .argument('[ticket]', 'which one, where there are several')
    .action(async (word: string | undefined, flags: SharedFlags) => {
      finish(await unlock(word, flags, io));
    });
  addExamples(command, [['qlik-sync unlock --env prod', 'who is writing to prod']]);
}
