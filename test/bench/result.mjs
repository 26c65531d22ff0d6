/**
 * What a measure hands back, and the one table they all end in.
 *
 * @typedef {object} Result
 * @property {string} measure
 * @property {number} [ratio] ours divided by the peer's; absent where the peer is missing
 * @property {number} [before] the same of the build before (`base.mjs`)
 * @property {number} [bare] the same of a script that does nothing else: what Node cannot go below
 * @property {string} [unit] of these, where they are no ratios
 * @property {{ atMost: number } | { atLeast: number }} [target] absent for what is shown for comparison only
 * @property {string} detail the figures behind the ratio
 */

/** @returns {'ok' | 'missed' | 'skipped' | 'shown'} */
export function judge({ ratio, target }) {
  if (ratio === undefined) return 'skipped';
  if (target === undefined) return 'shown';
  const isMet = 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast;
  return isMet ? 'ok' : 'missed';
}

/** @param {readonly Result[]} results */
export function renderTable(results) {
  const head = ['measure', 'before', 'now', 'bare script', 'target', '', 'figures (medians)'];
  const rows = [head, ...results.map(cellsOf)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function cellsOf(result) {
  const { measure, before, ratio, bare, unit = '×', detail } = result;
  const spell = (figure) => (figure === undefined ? '–' : `${figureOf(figure)} ${unit}`);
  return [measure, spell(before), spell(ratio), spell(bare), targetOf(result), judge(result), detail];
}

function figureOf(figure) {
  return figure >= 20 ? String(Math.round(figure)) : figure.toFixed(2);
}

function targetOf({ target, unit = '×' }) {
  if (target === undefined) return '–';
  return 'atMost' in target ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`;
}

export function ms(milliseconds) {
  return `${milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

export function mb(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
