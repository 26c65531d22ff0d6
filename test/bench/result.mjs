/**
 * What a measure hands back, and the one table they all end in.
 *
 * @typedef {object} Result
 * @property {string} measure
 * @property {number} [ratio] ours divided by the peer's; absent where the peer is missing
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
  const rows = [['measure', 'ratio', 'target', '', 'figures (medians)'], ...results.map(cellsOf)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function cellsOf(result) {
  const { measure, ratio, detail } = result;
  return [
    measure,
    ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`,
    targetOf(result),
    judge(result),
    detail,
  ];
}

function targetOf({ target }) {
  if (target === undefined) return '–';
  return 'atMost' in target ? `≤ ${target.atMost} ×` : `≥ ${target.atLeast} ×`;
}

export function ms(milliseconds) {
  return `${milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

export function mb(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
