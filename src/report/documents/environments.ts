/** What `--json` prints for a command on several environments. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import {
  type ConfigDocument,
  type DoctorDocument,
  type DriftDocument,
  driftDocument,
  type HistoryDocument,
  type ImpactDocument,
  type PullDocument,
} from './answers.js';
import {
  type ApplyDocument,
  applyDocument,
  errorDocument,
  type InitDocument,
  type PackDocument,
  type PlanDocument,
  planDocument,
  type ValidateDocument,
} from './documents.js';
import { count, type DeepReadonly } from './parts.js';

const result = v.union([
  v.object({
    environment: v.string(),
    exitCode: count,
    document: v.pipe(
      v.union([planDocument, applyDocument, driftDocument]),
      v.description('What the command prints for this environment alone.'),
    ),
  }),
  v.pipe(
    v.object({ environment: v.string(), exitCode: count, error: errorDocument.entries.error }),
    v.description('It stopped before it had a result.'),
  ),
]);

export const environmentsDocument = v.object({
  command: v.picklist(['plan', 'apply', 'drift', 'promote']),
  schemaVersion: v.literal(1),
  tool: v.string(),
  environments: v.pipe(v.array(result), v.description('In the order they were given.')),
  shard: v.optional(
    v.object({
      index: count,
      of: count,
      elsewhere: v.pipe(v.array(v.string()), v.description('The environments of the other shards.')),
    }),
  ),
  waves: v.optional(v.array(v.array(v.string()))),
  notAttempted: v.optional(
    v.pipe(v.array(v.string()), v.description('Environments of the waves after the one that failed.')),
  ),
  restored: v.optional(v.pipe(v.array(result), v.description('Putting the failed wave back.'))),
  exitCode: v.pipe(count, v.description('The worst of all.')),
});

export type EnvironmentsDocument = DeepReadonly<v.InferOutput<typeof environmentsDocument>>;

export type EnvironmentDocument = EnvironmentsDocument['environments'][number];

export type OutputDocument =
  | PlanDocument
  | ApplyDocument
  | ValidateDocument
  | PackDocument
  | InitDocument
  | PullDocument
  | DriftDocument
  | HistoryDocument
  | ConfigDocument
  | DoctorDocument
  | ImpactDocument
  | EnvironmentsDocument;
