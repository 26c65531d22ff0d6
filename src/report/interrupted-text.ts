/** What the last run had done, and what is left, where it did not come to its end. */

import { count } from '../core/format.js';
import type { Interruption, RunChange } from '../core/past-run.js';
import { printable } from './paint.js';

export function renderInterrupted(run: Interruption): string {
  const { command, id, startedAt, who } = run;
  const lines = [
    `The last run did not come to its end: ${command} ${id} of ${startedAt}, by ${who.user} on ${who.host} (pid ${who.pid}).`,
    ...listOf('verified', run.done),
    ...listOf('failed', run.failed),
    ...listOf('not known', run.unknown),
    ...listOf('left', run.left),
    ...listReplaces(run.halfReplaced),
    'This run starts from what the tenant holds now.',
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** Enough to know it again; the journal has all of them. */
const mostNames = 10;

function listOf(what: string, changes: readonly RunChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const named = changes.slice(0, mostNames).map(({ name, action }) => `${action} ${name}`);
  const more = changes.length > mostNames ? [`${changes.length - mostNames} more`] : [];
  return [`  ${what}: ${[...named, ...more].join(', ')}`];
}

function listReplaces(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`  ${count(names.length, 'replace')} half done (deleted, not created again): ${names.join(', ')}`];
}
