/** The files of a lock: one for each process that holds or wants it, saying who that is. */

import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, tryParseJson } from '../../core/json.js';
import { isSystemError } from '../../core/system-error.js';
import { discard, finalNameOf, writeAtomically } from '../../source/write-atomically.js';
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
  /** Absolute; in a store its address and the name there. */
  readonly path: string;
  /** Absent where it does not say who wrote it. */
  readonly ticket?: Ticket;
  /** Whether the process that wrote it may still be running. */
  readonly isLive: boolean;
  /** When it was last touched, in milliseconds since 1970; absent where its process is known to be running. */
  readonly touchedMs?: number;
  /** The machine or job of a run elsewhere. */
  readonly where?: string;
}

/** A process that is not known to be running and has not touched its ticket for this long is gone. */
const silentMs = 60_000;

/** Complete from the moment others can see it. Resolves to its path, which no other ticket ever has. */
export async function writeTicket(
  folder: string,
  project: string,
  command: string,
  { pid }: Self,
): Promise<string> {
  const ticket: Ticket = { ...describeProcess(pid), command, startedAt: new Date().toISOString() };
  const path = join(folder, `${project}.${randomBytes(8).toString('hex')}.json`);
  await writeAtomically(path, `${JSON.stringify(ticket)}\n`, { mode: 0o600 });
  return path;
}

/** Removes tickets whose process died before they were complete. What cannot be removed does no harm. */
export async function removeIncomplete(folder: string, project: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const incomplete = names.filter((name) => isTicketOf(project, finalNameOf(name) ?? ''));
  for (const path of incomplete.map((name) => join(folder, name))) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats !== undefined && isSilent(stats.mtimeMs)) await discard(path);
  }
}

/** In no order; a missing folder holds none. @throws UserError where it cannot be read: it may hold some */
export async function readTickets(
  folder: string,
  project: string,
  self: Self,
): Promise<readonly FoundTicket[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    // A file in the place of a folder holds none, and whoever writes one says so.
    if (isSystemError(error) && error.code === 'ENOTDIR') return [];
    return unlessMissing(error, folder, 'The lock') ?? [];
  });
  const paths = names.filter((name) => isTicketOf(project, name)).map((name) => join(folder, name));
  const found = await Promise.all(paths.map((path) => readTicket(path, self)));
  return found.flatMap((ticket) => ticket ?? []);
}

function isTicketOf(project: string, name: string): boolean {
  return name.startsWith(`${project}.`) && /^[0-9a-f]{16}\.json$/.test(name.slice(project.length + 1));
}

/** `undefined` where it is gone or not a file. A ticket that names no process is judged by its age. */
async function readTicket(path: string, self: Self): Promise<FoundTicket | undefined> {
  const stats = await lstat(path).catch((error: unknown) => unlessMissing(error, path, 'The lock'));
  if (stats?.isFile() !== true) return undefined;
  const text = stats.size > mostBytes ? '' : await readFile(path, 'utf8').catch(textOfUnreadable);
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

/** A ticket that may not be read still belongs to someone. */
function textOfUnreadable(error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'ENOENT' ? undefined : '';
}

function isSilent(touchedMs: number): boolean {
  return Date.now() - touchedMs > silentMs;
}

/** `undefined` where it does not say who wrote it. */
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
