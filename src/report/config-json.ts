/** Every setting of a run, as a document. */

import type { ConfigDocument } from './config-documents.js';
import type { ConfigReport } from './config-report.js';
import { headOf } from './head-json.js';

export function configDocumentOf({ kind: _, header, ...fields }: ConfigReport): ConfigDocument {
  return { command: 'config', ...headOf(header), ...fields };
}
