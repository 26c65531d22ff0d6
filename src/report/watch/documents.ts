/** The lines that `watch --json` prints. As in `documents.ts`, the schema makes the type and the published document. */

import * as v from 'valibot';
import { action, count, type DeepReadonly } from '../document-parts.js';

/** What every line carries beside its event. */
const line = { schemaVersion: v.literal(1), time: v.pipe(v.string(), v.isoTimestamp()) };

export const watchLine = v.variant('event', [
  v.object({
    ...line,
    event: v.literal('watching'),
    extensions: count,
    tenant: v.string(),
    project: v.string(),
  }),
  v.object({
    ...line,
    event: v.literal('synced'),
    name: v.string(),
    action,
    message: v.string(),
    bytes: v.optional(v.pipe(count, v.description('Bytes of the archive that was sent.'))),
    ms: v.pipe(count, v.description('Milliseconds from the save to the verified answer.')),
  }),
  v.pipe(
    v.object({ ...line, event: v.literal('waiting'), name: v.optional(v.string()), message: v.string() }),
    v.description('Half-built: the next save tries again.'),
  ),
  v.pipe(
    v.object({
      ...line,
      event: v.literal('paused'),
      name: v.string(),
      message: v.string(),
      resume: v.optional(v.string()),
    }),
    v.description('Blocked until a person decides; resume is the command that does.'),
  ),
  v.pipe(
    v.object({
      ...line,
      event: v.literal('refused'),
      name: v.optional(v.string()),
      message: v.string(),
      hint: v.optional(v.string()),
    }),
    v.description('The tenant or a rail will not have it.'),
  ),
  v.pipe(
    v.object({ ...line, event: v.literal('offline'), message: v.string() }),
    v.description('The tenant does not answer; tried again without being asked.'),
  ),
  v.object({ ...line, event: v.literal('online') }),
  v.object({
    ...line,
    event: v.literal('config'),
    status: v.picklist(['reloaded', 'rejected']),
    message: v.string(),
  }),
  v.object({ ...line, event: v.literal('hint'), message: v.string() }),
  v.object({ ...line, event: v.literal('stopping'), message: v.string() }),
  v.object({ ...line, event: v.literal('stopped'), synced: count }),
]);

type WatchLine = DeepReadonly<v.InferOutput<typeof watchLine>>;

type WithoutLine<T> = T extends unknown ? Omit<T, 'schemaVersion' | 'time'> : never;

/** One thing that happened. */
export type WatchEvent = WithoutLine<WatchLine>;
