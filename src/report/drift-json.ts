/** Where the tenant departed from the folders, as a document. */

import type { DriftDocument } from './drift-documents.js';
import type { DriftReport } from './drift-report.js';
import { headOf, placeOf } from './head-json.js';

export function driftDocumentOf(report: DriftReport): DriftDocument {
  const { header, source, drift, expired, gone, compared, requests, findings, exitCode } = report;
  return {
    command: 'drift',
    ...headOf(header),
    ...placeOf(header),
    ...{ source, drift, expired, gone, compared, requests, findings, exitCode },
  };
}
