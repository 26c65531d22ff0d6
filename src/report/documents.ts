/**
 * The documents that `--json` prints. These schemas make the types and the published `output.schema.json`;
 * at run time nothing of them is loaded.
 */

import * as v from 'valibot';
import type { ConfigDocument } from './config-documents.js';
import type { DoctorDocument } from './doctor-documents.js';
import type { DriftDocument } from './drift-documents.js';
import type { EnvironmentsDocument } from './environments-documents.js';
import type { HistoryDocument } from './history-documents.js';
import type { ImpactDocument } from './impact-documents.js';
import { impactPart } from './impact-part.js';
import { planRequest } from './plan-request.js';
import type { PullDocument } from './pull-documents.js';

const severity = v.picklist(['info', 'warning', 'error']);

const finding = v.object({
  rule: v.string(),
  severity,
  extension: v.optional(v.string()),
  file: v.optional(v.string()),
  line: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  column: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  message: v.string(),
  hint: v.optional(v.string()),
});

const leftOutFile = v.object({
  path: v.string(),
  why: v.picklist(['default', 'ignored', 'dropped-by-qlik']),
});

const head = {
  schemaVersion: v.literal(1),
  tool: v.string(),
  project: v.string(),
};

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const action = v.picklist(['create', 'update', 'replace', 'delete', 'none']);
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const desired = v.object({ digest, version: v.optional(v.string()), files: count, bytes: count });

const actual = v.object({
  id: v.string(),
  digest: v.optional(v.string()),
  md5: v.optional(v.string()),
  version: v.optional(v.string()),
  revision: v.optional(v.string()),
  updatedAt: v.optional(v.string()),
  userId: v.optional(v.string()),
  archiveName: v.optional(v.string()),
  tags: v.optional(v.array(v.string())),
});

const change = v.object({
  name: v.string(),
  action,
  state: v.picklist([
    'missing',
    'in-sync',
    'changed',
    'unmarked',
    'drifted',
    'disowned',
    'unmanaged',
    'foreign',
    'orphan',
    'skipped',
  ]),
  reason: v.string(),
  message: v.string(),
  warning: v.optional(v.string()),
  blocked: v.optional(
    v.object({
      rail: v.string(),
      message: v.string(),
      lift: v.optional(v.string()),
      effect: v.optional(v.string()),
    }),
  ),
  desired: v.optional(desired),
  actual: v.optional(actual),
  rename: v.optional(v.union([v.object({ to: v.string() }), v.object({ from: v.string() })])),
  write: v.optional(
    v.object({
      carries: v.picklist(['file-and-data', 'data']),
      tags: v.array(v.string()),
      archiveName: v.optional(v.string()),
    }),
  ),
});

const fileSide = v.object({ bytes: count, sha256: digest });

const comparison = v.pipe(
  v.object({
    name: v.string(),
    files: v.array(
      v.object({
        path: v.string(),
        kind: v.picklist(['added', 'changed', 'removed']),
        before: v.optional(fileSide),
        after: v.optional(fileSide),
        patch: v.optional(v.string()),
        noPatch: v.optional(v.picklist(['binary', 'minified', 'large'])),
      }),
    ),
    manifest: v.array(
      v.object({ field: v.string(), before: v.optional(v.string()), after: v.optional(v.string()) }),
    ),
    unavailable: v.optional(v.string()),
  }),
  v.description('From the tenant (before) to the folder (after); with --diff.'),
);

const environment = v.optional(v.string());
const tenant = v.object({
  url: v.string(),
  identity: v.pipe(v.optional(v.string()), v.description('What a plan is bound to.')),
  source: v.string(),
});
const source = v.object({
  commit: v.optional(v.string()),
  branch: v.optional(v.string()),
  dirty: v.optional(v.boolean()),
  ci: v.pipe(v.optional(v.string()), v.description("The CI run's address.")),
});

/** For the documents of other files. */
export const documentHead = head;
export const planParts = { count, desired, actual, finding, leftOutFile, tenant, environment, source };

const planFields = {
  ...head,
  environment,
  tenant,
  source,
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  summary: v.object({
    create: count,
    update: count,
    replace: count,
    delete: count,
    blocked: count,
    unchanged: count,
    kept: count,
    notSelected: count,
    unmanaged: count,
  }),
  requests: v.object({ tier1: count, tier2: count, estimatedSeconds: count }),
  changes: v.array(change),
  findings: v.array(finding),
  leftOut: v.array(v.object({ extension: v.string(), files: v.array(leftOutFile) })),
  refusals: v.array(v.object({ message: v.string(), hint: v.string() })),
  backups: v.optional(
    v.pipe(
      v.union([v.literal('off'), v.object({ stored: count, download: count })]),
      v.description('Copies of what would be overwritten or deleted.'),
    ),
  ),
  comparisons: v.optional(v.array(comparison)),
  impact: v.optional(impactPart),
  request: v.pipe(v.optional(planRequest), v.description('How it was asked for.')),
  exitCode: count,
};

export const planDocument = v.object({ command: v.literal('plan'), ...planFields });

export const applyDocument = v.object({
  command: v.picklist(['apply', 'rollback', 'adopt', 'promote']),
  ...planFields,
  undoes: v.optional(v.pipe(v.array(v.string()), v.description('The runs whose writes a rollback undoes.'))),
  promotes: v.optional(
    v.pipe(
      v.object({ environment: v.string(), url: v.string() }),
      v.description('Where the archives of a promote come from.'),
    ),
  ),
  outcomes: v.array(
    v.object({
      name: v.string(),
      action,
      status: v.picklist(['done', 'failed', 'not-applied', 'not-attempted']),
      id: v.optional(v.string()),
      bytes: v.optional(count),
      ms: v.optional(count),
      note: v.optional(v.pipe(v.string(), v.description('Done, but not in the usual way.'))),
      overwrote: v.optional(
        v.pipe(v.string(), v.description('Done, and the edit of somebody else is lost.')),
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
  ),
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

/** The file that was written, and what `validate` says about it. */
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

/** What `--json` prints when a run stops before it has a result. */
export const errorDocument = v.object({
  command: v.string(),
  schemaVersion: v.literal(1),
  tool: v.string(),
  error: v.object({
    kind: v.string(),
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

export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };

export type PlanDocument = DeepReadonly<v.InferOutput<typeof planDocument>>;
export type ApplyDocument = DeepReadonly<v.InferOutput<typeof applyDocument>>;
export type ValidateDocument = DeepReadonly<v.InferOutput<typeof validateDocument>>;
export type PackDocument = DeepReadonly<v.InferOutput<typeof packDocument>>;
export type InitDocument = DeepReadonly<v.InferOutput<typeof initDocument>>;
export type ErrorDocument = DeepReadonly<v.InferOutput<typeof errorDocument>>;
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
