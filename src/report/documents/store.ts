/** What `unlock --json` and `store --json` print. As in `documents.ts`, the schemas make the types. */

import * as v from 'valibot';
import { count, type DeepReadonly } from './parts.js';

const ticket = v.object({
  name: v.pipe(v.string(), v.description('Of its object in the store.')),
  holder: v.optional(
    v.object({
      command: v.string(),
      host: v.string(),
      pid: count,
      startedAt: v.string(),
      address: v.optional(v.pipe(v.string(), v.description('Where a person can read what it does.'))),
    }),
  ),
  silentSeconds: v.pipe(count, v.description('Since its last sign of life, by the clock of the store.')),
  dead: v.pipe(v.boolean(), v.description('The next run removes it.')),
});

export const unlockDocument = v.object({
  command: v.literal('unlock'),
  schemaVersion: v.literal(1),
  tool: v.string(),
  project: v.string(),
  tenant: v.string(),
  store: v.string(),
  tickets: v.array(ticket),
  removed: v.optional(v.pipe(v.string(), v.description('The name of the ticket that was removed.'))),
  exitCode: count,
});

export type UnlockDocument = DeepReadonly<v.InferOutput<typeof unlockDocument>>;

const storeCheckNames = ['write', 'read', 'list', 'clock', 'remove', 'public'] as const;

const check = v.object({
  name: v.picklist(storeCheckNames),
  status: v.picklist(['ok', 'warning', 'failed', 'unknown']),
  message: v.string(),
  hint: v.optional(v.string()),
});

export const storeDocument = v.variant('action', [
  v.object({
    command: v.literal('store'),
    action: v.literal('check'),
    schemaVersion: v.literal(1),
    tool: v.string(),
    store: v.string(),
    checks: v.array(check),
    exitCode: count,
  }),
  v.object({
    command: v.literal('store'),
    action: v.literal('import'),
    schemaVersion: v.literal(1),
    tool: v.string(),
    store: v.string(),
    runs: v.pipe(count, v.description('Journals that were uploaded.')),
    backups: v.pipe(count, v.description('Archives and records that were uploaded.')),
    known: v.pipe(count, v.description('Journals that the store had already.')),
    unreadable: v.pipe(v.array(v.string()), v.description('Files that are no journals.')),
    exitCode: count,
  }),
]);

export type StoreDocument = DeepReadonly<v.InferOutput<typeof storeDocument>>;
