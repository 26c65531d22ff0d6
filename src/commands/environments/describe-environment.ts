/** How one environment of several ended, for every form of report. */

import type { EnvironmentResult } from '../../report/environments-report.js';
import type { Report } from '../../report/report.js';
import type { RunHeader } from '../../report/run-header.js';
import { describeRun, type ReportParts } from '../../report/run-result.js';
import type { Io } from '../io.js';
import type { RunEnding } from '../run-ending.js';
import type { SettingsSource } from '../settings.js';
import { tenantOf } from './tenant-of.js';

export function describeEnvironment(
  environment: string,
  { command, report, ...ending }: RunEnding & Described,
  source: SettingsSource,
  io: Io,
): EnvironmentResult {
  const [part] = describeRun({ ...ending, command, tool: io.tool, folder: '', report }).parts;
  const shown = report === undefined || report.kind === 'environments' ? undefined : { report };
  return { environment, ...ending, ...shown, part: placed(part, environment, source, io) };
}

interface Described {
  readonly command: RunHeader['command'];
  readonly report: Report | undefined;
}

/** An environment that failed before it was connected has a name and an address all the same. */
function placed(
  part: ReportParts | undefined,
  environment: string,
  source: SettingsSource,
  io: Io,
): ReportParts {
  if (part === undefined) throw new Error(`${environment} has no result`);
  if (part.header.tenant !== undefined) return part;
  const url = tenantOf(environment, source, io) ?? '(no tenant)';
  return { ...part, header: { ...part.header, tenant: { url, environment, source: 'config' } } };
}
