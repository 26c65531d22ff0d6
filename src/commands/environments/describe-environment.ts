/** How one environment of several ended, for every form of report. */

import type { EnvironmentResult } from '../../report/environments/report.js';
import type { Report } from '../../report/report.js';
import type { RunHeader } from '../../report/run-header.js';
import { describeRun } from '../../report/run-result.js';
import type { Io } from '../io.js';
import { findPlace } from '../known-place.js';
import type { RunEnding } from '../run-ending.js';
import type { SettingsSource } from '../settings.js';

export function describeEnvironment(
  environment: string,
  { command, report, ...ending }: RunEnding & Described,
  source: SettingsSource,
  io: Io,
): EnvironmentResult {
  const place = findPlace(environment, source, io);
  const [part] = describeRun({ ...ending, command, tool: io.tool, folder: '', report, place }).parts;
  if (part === undefined) throw new Error(`${environment} has no result`);
  const shown = report === undefined || report.kind === 'environments' ? undefined : { report };
  return { environment, ...ending, ...shown, part };
}

interface Described {
  readonly command: RunHeader['command'];
  readonly report: Report | undefined;
}
