/**
 * NDJSON lines: the records of `QLIK_SYNC_OUTPUT_FILE` and the events of `watch --json`. As in `documents.ts`, the schemas
 * make the types and the published schema.
 */

import * as v from 'valibot';
import { action, changeCounts, count, type DeepReadonly, outcomeFields } from './parts.js';

/** What every record has. */
const line = {
  schemaVersion: v.literal(1),
  command: v.string(),
  environment: v.optional(v.string()),
  tenant: v.optional(v.string()),
};

export const outputRecord = v.variant('record', [
  v.pipe(
    v.object({
      ...line,
      record: v.literal('change'),
      name: v.string(),
      action,
      state: v.string(),
      reason: v.string(),
      message: v.string(),
      blocked: v.optional(v.pipe(v.string(), v.description('The rail.'))),
      lift: v.optional(v.string()),
    }),
    v.description('A decision that changes, blocks or keeps something.'),
  ),
  v.object({
    ...line,
    record: v.literal('outcome'),
    ...outcomeFields,
    message: v.optional(v.pipe(v.string(), v.description('Why it was not done.'))),
    overwrote: v.optional(v.string()),
  }),
  v.object({
    ...line,
    record: v.literal('drift'),
    name: v.string(),
    kind: v.string(),
    alarm: v.picklist(['new', 'known', 'ignored']),
    message: v.string(),
  }),
  v.pipe(
    v.object({
      schemaVersion: v.literal(1),
      command: v.string(),
      record: v.literal('summary'),
      tool: v.string(),
      exitCode: count,
      counts: v.object({
        ...changeCounts,
        changes: count,
        failed: count,
        errors: count,
        warnings: count,
      }),
      runs: v.array(
        v.object({
          project: v.optional(v.string()),
          environment: v.optional(v.string()),
          tenant: v.optional(v.string()),
          digest: v.optional(v.string()),
          exitCode: count,
          error: v.optional(v.object({ message: v.string(), hint: v.optional(v.string()) })),
        }),
      ),
    }),
    v.description('The last line of a run.'),
  ),
]);

export type OutputRecord = DeepReadonly<v.InferOutput<typeof outputRecord>>;

/** What every event has. */
const eventLine = { schemaVersion: v.literal(1), time: v.pipe(v.string(), v.isoTimestamp()) };

export const watchLine = v.variant('event', [
  v.object({
    ...eventLine,
    event: v.literal('watching'),
    extensions: count,
    tenant: v.string(),
    project: v.string(),
    deletes: v.optional(
      v.pipe(v.picklist(['on', 'off']), v.description('Whether what is gone from the folders is deleted.')),
    ),
  }),
  v.object({
    ...eventLine,
    event: v.literal('synced'),
    name: v.string(),
    action,
    message: v.string(),
    bytes: v.optional(v.pipe(count, v.description('Bytes of the archive that was sent.'))),
    ms: v.pipe(count, v.description('Milliseconds from the save to the verified answer.')),
  }),
  v.pipe(
    v.object({
      ...eventLine,
      event: v.literal('waiting'),
      name: v.optional(v.string()),
      message: v.string(),
    }),
    v.description('Half-built output, tried again at the next save; or a delete that waits.'),
  ),
  v.pipe(
    v.object({
      ...eventLine,
      event: v.literal('paused'),
      name: v.string(),
      message: v.string(),
      resume: v.optional(v.string()),
    }),
    v.description('Blocked until a person decides; resume is the command that allows it.'),
  ),
  v.pipe(
    v.object({
      ...eventLine,
      event: v.literal('resumed'),
      name: v.optional(v.string()),
      from: v.picklist(['waiting', 'paused']),
    }),
    v.description('It no longer waits or is paused, and there is nothing to write for it.'),
  ),
  v.pipe(
    v.object({
      ...eventLine,
      event: v.literal('refused'),
      name: v.optional(v.string()),
      message: v.string(),
      hint: v.optional(v.string()),
    }),
    v.description('The tenant or a rail refuses it.'),
  ),
  v.pipe(
    v.object({ ...eventLine, event: v.literal('offline'), message: v.string() }),
    v.description('The tenant does not answer; watch retries on its own.'),
  ),
  v.object({ ...eventLine, event: v.literal('online') }),
  v.object({
    ...eventLine,
    event: v.literal('config'),
    status: v.picklist(['reloaded', 'rejected']),
    message: v.string(),
  }),
  v.object({ ...eventLine, event: v.literal('hint'), message: v.string() }),
  v.object({ ...eventLine, event: v.literal('stopping'), message: v.string() }),
  v.object({ ...eventLine, event: v.literal('stopped'), synced: count }),
]);

type WatchLine = DeepReadonly<v.InferOutput<typeof watchLine>>;

type WithoutLine<T> = T extends unknown ? Omit<T, 'schemaVersion' | 'time'> : never;

/** One thing that happened. */
export type WatchEvent = WithoutLine<WatchLine>;
