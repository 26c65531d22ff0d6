/** What the documents of several commands are made of. */

import * as v from 'valibot';

export const severity = v.picklist(['info', 'warning', 'error']);

export const finding = v.object({
  rule: v.string(),
  severity,
  extension: v.optional(v.string()),
  file: v.optional(v.string()),
  line: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  column: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  message: v.string(),
  hint: v.optional(v.string()),
});

/** The identity that every document uses, so that a program can match the one with the other. */
export const name = v.pipe(
  v.string(),
  v.description(
    'Of an extension the stem of its .qext file (kpi-card), of a theme with theme: before it (theme:corporate).',
  ),
);

export const leftOutFile = v.object({
  path: v.string(),
  why: v.picklist(['default', 'ignored', 'dropped-by-qlik', 'own']),
  rule: v.optional(v.string()),
});

export const head = {
  schemaVersion: v.literal(1),
  tool: v.string(),
  project: v.string(),
};

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const action = v.picklist(['create', 'update', 'replace', 'delete', 'none']);

/** What became of one change. */
export const outcomeFields = {
  name: v.string(),
  action,
  status: v.picklist(['done', 'failed', 'not-applied', 'not-attempted']),
  id: v.optional(v.string()),
  bytes: v.optional(count),
  ms: v.optional(count),
};

/** How many changes of each kind. */
export const changeCounts = {
  create: count,
  update: count,
  replace: count,
  delete: count,
  blocked: count,
  unchanged: count,
};

export const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const environment = v.optional(v.string());

export const tenant = v.object({
  url: v.string(),
  identity: v.pipe(v.optional(v.string()), v.description('What a plan is bound to.')),
  source: v.string(),
});

export const source = v.object({
  commit: v.optional(v.string()),
  branch: v.optional(v.string()),
  dirty: v.optional(v.boolean()),
  ci: v.pipe(v.optional(v.string()), v.description("The CI run's address.")),
});

export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };
