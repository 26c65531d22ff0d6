/** What was checked, as a document. */

import type { DoctorDocument } from './doctor-documents.js';
import type { DoctorReport } from './doctor-report.js';
import { headOf, knownPlaceOf } from './head-json.js';

export function doctorDocumentOf({ header, checks, requests, exitCode }: DoctorReport): DoctorDocument {
  return { command: 'doctor', ...headOf(header), ...knownPlaceOf(header), checks, requests, exitCode };
}
