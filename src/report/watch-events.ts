/** What `watch` tells: one event each, as a line for people or as a line of NDJSON. */

import { formatBytes } from '../core/format.js';
import type { Action } from '../core/model.js';
import { type Paint, printable } from './paint.js';

/** Without the fields that every line carries: `schemaVersion` and `time`. */
export type WatchEvent =
  | {
      readonly event: 'watching';
      readonly extensions: number;
      readonly tenant: string;
      readonly project: string;
    }
  | {
      readonly event: 'synced';
      readonly name: string;
      readonly action: Action;
      readonly message: string;
      /** Bytes of the archive that was sent. */
      readonly bytes?: number;
      /** Milliseconds from the save to the verified answer. */
      readonly ms: number;
    }
  /** Half-built: the next save tries again. */
  | { readonly event: 'waiting'; readonly name?: string; readonly message: string }
  /** Blocked until a person decides; `resume` is the command that does. */
  | { readonly event: 'paused'; readonly name: string; readonly message: string; readonly resume?: string }
  /** The tenant or a rail will not have it; the next save tries again. */
  | { readonly event: 'refused'; readonly name?: string; readonly message: string; readonly hint?: string }
  /** Tried again by itself. */
  | { readonly event: 'offline'; readonly message: string }
  | { readonly event: 'online' }
  | { readonly event: 'config'; readonly status: 'reloaded' | 'rejected'; readonly message: string }
  | { readonly event: 'hint'; readonly message: string }
  | { readonly event: 'stopping'; readonly message: string }
  | { readonly event: 'stopped'; readonly synced: number };

export interface TimedEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly event: WatchEvent;
}

/** One line of NDJSON. */
export function renderEventJson({ time, event }: TimedEvent): string {
  return `${JSON.stringify({ schemaVersion: 1, time, ...event })}\n`;
}

/** One line, or none for what a person need not read. */
export function renderEventText({ time, event }: TimedEvent, paint: Paint): string {
  const clock = paint('dim', new Date(time).toTimeString().slice(0, 8));
  return `${clock}  ${describe(event, paint)}\n`;
}

function describe(event: WatchEvent, paint: Paint): string {
  switch (event.event) {
    case 'watching':
      return `watching ${event.extensions} extensions for ${printable(event.tenant)}; Ctrl-C ends it`;
    case 'synced':
      return `${paint('green', '✓')} ${printable(event.name)}  ${describeSync(event)}`;
    case 'waiting':
      return `${paint('dim', '…')} ${about(event.name)}waiting: ${printable(event.message)}`;
    case 'paused':
      return `${paint('yellow', '‖')} ${printable(event.name)}  paused: ${printable(event.message)}${resume(event.resume)}`;
    case 'refused':
      return `${paint('red', '✗')} ${about(event.name)}${printable(event.message)}${hint(event.hint)}`;
    case 'offline':
      return paint('yellow', `offline: ${printable(event.message)} Trying again until it answers.`);
    case 'online':
      return 'online again';
    case 'config':
      return `config ${event.status}${event.message === '' ? '' : `: ${event.message.split('\n').map(printable).join('\n  ')}`}`;
    case 'hint':
    case 'stopping':
      return printable(event.message);
    case 'stopped':
      return `stopped; ${event.synced} synced`;
  }
}

const past = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  none: 'kept',
} as const;

function describeSync({ action, message, bytes, ms }: WatchEvent & { event: 'synced' }): string {
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
  return `${past[action]}: ${printable(message)}${size}, ${ms} ms`;
}

function about(name: string | undefined): string {
  return name === undefined ? '' : `${printable(name)}  `;
}

function resume(command: string | undefined): string {
  return command === undefined ? '' : `; to go on: ${command}`;
}

function hint(text: string | undefined): string {
  return text === undefined ? '' : ` (${printable(text)})`;
}
