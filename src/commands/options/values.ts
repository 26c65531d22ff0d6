/** How the values of options are read. Each complaint is commander's to show. */

import { InvalidArgumentError } from 'commander';
import { durationForm, readDuration } from '../../config/duration.js';

/** A repeatable option. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value.normalize('NFC')];
}

/** A repeatable option that narrows: an empty value, of a variable that is not set, would narrow nothing. */
export function collectFilled(value: string, previous: readonly string[] | undefined): readonly string[] {
  if (value.trim() === '') throw new InvalidArgumentError('It takes a value that is not empty.');
  return collect(value, previous);
}

export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}

export function parsePositive(text: string): number {
  const number = parseCount(text);
  if (number < 1) throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
}

export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  return port;
}

/** `90s`, `5m`, `1h` → milliseconds. */
export function parseDuration(text: string): number {
  const duration = readDuration(text);
  if (duration === undefined) throw new InvalidArgumentError(`It takes ${durationForm}.`);
  return duration;
}

export function parsePlanDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('It takes the digest that plan ends with, sha256: and 64 hex digits.');
  return text;
}
