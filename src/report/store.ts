/** What `unlock` and `store` say to people. */

import { count } from '../core/format.js';
import type { StoreDocument, UnlockDocument } from './documents/store.js';
import { printable } from './paint.js';

export function renderUnlock({ tickets, removed, store, project, tenant }: UnlockDocument): string {
  const about = `the lock for project ${project} on ${tenant} in ${store}`;
  if (tickets.length === 0) return `${printable(`Nobody holds ${about}.`)}\n`;
  const lines = tickets.map((ticket) => `  ${printable(describeTicket(ticket))}\n`);
  const next =
    removed === undefined
      ? 'Nothing was removed; --yes removes it. Make sure first that this run is gone: two that write at once can undo each other.'
      : `Removed ${removed}. A run that still has it stops writing within seconds.`;
  return `${printable(`Tickets of ${about}:`)}\n${lines.join('')}${printable(next)}\n`;
}

function describeTicket({ name, holder, silentSeconds, dead }: UnlockDocument['tickets'][number]): string {
  const own = name.split('/').at(-1) ?? name;
  const who =
    holder === undefined
      ? 'a run that does not say who it is'
      : `${holder.command} of pid ${holder.pid} on ${holder.address ?? holder.host}, since ${holder.startedAt}`;
  const state = dead ? ', dead: the next run removes it' : '';
  return `${own}  ${who}; last sign of life ${silentSeconds} s ago${state}`;
}

export function renderStore(document: StoreDocument): string {
  return document.action === 'check' ? renderCheck(document) : renderImport(document);
}

function renderCheck({ store, checks }: Extract<StoreDocument, { readonly action: 'check' }>): string {
  const lines = checks.map(({ name, status, message, hint }) => {
    const advice = hint === undefined ? '' : `\n             ${printable(hint)}`;
    return `  ${status.padEnd(8)} ${name.padEnd(8)}${printable(message)}${advice}\n`;
  });
  return `${printable(store)}\n${lines.join('')}`;
}

function renderImport(imported: Extract<StoreDocument, { readonly action: 'import' }>): string {
  const { runs, backups, known, unreadable, store } = imported;
  const files = unreadable.map((file) => `not a journal: ${printable(file)}\n`);
  const there = known === 0 ? '' : `; ${count(known, 'run')} ${known === 1 ? 'was' : 'were'} there already`;
  const done = `${count(runs, 'run')} and ${count(backups, 'backup')} were imported into ${store}${there}.`;
  return `${files.join('')}${printable(done)}\n`;
}
