/** What `pull` did, as a document. */

import { headOf, placeOf } from '../head-json.js';
import type { PullDocument } from './documents.js';
import type { PullReport } from './report.js';

export function pullDocumentOf({ header, pulled, passed, exitCode }: PullReport): PullDocument {
  return { command: 'pull', ...headOf(header), ...placeOf(header), pulled, passed, exitCode };
}
