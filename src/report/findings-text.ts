/** What the rules say, at places a person can open. */

import type { Finding } from '../core/model.js';
import { type Paint, printable } from './paint.js';
import type { TextOptions } from './text-options.js';

const severityStyle = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

export function renderFindings(findings: readonly Finding[], { paint, detail }: TextOptions): string {
  const shown = findings.filter(({ severity }) => severity !== 'info' || detail !== 'quiet');
  return shown.map((finding) => renderFinding(finding, paint)).join('');
}

function renderFinding(finding: Finding, paint: Paint): string {
  const { file, line, column, severity, message, rule, hint, extension } = finding;
  const place =
    file === undefined ? extension : [file, line, column].filter((part) => part !== undefined).join(':');
  const prefix = place === undefined ? '' : `${printable(place)}: `;
  const head = `${prefix}${paint(severityStyle[severity], severity)}: ${printable(message)} ${paint('dim', `[${rule}]`)}\n`;
  return hint === undefined ? head : `${head}  ${printable(hint)}\n`;
}
