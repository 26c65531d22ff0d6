/** What `validate` says, as a document. */

import type { ValidateDocument } from '../documents.js';
import { headOf } from '../head-json.js';
import type { ValidateReport } from './report.js';

export function validateDocumentOf(report: ValidateReport): ValidateDocument {
  const { header, extensions, findings, exitCode } = report;
  return { command: 'validate', ...headOf(header), extensions, findings, exitCode };
}
