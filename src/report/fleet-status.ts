/** What `fleet status` found: versions and how many tenants hold them, who is behind, who could not be reached. */

import type { ExitCode } from '../core/exit-codes.js';
import type { FleetStatus, HeldVersion } from '../core/fleet-status.js';
import { count, listNames } from '../core/format.js';
import type { FleetDocument } from './documents/fleet.js';
import { type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader, type TextOptions } from './text-parts.js';

export interface FleetReport {
  readonly kind: 'fleet';
  /** Without a project or tenant: each environment has its own. */
  readonly header: RunHeader & { readonly command: 'fleet' };
  readonly status: FleetStatus;
  /** Tenants of which nothing is known. */
  readonly unreached: readonly UnreachedEnvironment[];
  readonly exitCode: ExitCode;
}

export interface UnreachedEnvironment {
  readonly environment: string;
  readonly exitCode: ExitCode;
  readonly message: string;
}

export function fleetDocumentOf({ header, status, unreached, exitCode }: FleetReport): FleetDocument {
  const { command, tool } = header;
  return { command, action: 'status', schemaVersion: 1, tool, ...status, unreached, exitCode };
}

const namesShown = 10;

export function renderFleet(
  { header, status, unreached }: FleetReport,
  { paint, detail }: TextOptions,
): string {
  const most = detail === 'verbose' ? Number.POSITIVE_INFINITY : namesShown;
  const behind = status.behind.map(({ environment }) => environment);
  const lines = unreached.map(
    ({ environment, exitCode, message }) =>
      `  ${paint('red', '✗')} ${printable(environment)}  not reached (exit ${exitCode}): ${printable(message.split('\n')[0] ?? '')}\n`,
  );
  return [
    renderHeader(header, paint),
    ...(status.extensions.length === 0 ? [] : ['\n', renderVersions(status, paint)]),
    ...(lines.length === 0 ? [] : ['\n', ...lines]),
    '\n',
    ...(behind.length === 0 ? [] : [`Behind: ${printable(listNames(behind, most))}\n`]),
    ...(status.unlisted.length === 0
      ? []
      : [`Themes unknown, as the key may not list them: ${printable(listNames(status.unlisted, most))}\n`]),
    `${describeFleet(status, unreached)}\n`,
  ].join('');
}

function renderVersions(status: FleetStatus, paint: Paint): string {
  const rows = versionRows(status);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => printable(row.cells[column] ?? '').length)),
  );
  return rows
    .map(({ cells: [name = '', version = '', tenants = '', note = ''], isBehind, isFirst }) => {
      const [a, b, c] = [isFirst ? name : '', version, tenants].map((cell, i) =>
        printable(cell).padEnd(widths[i] ?? 0),
      );
      const line = `  ${a}  ${b}  ${c}  ${paint(isBehind ? 'yellow' : 'dim', note)}`;
      return `${line.trimEnd()}\n`;
    })
    .join('');
}

interface VersionRow {
  /** Name, version, tenants, note. */
  readonly cells: readonly string[];
  readonly isBehind: boolean;
  readonly isFirst: boolean;
}

export function versionRows({ extensions }: FleetStatus): readonly VersionRow[] {
  return extensions.flatMap(({ name, versions, absent }) => [
    ...versions.map((held, index) => ({
      cells: [name, held.version ?? 'no version', count(held.environments.length, 'tenant'), noteOn(held)],
      isBehind: held.behind,
      isFirst: index === 0,
    })),
    ...(absent.length === 0
      ? []
      : [{ cells: [name, 'absent', count(absent.length, 'tenant'), ''], isBehind: false, isFirst: false }]),
  ]);
}

function noteOn({ behind, contents }: HeldVersion): string {
  return [...(behind ? ['behind'] : []), ...(contents > 1 ? [count(contents, 'content')] : [])].join(', ');
}

/** `60 tenants: 6 up to date, 53 behind; 1 not reached.` */
function describeFleet(
  { seen, behind, unlisted }: FleetStatus,
  unreached: readonly UnreachedEnvironment[],
): string {
  const lost = unreached.length === 0 ? '' : `; ${unreached.length} not reached`;
  const unknown = unlisted.length === 0 ? '' : `; themes of ${unlisted.length} unknown`;
  return `${count(seen + unreached.length, 'tenant')}: ${seen - behind.length} up to date, ${behind.length} behind${unknown}${lost}.`;
}
