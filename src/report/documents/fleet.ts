/** What `fleet status --json` prints. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { kinds } from '../../core/kind.js';
import { count, type DeepReadonly } from './parts.js';

const environments = v.pipe(v.array(v.string()), v.description('By name.'));

export const fleetDocument = v.object({
  command: v.literal('fleet'),
  action: v.literal('status'),
  schemaVersion: v.literal(1),
  tool: v.string(),
  seen: v.pipe(count, v.description('How many tenants answered.')),
  extensions: v.array(
    v.object({
      name: v.string(),
      kind: v.picklist(kinds),
      versions: v.pipe(
        v.array(
          v.object({
            version: v.optional(v.string()),
            environments,
            contents: v.pipe(count, v.description('How many different contents go by this version.')),
            behind: v.pipe(v.boolean(), v.description('Older than the newest of the fleet.')),
          }),
        ),
        v.description('Newest first; those that cannot be ordered come last.'),
      ),
      absent: v.pipe(v.array(v.string()), v.description('Environments that do not hold it.')),
    }),
  ),
  behind: v.array(v.object({ environment: v.string(), extensions: v.array(v.string()) })),
  unlisted: v.pipe(
    v.array(v.string()),
    v.description('Environments whose themes are unknown, as their key may not list them.'),
  ),
  unreached: v.pipe(
    v.array(v.object({ environment: v.string(), exitCode: count, message: v.string() })),
    v.description('Nothing is known of what these hold; they count neither as behind nor as up to date.'),
  ),
  exitCode: count,
});

export type FleetDocument = DeepReadonly<v.InferOutput<typeof fleetDocument>>;
