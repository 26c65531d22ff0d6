/** What `--json` prints for a command on several environments. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { type FleetCommand, fleetCommands } from '../../core/fleet.js';
import { driftDocument } from './answers.js';
import { applyDocument, errorDocument, planDocument } from './documents.js';
import { count, type DeepReadonly } from './parts.js';

const ofOneEnvironment = {
  plan: planDocument,
  apply: applyDocument,
  drift: driftDocument,
} as const satisfies Readonly<Record<FleetCommand, unknown>>;

const result = v.union([
  v.object({
    environment: v.string(),
    exitCode: count,
    document: v.pipe(
      v.union(Object.values(ofOneEnvironment)),
      v.description('What the command prints for this environment alone.'),
    ),
  }),
  v.pipe(
    v.object({ environment: v.string(), exitCode: count, error: errorDocument.entries.error }),
    v.description('It stopped before it had a result.'),
  ),
]);

export const environmentsDocument = v.object({
  command: v.picklist([...fleetCommands, 'promote']),
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
  missing: v.optional(
    v.pipe(
      v.object({ indexes: v.array(count), of: count, environments: v.array(v.string()) }),
      v.description('Of report merge: shards whose documents were not given, and their environments.'),
    ),
  ),
  run: v.optional(v.pipe(v.string(), v.description('With waves: what --resume takes.'))),
  waves: v.optional(v.array(v.array(v.string()))),
  wave: v.optional(
    v.pipe(count, v.description('From 1: the environments are those of this wave, as a gate gets them.')),
  ),
  stopped: v.optional(
    v.pipe(
      v.object({ after: v.pipe(count, v.description('The wave, from 1.')), message: v.string() }),
      v.description('Why no further wave began.'),
    ),
  ),
  notAttempted: v.optional(
    v.pipe(v.array(v.string()), v.description('Environments of the waves that were not begun.')),
  ),
  restored: v.optional(v.pipe(v.array(result), v.description('Putting the failed wave back.'))),
  exitCode: v.pipe(count, v.description('The worst of all.')),
});

export type EnvironmentsDocument = DeepReadonly<v.InferOutput<typeof environmentsDocument>>;

export type EnvironmentDocument = EnvironmentsDocument['environments'][number];
