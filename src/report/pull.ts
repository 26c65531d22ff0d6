/** What `pull` wrote to folders, and what it could not. */

import type { ExitCode } from '../core/exit-codes.js';
import { count, formatBytes, listNames } from '../core/format.js';
import type { Pulled } from '../core/pulled.js';
import { shellWord } from '../core/shell-word.js';
import type { PullDocument } from './documents/answers.js';
import { headOf, placeOf } from './json-parts.js';
import { joinBlocks, type Mark, type Paint, printable } from './paint.js';
import { commandLine } from './resume-command.js';
import type { RunHeader } from './run-header.js';
import { renderHeader, type TextOptions } from './text-parts.js';

export interface PullReport {
  readonly kind: 'pull';
  readonly header: RunHeader;
  /** By name. */
  readonly pulled: readonly Pulled[];
  /** What no name selected, with the reason. */
  readonly passed: readonly { readonly name: string; readonly reason: string }[];
  /** Names or globs of what is in the folders now and belongs to no project. */
  readonly adopt: readonly string[];
  readonly exitCode: ExitCode;
}

export function pullDocumentOf({ header, pulled, passed, exitCode }: PullReport): PullDocument {
  return { command: 'pull', ...headOf(header), ...placeOf(header), pulled, passed, exitCode };
}

const marks: Readonly<Record<Pulled['result'], Mark>> = {
  written: { symbol: '+', style: 'green' },
  updated: { symbol: '~', style: 'yellow' },
  unchanged: { symbol: '=', style: 'dim' },
  refused: { symbol: '!', style: 'red' },
  failed: { symbol: '✗', style: 'red' },
  'not-attempted': { symbol: '·', style: 'yellow' },
};

export function renderPull(report: PullReport, { paint, detail }: TextOptions): string {
  return joinBlocks([
    renderHeader(report.header, paint),
    renderPulled(report, paint),
    renderPassed(report, detail),
    `${renderClosing(report)}${renderNext(report)}`,
  ]);
}

function renderPulled({ pulled }: PullReport, paint: Paint): string {
  const width = Math.max(14, ...pulled.map(({ name }) => printable(name).length));
  return pulled.map((extension) => renderOne(extension, width, paint)).join('');
}

function renderOne(extension: Pulled, width: number, paint: Paint): string {
  const { name, result, hint, leftOut } = extension;
  const { symbol, style } = marks[result];
  const word = result.replace('-', ' ').padEnd(9);
  const head = `  ${paint(style, `${symbol} ${printable(name).padEnd(width)}  ${word}`)}  ${describe(extension)}\n`;
  const hidden = leftOut.length === 0 ? '' : `    ${describeLeftOut(leftOut)}\n`;
  return `${head}${hidden}${hint === undefined ? '' : `    ${printable(hint)}\n`}`;
}

function describe({ folder, version, files, bytes, message }: Pulled): string {
  const parts = [
    folder,
    version,
    files === undefined ? undefined : count(files, 'file'),
    bytes === undefined ? undefined : formatBytes(bytes),
  ].filter((part) => part !== undefined);
  const place = parts.map(printable).join(', ');
  return [place, ...(message === undefined ? [] : [printable(message)])].filter(Boolean).join(': ');
}

const mostNamed = 5;

function describeLeftOut(leftOut: Pulled['leftOut']): string {
  const paths = leftOut.map(({ path }) => printable(path));
  return `not written, because an upload would leave them out: ${listNames(paths, mostNamed)}`;
}

function renderClosing({ pulled, passed }: PullReport): string {
  const number = (result: Pulled['result']): number =>
    pulled.filter((extension) => extension.result === result).length;
  const counts = `${number('written')} written, ${number('updated')} updated, ${number('unchanged')} unchanged`;
  const troubles = `${number('refused')} refused, ${number('failed')} failed, ${number('not-attempted')} not attempted`;
  return `Pulled: ${counts}, ${troubles}, ${passed.length} not selected.\n`;
}

/** Otherwise a plan blocks them. */
function renderNext({ adopt, header }: PullReport): string {
  if (adopt.length === 0) return '';
  const command = commandLine(['adopt', ...adopt.map(shellWord)], header.tenant ?? {});
  return `To make them this project's: ${printable(command)}\n`;
}

/** By reason: a hundred bundled extensions take one line. */
function renderPassed({ passed }: PullReport, detail: TextOptions['detail']): string {
  if (detail === 'quiet') return '';
  const reasons = [...new Set(passed.map(({ reason }) => reason))];
  return reasons
    .map((reason) => {
      const names = passed.filter((each) => each.reason === reason).map(({ name }) => printable(name));
      const list = detail === 'verbose' ? names.join(', ') : listNames(names, mostNamed);
      return `${names.length} ${printable(reason)}: ${list}\n`;
    })
    .join('');
}
