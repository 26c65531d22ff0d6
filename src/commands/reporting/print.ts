/** A report to stdout, in the form that was asked for, and to the files that were. */

import { renderJson } from '../../report/json.js';
import type { Report } from '../../report/report.js';
import { renderText } from '../../report/text.js';
import type { TextOptions } from '../../report/text-options.js';
import type { Io, Sink } from '../io.js';
import type { SharedFlags } from '../options/shared.js';

export function print(report: Report, flags: SharedFlags, io: Io): void {
  io.record?.(report);
  io.stdout.write(
    flags.json === true ? renderJson(report) : renderText(report, textOptions(flags, io.stdout)),
  );
}

export function textOptions({ quiet, verbose }: SharedFlags, { paint }: Sink): TextOptions {
  return { paint, detail: verbose === true ? 'verbose' : quiet === true ? 'quiet' : 'normal' };
}
