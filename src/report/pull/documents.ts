/** What `pull --json` prints. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { count, type DeepReadonly, environment, head, leftOutFile, tenant } from '../document-parts.js';

export const pullDocument = v.object({
  command: v.literal('pull'),
  ...head,
  environment,
  tenant,
  pulled: v.array(
    v.object({
      name: v.string(),
      result: v.picklist(['written', 'updated', 'unchanged', 'refused', 'failed', 'not-attempted']),
      folder: v.optional(v.string()),
      version: v.optional(v.string()),
      files: v.optional(count),
      bytes: v.optional(count),
      leftOut: v.array(leftOutFile),
      message: v.optional(v.string()),
      hint: v.optional(v.string()),
    }),
  ),
  passed: v.array(v.object({ name: v.string(), reason: v.string() })),
  exitCode: count,
});

export type PullDocument = DeepReadonly<v.InferOutput<typeof pullDocument>>;
