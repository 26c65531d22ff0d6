/** Every setting of a run, as a document. */

import { headOf } from '../head-json.js';
import type { ConfigDocument } from './documents.js';
import type { ConfigReport } from './report.js';

export function configDocumentOf({ kind: _, header, ...fields }: ConfigReport): ConfigDocument {
  return { command: 'config', ...headOf(header), ...fields };
}
