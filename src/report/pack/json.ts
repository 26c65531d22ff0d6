/** What `pack` wrote, as a document. */

import type { PackDocument } from '../documents.js';
import { headOf } from '../head-json.js';
import type { PackReport } from './report.js';

export function packDocumentOf({ header, archives, findings, exitCode }: PackReport): PackDocument {
  return { command: 'pack', ...headOf(header), archives, findings, exitCode };
}
