/**
 * The files of a lock: one for each process that holds or wants it, saying who that is. They are few and small, and are
 * read and written synchronously, which takes a tenth of the time: `watch` takes a lock with every save.
 */

import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isObject, tryParseJson } from '../../core/json.js';
import { isSystemError } from '../../core/system-error.js';
import { discardSync, finalNameOf, writeAtomicallySync } from '../../source/write-atomically.js';
import { unlessMissing } from '../own-place.js';
import { describeProcess, lookAt, type ProcessFacts, type Self } from './process-facts.js';

export interface Ticket extends ProcessFacts {
  readonly command: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Where a person can read what it does, such as the address of its job. */
  readonly address?: string;
}

export interface FoundTicket {
  /** An absolute path; for a ticket in a store, the store's address and the name there. */
  readonly path: string;
  /** Absent if it does not say who wrote it. */
  readonly ticket?: Ticket;
  /** Whether the process that wrote it may still be running. */
  readonly isLive: boolean;
  /** When it was last touched, in milliseconds since 1970; absent if its process is known to be running. */
  readonly touchedMs?: number;
  /** The machine or job of a run elsewhere. */
  readonly where?: string;
}

/** A process that is not known to be running and has not touched its ticket for this long is gone. */
const silentMs = 60_000;

/** Complete from the moment others can see it. @returns its path, which no other ticket ever has */
export function writeTicket(folder: string, project: string, command: string, { pid }: Self): string {
  const ticket: Ticket = { ...describeProcess(pid), command, startedAt: new Date().toISOString() };
  const path = join(folder, `${project}.${randomBytes(8).toString('hex')}.json`);
  writeAtomicallySync(path, `${JSON.stringify(ticket)}\n`, 0o600);
  return path;
}

/** Removes tickets whose process died before they were complete. What cannot be removed does no harm. */
export function removeIncomplete(folder: string, project: string): void {
  const names = attempt(() => readdirSync(folder)) ?? [];
  const incomplete = names.filter((name) => isTicketOf(project, finalNameOf(name) ?? ''));
  for (const path of incomplete.map((name) => join(folder, name))) {
    const stats = attempt(() => lstatSync(path));
    if (stats !== undefined && isSilent(stats.mtimeMs)) discardSync(path);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/**
 * In no order; a missing folder has no tickets.
 *
 * @param own the path of a ticket that is not read
 * @throws UserError if it cannot be read: it may contain some
 */
export function readTickets(
  folder: string,
  project: string,
  self: Self,
  own: string | undefined,
): readonly FoundTicket[] {
  return listNames(folder)
    .filter((name) => isTicketOf(project, name))
    .map((name) => join(folder, name))
    .filter((path) => path !== own)
    .flatMap((path) => readTicket(path, self) ?? []);
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // A file in place of the folder contains none; writing a ticket fails with a message.
    if (isSystemError(error) && error.code === 'ENOTDIR') return [];
    return unlessMissing(error, folder, 'The lock') ?? [];
  }
}

function isTicketOf(project: string, name: string): boolean {
  return name.startsWith(`${project}.`) && /^[0-9a-f]{16}\.json$/.test(name.slice(project.length + 1));
}

/** `undefined` if it is gone or not a file. A ticket that names no process is judged by its age. */
function readTicket(path: string, self: Self): FoundTicket | undefined {
  const stats = stat(path);
  if (stats?.isFile() !== true) return undefined;
  const text = stats.size > mostBytes ? '' : readText(path);
  if (text === undefined) return undefined;
  const isFresh = !isSilent(stats.mtimeMs);
  const ticket = parseTicket(text);
  const touchedMs = stats.mtimeMs;
  if (ticket === undefined) return { path, isLive: isFresh, touchedMs };
  const state = lookAt(ticket, self);
  if (state === 'running') return { path, ticket, isLive: true };
  return { path, ticket, isLive: state !== 'gone' && isFresh, touchedMs };
}

const mostBytes = 65_536;

function stat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    return unlessMissing(error, path, 'The lock');
  }
}

/** A ticket that may not be read still belongs to someone. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return isSystemError(error) && error.code === 'ENOENT' ? undefined : '';
  }
}

function isSilent(touchedMs: number): boolean {
  return Date.now() - touchedMs > silentMs;
}

/** `undefined` if it does not say who wrote it. */
export function parseTicket(text: string): Ticket | undefined {
  const value = tryParseJson(text);
  return isTicket(value) ? value : undefined;
}

function isTicket(value: unknown): value is Ticket & Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const { pid, host, command, startedAt, address = '' } = value;
  if (!Number.isSafeInteger(pid) || Number(pid) < 1) return false;
  return (
    [host, command, startedAt, address].every(isPlainText) && !Number.isNaN(Date.parse(String(startedAt)))
  );
}

/** It is shown to people. */
function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && !/\p{C}/u.test(value);
}
