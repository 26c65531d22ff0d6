/** What `init` wrote, as a document. */

import type { InitDocument } from '../documents.js';
import { headOf } from '../head-json.js';
import type { InitReport } from './report.js';

export function initDocumentOf({ header, file, config, validation, exitCode }: InitReport): InitDocument {
  const head = { command: 'init', ...headOf(header), file, config } as const;
  if (validation.kind === 'validate') {
    const { extensions, findings } = validation;
    return { ...head, extensions, findings, exitCode };
  }
  const { message, hint } = validation;
  const problem = { message, ...(hint !== undefined && { hint }) };
  return { ...head, problem, extensions: [], findings: [], exitCode };
}
