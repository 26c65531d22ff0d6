/** What `drift --json` prints and `--baseline` reads. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { driftKinds } from '../../core/drift.js';
import { count, type DeepReadonly, environment, finding, head, source, tenant } from '../document-parts.js';
import { actual, desired } from '../plan/parts.js';

const kind = v.pipe(
  v.picklist(driftKinds),
  v.description('changed-locally: the tenant still holds what this project put there; the folder moved on.'),
);
const date = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));

export const driftDocument = v.object({
  command: v.literal('drift'),
  ...head,
  environment,
  tenant,
  source,
  drift: v.array(
    v.object({
      name: v.string(),
      kind,
      message: v.string(),
      alarm: v.pipe(
        v.picklist(['new', 'known', 'ignored']),
        v.description('Only new ones make exit code 2.'),
      ),
      ignored: v.optional(v.object({ reason: v.string(), until: date })),
      folder: v.optional(desired),
      tenant: v.optional(actual),
    }),
  ),
  expired: v.pipe(
    v.array(v.object({ name: v.string(), reason: v.string(), until: date })),
    v.description('Entries of driftIgnore that hide nothing any more.'),
  ),
  gone: v.pipe(
    v.array(v.object({ name: v.string(), kind })),
    v.description('In the baseline, and no longer so.'),
  ),
  compared: count,
  requests: count,
  findings: v.array(finding),
  exitCode: count,
});

export type DriftDocument = DeepReadonly<v.InferOutput<typeof driftDocument>>;
