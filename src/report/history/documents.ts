/** The document that `history --json` prints. */

import * as v from 'valibot';
import { action, count, type DeepReadonly, environment, head, source, tenant } from '../document-parts.js';

const pastRun = v.object({
  id: v.string(),
  command: v.string(),
  startedAt: v.string(),
  endedAt: v.optional(v.string()),
  who: v.object({ user: v.string(), host: v.string(), pid: count }),
  project: v.string(),
  environment: v.optional(v.string()),
  tenant: v.string(),
  source,
  plan: v.optional(v.string()),
  result: v.picklist(['ended', 'running', 'died']),
  exitCode: v.optional(count),
  counts: v.object({
    created: count,
    updated: count,
    replaced: count,
    deleted: count,
    failed: count,
    notAttempted: count,
  }),
  changes: v.array(
    v.object({
      name: v.string(),
      action,
      result: v.picklist(['done', 'failed', 'unknown', 'left']),
      message: v.optional(v.string()),
    }),
  ),
  damaged: v.optional(
    v.pipe(v.literal(true), v.description('Its journal is damaged: it did more than is told here.')),
  ),
  undoes: v.optional(v.string()),
  undo: v.optional(v.string()),
});

export const historyDocument = v.object({
  command: v.literal('history'),
  ...head,
  environment: environment,
  tenant: v.pipe(
    v.optional(tenant),
    v.description(
      'Absent where none was chosen: then the runs on all tenants are shown, whatever their project.',
    ),
  ),
  runs: v.pipe(v.array(pastRun), v.description('Newest first.')),
  unreadable: v.array(v.string()),
  exitCode: count,
});

export type HistoryDocument = DeepReadonly<v.InferOutput<typeof historyDocument>>;
