/** What was done before, as a document. */

import { headOf, knownPlaceOf } from './head-json.js';
import type { HistoryDocument } from './history-documents.js';
import type { HistoryReport } from './history-report.js';

export function historyDocumentOf({ header, runs, unreadable, exitCode }: HistoryReport): HistoryDocument {
  return { command: 'history', ...headOf(header), ...knownPlaceOf(header), runs, unreadable, exitCode };
}
