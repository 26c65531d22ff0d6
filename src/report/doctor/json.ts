/** What was checked, as a document. */

import { headOf, knownPlaceOf } from '../head-json.js';
import type { DoctorDocument } from './documents.js';
import type { DoctorReport } from './report.js';

export function doctorDocumentOf({ header, checks, requests, exitCode }: DoctorReport): DoctorDocument {
  return { command: 'doctor', ...headOf(header), ...knownPlaceOf(header), checks, requests, exitCode };
}
