/** A plan as a person reads it. The two closing lines are a documented format. */

import type { Change, Plan } from '../../core/model.js';
import { type ChangeKind, changeKinds, describeChange, kindOf } from '../change-words.js';
import { type Paint, printable, type Style } from '../paint.js';

interface Row {
  readonly symbol: string;
  readonly style: Style;
}

const rows = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  replace: { symbol: '±', style: 'magenta' },
  delete: { symbol: '-', style: 'red' },
  blocked: { symbol: '!', style: 'red' },
  kept: { symbol: '=', style: 'dim' },
} as const satisfies Record<ChangeKind, Row>;

/** Changes to make, in the order of their kinds, then blocked and kept ones. Names in sync are only counted. */
export function renderChanges(decided: readonly Change[], paint: Paint): string {
  const changes = decided.flatMap(joinRename);
  const width = Math.max(
    14,
    ...changes.filter((change) => kindOf(change) !== undefined).map((change) => nameOf(change).length),
  );
  const lines = changeKinds.flatMap((kind) =>
    changes
      .filter((change) => kindOf(change) === kind)
      .map((change) => renderChange(change, rows[kind], width, paint)),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The two sides of a rename are one change of identity, shown where the new name stands. */
function joinRename(change: Change): readonly Change[] {
  return change.rename !== undefined && 'to' in change.rename ? [] : [change];
}

function nameOf({ name, rename }: Change): string {
  return printable(rename !== undefined && 'from' in rename ? `${rename.from} → ${name}` : name);
}

function verbOf({ action, rename }: Change): string {
  if (rename !== undefined) return 'rename';
  return action === 'none' ? 'keep' : action;
}

function renderChange(change: Change, row: Row, width: number, paint: Paint): string {
  const name = nameOf(change).padEnd(width);
  const action = verbOf(change).padEnd(7);
  const warning =
    change.warning === undefined
      ? ''
      : `          ${paint('yellow', `warning: ${printable(change.warning)}`)}`;
  return `  ${paint(row.style, `${row.symbol} ${name}  ${action}`)}  ${printable(describeChange(change))}${warning}`;
}

/** `Plan: 1 to create, …` and `11 requests (…) … Plan sha256:…`. */
export function renderClosingLines({ summary, requests, digest }: Plan): string {
  const counts = [
    `${summary.create} to create`,
    `${summary.update} to update`,
    `${summary.replace} to replace`,
    `${summary.delete} to delete`,
    `${summary.blocked} blocked`,
    `${summary.unchanged} unchanged`,
    `${summary.kept} kept`,
    `${summary.notSelected} not selected`,
    `${summary.unmanaged} unmanaged`,
  ];
  const { tier1, tier2, estimatedSeconds } = requests;
  const total = tier1 + tier2;
  const cost = `${total} ${total === 1 ? 'request' : 'requests'} (${tier1} ${tier1 === 1 ? 'read' : 'reads'}, ${tier2} ${tier2 === 1 ? 'write' : 'writes'})`;
  return `Plan: ${counts.join(', ')}.\n${cost}, about ${estimatedSeconds} s under Qlik's limits. Plan ${digest}\n`;
}
