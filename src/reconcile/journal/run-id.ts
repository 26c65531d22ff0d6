/** The id of a run: `20261123T031400Z-3f2a`, a time in whole seconds and a random suffix. Sorts by time. */

import { randomBytes } from 'node:crypto';

export function isRunId(id: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{4}$/.test(id);
}

/** The time part of an id: later ones are greater. */
export function idTime(id: string): string {
  return id.slice(0, 'YYYYMMDDThhmmssZ'.length);
}

/** In milliseconds since 1970. */
export function idMs(id: string): number {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/.exec(id) ?? [];
  const [year = 0, month = 0, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

/** An id of now, but never earlier than the existing ones: a clock may go back, the order of runs may not. */
export function nextRunId(now: Date, others: readonly string[]): string {
  const last = others
    .filter(isRunId)
    .map(idTime)
    .reduce((latest, time) => (time > latest ? time : latest), '');
  const time = formatTime(now);
  return `${last > time ? (secondAfter(last) ?? time) : time}-${randomBytes(2).toString('hex')}`;
}

function formatTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** `undefined` where an id cannot express that time. */
function secondAfter(time: string): string | undefined {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(time) ?? [];
  const [year = 0, month = 0, day, hour, minute, second = 0] = parts.map(Number);
  const next = new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1));
  return next.getUTCFullYear() > 9999 ? undefined : formatTime(next);
}
