/** Where the tenant departed from the folders, as a document. */

import { headOf, placeOf } from '../head-json.js';
import type { DriftDocument } from './documents.js';
import type { DriftReport } from './report.js';

export function driftDocumentOf(report: DriftReport): DriftDocument {
  const { header, source, drift, expired, gone, compared, requests, findings, exitCode } = report;
  return {
    command: 'drift',
    ...headOf(header),
    ...placeOf(header),
    ...{ source, drift, expired, gone, compared, requests, findings, exitCode },
  };
}
