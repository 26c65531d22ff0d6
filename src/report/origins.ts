/** What a plan says about origins: the tenant's Content Security Policy against what the config declares. */

import { describeSwitches } from '../core/origins/csp.js';
import {
  type MissingOrigin,
  type OriginBudget,
  type OriginChange,
  type OriginsPlan,
  pairOrigins,
} from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { describeOutcome } from './change-words.js';
import { type Mark, type Paint, printable } from './paint.js';

/** One line of it. Raw text: it may hold what a person wrote on the tenant. */
interface OriginRow {
  readonly name: string;
  readonly verb: 'missing' | 'blocked' | 'keep' | 'unknown' | OriginChange['action'];
  readonly words: readonly string[];
}

/** @param outcomes in the order in which entries are written */
export function describeOrigins(
  origins: OriginsPlan | undefined,
  outcomes?: readonly Outcome[],
): readonly OriginRow[] {
  if (origins === undefined) return [];
  if (origins.notLookedAt !== undefined) {
    return [{ name: 'not looked at', verb: 'unknown', words: [origins.notLookedAt] }];
  }
  const changed = new Set(origins.changes.map(({ name }) => name));
  // A host may have several changes.
  const ended = new Map(pairOrigins({ origins }, outcomes));
  return [
    ...origins.changes.map((change) => describeChange(change, ended.get(change))),
    ...origins.missing.filter(({ name }) => !changed.has(name)).map(describeMissing),
    ...origins.kept.map(
      (name): OriginRow => ({
        name,
        verb: 'keep',
        words: ['opens more than is declared; --prune closes that'],
      }),
    ),
  ];
}

function describeChange(
  { name, action, message, blocked }: OriginChange,
  outcome: Outcome | undefined,
): OriginRow {
  if (blocked !== undefined) {
    const lift = blocked.lift === undefined ? '' : `; ${blocked.lift} lifts it`;
    return { name, verb: 'blocked', words: [`${blocked.message}${lift}`] };
  }
  return {
    name,
    verb: action,
    words: [message, ...(outcome === undefined ? [] : [describeOutcome(outcome)])],
  };
}

/** The command is a line of its own, to be copied. */
function describeMissing({ name, switches, extensions, present, command }: MissingOrigin): OriginRow {
  const lacks = `${describeSwitches(switches)} for ${extensions.join(', ')}`;
  const there = present === undefined ? '' : `; the entry that is there (${present.id}) lacks it`;
  return { name, verb: 'missing', words: [`${lacks}${there}`, command] };
}

/** `4,812 of 6,144 characters, 31 of 256 entries; this adds 96 and 1`. */
function describeBudget({ entries, characters }: OriginBudget): string {
  const number = (n: number): string => n.toLocaleString('en-US');
  const header =
    characters.now === undefined
      ? `a header of at most ${number(characters.limit)} characters`
      : `${number(characters.now)} of ${number(characters.limit)} characters`;
  const adds = [
    ...(characters.adds === 0 ? [] : [`about ${number(characters.adds)} characters`]),
    ...(entries.adds === 0 ? [] : [`${entries.adds} ${entries.adds === 1 ? 'entry' : 'entries'}`]),
  ];
  const over =
    (characters.now ?? 0) + characters.adds > characters.limit
      ? ', which is probably more than the tenant takes'
      : '';
  const added = adds.length === 0 ? '' : `; this adds ${adds.join(' and ')}${over}`;
  return `${header}, ${entries.now} of ${entries.limit} entries${added}`;
}

/** How far the tenant opens what is declared, in one sentence; empty if nothing is declared and no entry of ours exists. */
export function summariseOrigins({ notLookedAt, declared, missing, budget }: OriginsPlan): string {
  if (notLookedAt !== undefined) return `not looked at: ${notLookedAt}`;
  if (declared === 0)
    return `entries of this project${budget === undefined ? '' : `; ${describeBudget(budget)}`}`;
  const open = declared - missing.length;
  const used = budget === undefined ? '' : `; ${describeBudget(budget)}`;
  return `the tenant opens ${open} of ${declared} declared ${declared === 1 ? 'host' : 'hosts'}${used}`;
}

const marks: Readonly<Record<OriginRow['verb'], Mark>> = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  delete: { symbol: '-', style: 'red' },
  blocked: { symbol: '!', style: 'red' },
  missing: { symbol: '!', style: 'yellow' },
  unknown: { symbol: '?', style: 'yellow' },
  keep: { symbol: '=', style: 'dim' },
};

/** Empty if there is nothing to say. */
export function renderOrigins(origins: OriginsPlan | undefined, paint: Paint): string {
  const described = describeOrigins(origins);
  if (origins === undefined || described.length === 0) return '';
  if (origins.notLookedAt !== undefined)
    return `Content Security Policy: ${printable(summariseOrigins(origins))}\n`;
  const width = Math.max(14, ...described.map(({ name }) => printable(name).length));
  const lines = described.map(({ name, verb, words: [first = '', ...others] }) => {
    const { symbol, style } = marks[verb];
    const head = paint(style, `${symbol} ${printable(name).padEnd(width)}  ${verb.padEnd(7)}`);
    return `  ${head}  ${printable(first)}\n${others.map((each) => `      ${printable(each)}\n`).join('')}`;
  });
  return `Content Security Policy: ${printable(summariseOrigins(origins))}\n${lines.join('')}`;
}
