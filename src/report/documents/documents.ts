/**
 * The documents that `--json` prints. These schemas make the types and the published `output.schema.json`;
 * at run time none of this is loaded.
 */

import * as v from 'valibot';
import { applyingCommands } from '../../core/past-run.js';
import { count, type DeepReadonly, digest, finding, head, leftOutFile, outcomeFields } from './parts.js';
import { planFields } from './plan.js';

export const planDocument = v.object({ command: v.literal('plan'), ...planFields });

const outcomes = v.array(
  v.object({
    ...outcomeFields,
    note: v.optional(v.pipe(v.string(), v.description('Done, but not in the usual way.'))),
    overwrote: v.optional(
      v.pipe(v.string(), v.description("Done, and someone else's edit was overwritten.")),
    ),
    error: v.optional(
      v.object({
        message: v.string(),
        hint: v.optional(v.string()),
        status: v.optional(count),
        code: v.optional(v.string()),
        traceId: v.optional(v.string()),
      }),
    ),
  }),
);

export const applyDocument = v.object({
  command: v.picklist(applyingCommands),
  ...planFields,
  promotes: v.optional(
    v.pipe(
      v.object({ environment: v.string(), url: v.string() }),
      v.description('Where the archives of a promote come from.'),
    ),
  ),
  outcomes,
  originOutcomes: v.pipe(v.optional(outcomes), v.description('Of entries of the Content Security Policy.')),
  ms: count,
});

const validateFields = {
  extensions: v.array(
    v.object({
      name: v.string(),
      folder: v.string(),
      version: v.optional(v.string()),
      files: count,
      bytes: count,
      digest,
      leftOut: v.array(leftOutFile),
    }),
  ),
  findings: v.array(finding),
  exitCode: count,
};

export const validateDocument = v.object({ command: v.literal('validate'), ...head, ...validateFields });

/** The config file that was written, and what `validate` says about its folders. */
export const initDocument = v.object({
  command: v.literal('init'),
  ...head,
  file: v.string(),
  config: v.object({
    $schema: v.optional(v.string()),
    project: v.string(),
    extensions: v.array(v.string()),
    ignore: v.optional(v.array(v.string())),
    defaultEnvironment: v.optional(v.string()),
    environments: v.optional(
      v.record(v.string(), v.object({ tenant: v.string(), auth: v.object({ apiKey: v.string() }) })),
    ),
  }),
  notes: v.optional(v.array(v.string())),
  problem: v.optional(v.object({ message: v.string(), hint: v.optional(v.string()) })),
  ...validateFields,
});

export const packDocument = v.object({
  command: v.literal('pack'),
  ...head,
  archives: v.array(
    v.object({
      name: v.string(),
      file: v.string(),
      archiveName: v.string(),
      bytes: count,
      md5: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
      digest,
    }),
  ),
  findings: v.array(finding),
  exitCode: count,
});

const errorKind = v.pipe(
  v.picklist([
    'UserError',
    'ConfigError',
    'SourceError',
    'FindingsError',
    'TenantError',
    'RefusedError',
    'interrupted',
    'bug',
  ]),
  v.description('`interrupted`: by a signal, with exit code 130 · `bug`: in qlik-sync.'),
);

/** What `--json` prints when a run stops before it has a result. */
export const errorDocument = v.object({
  command: v.string(),
  schemaVersion: v.literal(1),
  tool: v.string(),
  error: v.object({
    kind: errorKind,
    message: v.string(),
    hint: v.optional(v.string()),
    status: v.optional(count),
    code: v.optional(v.string()),
    traceId: v.optional(v.string()),
    findings: v.optional(v.array(finding)),
    problems: v.optional(
      v.array(
        v.object({
          path: v.string(),
          message: v.string(),
          line: v.optional(count),
          column: v.optional(count),
          hint: v.optional(v.string()),
        }),
      ),
    ),
  }),
  exitCode: count,
});

export type PlanDocument = DeepReadonly<v.InferOutput<typeof planDocument>>;

export type ApplyDocument = DeepReadonly<v.InferOutput<typeof applyDocument>>;

export type ValidateDocument = DeepReadonly<v.InferOutput<typeof validateDocument>>;

export type PackDocument = DeepReadonly<v.InferOutput<typeof packDocument>>;

export type InitDocument = DeepReadonly<v.InferOutput<typeof initDocument>>;

export type ErrorDocument = DeepReadonly<v.InferOutput<typeof errorDocument>>;
