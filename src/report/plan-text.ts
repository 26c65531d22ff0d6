/** A plan as a person reads it. The two closing lines are a documented format. */

import type { Change, Plan } from '../core/model.js';
import { type Paint, printable, type Style } from './paint.js';

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
} as const satisfies Record<string, Row>;

type RowKind = keyof typeof rows;

/** Changes to make, in the order of their kinds, then blocked and kept ones. Names in sync are only counted. */
export function renderChanges(changes: readonly Change[], paint: Paint): string {
  const width = Math.max(
    14,
    ...changes.filter((change) => kindOf(change) !== undefined).map(({ name }) => printable(name).length),
  );
  const lines = (Object.keys(rows) as RowKind[]).flatMap((kind) =>
    changes
      .filter((change) => kindOf(change) === kind)
      .map((change) => renderChange(change, rows[kind], width, paint)),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function kindOf(change: Change): RowKind | undefined {
  if (change.blocked !== undefined) return 'blocked';
  if (change.action !== 'none') return change.action;
  return change.reason === 'kept' || change.reason === 'not-deployable' ? 'kept' : undefined;
}

function renderChange(change: Change, row: Row, width: number, paint: Paint): string {
  const name = printable(change.name).padEnd(width);
  const action = (change.action === 'none' ? 'keep' : change.action).padEnd(7);
  const warning =
    change.warning === undefined
      ? ''
      : `          ${paint('yellow', `warning: ${printable(change.warning)}`)}`;
  return `  ${paint(row.style, `${row.symbol} ${name}  ${action}`)}  ${describe(change)}${warning}`;
}

function describe(change: Change): string {
  const { blocked } = change;
  if (blocked === undefined) return printable(change.message);
  const wayOut = blocked.lift === undefined ? '' : `; ${blocked.lift} ${blocked.effect ?? 'lifts it'}`;
  return printable(`blocked: ${blocked.message}${wayOut}`);
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
