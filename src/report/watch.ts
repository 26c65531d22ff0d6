/** The events of `watch`, each as a line of text or of NDJSON. */

import { count, formatBytes } from '../core/format.js';
import type { WatchEvent } from './documents/lines.js';
import { type Paint, printable, toJsonText } from './paint.js';

export type { WatchEvent } from './documents/lines.js';

interface TimedEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly event: WatchEvent;
}

/** One line of NDJSON. */
export function renderEventJson({ time, event }: TimedEvent): string {
  return `${toJsonText({ schemaVersion: 1, time, ...event })}\n`;
}

/** One line. */
export function renderEventText({ time, event }: TimedEvent, paint: Paint): string {
  const clock = paint('dim', new Date(time).toTimeString().slice(0, 8));
  return `${clock}  ${describe(event, paint)}\n`;
}

function describe(event: WatchEvent, paint: Paint): string {
  switch (event.event) {
    case 'watching':
      return `watching ${count(event.extensions, 'extension')} for ${printable(event.tenant)}; ${aboutDeletes(event.deletes)}; Ctrl-C to stop`;
    case 'synced':
      return `${paint('green', '✓')} ${printable(event.name)}  ${describeSync(event)}`;
    case 'waiting':
      return `${paint('dim', '…')} ${about(event.name)}waiting: ${printable(event.message)}`;
    case 'paused':
      return `${paint('yellow', '‖')} ${printable(event.name)}  paused: ${printable(event.message)}${resume(event.resume)}`;
    case 'resumed':
      return `${paint('dim', '·')} ${about(event.name)}no longer ${event.from}`;
    case 'refused':
      return `${paint('red', '✗')} ${about(event.name)}${printable(event.message)}${hint(event.hint)}`;
    case 'offline':
      return paint('yellow', `offline: ${printable(event.message)} Retrying until it answers.`);
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

function aboutDeletes(deletes: 'on' | 'off' | undefined): string {
  return deletes === 'on' ? 'deletes on' : 'deletes off (--prune without names turns them on)';
}

function about(name: string | undefined): string {
  return name === undefined ? '' : `${printable(name)}  `;
}

function resume(command: string | undefined): string {
  return command === undefined ? '' : `; to continue: ${command}`;
}

function hint(text: string | undefined): string {
  return text === undefined ? '' : ` (${printable(text)})`;
}
