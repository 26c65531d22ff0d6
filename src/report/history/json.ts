/** What was done before, as a document. */

import { headOf, knownPlaceOf } from '../head-json.js';
import type { HistoryDocument } from './documents.js';
import type { HistoryReport } from './report.js';

export function historyDocumentOf({ header, runs, unreadable, exitCode }: HistoryReport): HistoryDocument {
  return { command: 'history', ...headOf(header), ...knownPlaceOf(header), runs, unreadable, exitCode };
}
