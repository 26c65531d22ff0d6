/**
 * What `config`, `doctor`, `history`, `impact`, `pull` and `drift` print with `--json`. As in `documents.ts`, the schemas
 * make the types.
 */

import * as v from 'valibot';
import { checkNames } from '../../core/check.js';
import { driftKinds } from '../../core/drift.js';
import { topicKinds } from '../../core/topics.js';
import { originsPart } from './origins.js';
import {
  action,
  count,
  type DeepReadonly,
  environment,
  finding,
  head,
  leftOutFile,
  severity,
  source,
  tenant,
} from './parts.js';
import { actual, desired, impactPart, onlyLineEndings } from './plan.js';

const resolvedValue = v.object({
  key: v.string(),
  value: v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]),
  from: v.string(),
});

const target = v.variant('kind', [
  v.object({ kind: v.literal('sandbox'), folder: v.string(), source: v.string() }),
  v.object({
    kind: v.literal('tenant'),
    url: v.string(),
    source: v.string(),
    from: v.string(),
    credential: v.object({
      kind: v.picklist(['api-key', 'oauth']),
      clientId: v.optional(v.string()),
      secret: v.pipe(v.string(), v.description('Where it comes from; never the secret.')),
    }),
  }),
  v.object({ kind: v.literal('none'), message: v.string(), hint: v.optional(v.string()) }),
  v.object({ kind: v.literal('problem'), message: v.string(), hint: v.optional(v.string()) }),
]);

export const configDocument = v.object({
  command: v.literal('config'),
  ...head,
  file: v.string(),
  environment: environment,
  environments: v.array(v.string()),
  options: v.array(resolvedValue),
  settings: v.array(resolvedValue),
  target,
  exitCode: count,
});

export type ConfigDocument = DeepReadonly<v.InferOutput<typeof configDocument>>;

export const doctorDocument = v.object({
  command: v.literal('doctor'),
  ...head,
  environment: environment,
  tenant: v.optional(tenant),
  checks: v.array(
    v.object({
      name: v.picklist(checkNames),
      status: v.picklist(['ok', 'warning', 'failed', 'unknown']),
      message: v.string(),
      hint: v.optional(v.string()),
    }),
  ),
  requests: v.pipe(count, v.description('Requests that were answered; none of them wrote.')),
  exitCode: count,
});

export type DoctorDocument = DeepReadonly<v.InferOutput<typeof doctorDocument>>;

const pastRun = v.object({
  id: v.string(),
  command: v.string(),
  startedAt: v.string(),
  endedAt: v.optional(v.string()),
  who: v.object({ user: v.string(), host: v.string(), pid: count }),
  project: v.string(),
  environment: v.optional(v.string()),
  tenant: v.string(),
  source,
  plan: v.optional(v.string()),
  result: v.picklist(['ended', 'running', 'died']),
  exitCode: v.optional(count),
  counts: v.object({
    created: count,
    updated: count,
    replaced: count,
    deleted: count,
    failed: count,
    notAttempted: count,
  }),
  changes: v.array(
    v.object({
      name: v.string(),
      action,
      result: v.picklist(['done', 'failed', 'unknown', 'left']),
      message: v.optional(v.string()),
    }),
  ),
  damaged: v.optional(
    v.pipe(v.literal(true), v.description('Its journal is damaged: the run did more than is shown here.')),
  ),
  undoes: v.optional(v.string()),
  undo: v.optional(v.string()),
});

export const historyDocument = v.object({
  command: v.literal('history'),
  ...head,
  environment: environment,
  tenant: v.pipe(
    v.optional(tenant),
    v.description(
      'Absent where none was chosen: then the runs on all tenants are shown, whatever their project.',
    ),
  ),
  runs: v.pipe(v.array(pastRun), v.description('Newest first.')),
  unreadable: v.array(v.string()),
  exitCode: count,
});

export type HistoryDocument = DeepReadonly<v.InferOutput<typeof historyDocument>>;

export const impactDocument = v.object({
  command: v.literal('impact'),
  ...head,
  environment,
  tenant,
  question: v.picklist(['uses', 'unused', 'missing']),
  complete: v.pipe(
    v.boolean(),
    v.description(
      'Every selected app that the user may see was read; otherwise the answer is a lower bound.',
    ),
  ),
  ...impactPart.entries,
  exitCode: count,
});

export type ImpactDocument = DeepReadonly<v.InferOutput<typeof impactDocument>>;

export const pullDocument = v.object({
  command: v.literal('pull'),
  ...head,
  environment,
  tenant,
  pulled: v.array(
    v.object({
      name: v.string(),
      result: v.picklist(['written', 'updated', 'unchanged', 'refused', 'failed', 'not-attempted']),
      folder: v.optional(v.string()),
      version: v.optional(v.string()),
      files: v.optional(count),
      bytes: v.optional(count),
      leftOut: v.array(leftOutFile),
      message: v.optional(v.string()),
      hint: v.optional(v.string()),
    }),
  ),
  passed: v.array(v.object({ name: v.string(), reason: v.string() })),
  exitCode: count,
});

export type PullDocument = DeepReadonly<v.InferOutput<typeof pullDocument>>;

/** Also what `--baseline` reads. */
const kind = v.pipe(
  v.picklist(driftKinds),
  v.description(
    'changed-locally: the tenant still holds what this project put there; the folder has changed since.',
  ),
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
      onlyLineEndings,
      ignored: v.optional(v.object({ reason: v.string(), until: date })),
      folder: v.optional(desired),
      tenant: v.optional(actual),
    }),
  ),
  expired: v.pipe(
    v.array(v.object({ name: v.string(), reason: v.string(), until: date })),
    v.description('Entries of driftIgnore that no longer hide anything.'),
  ),
  gone: v.pipe(
    v.array(v.object({ name: v.string(), kind })),
    v.description('In the baseline, and resolved.'),
  ),
  compared: count,
  unmanaged: v.pipe(
    count,
    v.description('On the tenant, in no folder, and owned by no project or by another.'),
  ),
  requests: count,
  findings: v.array(finding),
  origins: v.optional(originsPart),
  exitCode: count,
});

export type DriftDocument = DeepReadonly<v.InferOutput<typeof driftDocument>>;

// What `explain --json` prints.

export const explainDocument = v.object({
  command: v.literal('explain'),
  schemaVersion: v.literal(1),
  tool: v.string(),
  topics: v.array(
    v.object({
      kind: v.picklist(topicKinds),
      name: v.string(),
      meaning: v.string(),
      next: v.optional(v.pipe(v.string(), v.description('What to do about it.'))),
      severity: v.optional(v.pipe(severity, v.description('Of a rule, unless the config says otherwise.'))),
      configurable: v.optional(v.pipe(v.boolean(), v.description('Whether the config may change it.'))),
      stops: v.optional(v.pipe(v.picklist(['change', 'run']), v.description('What the rail stops.'))),
      exitCode: v.optional(v.pipe(count, v.description('Of a run that the rail stopped.'))),
      lift: v.optional(v.pipe(v.string(), v.description('The option that lifts the rail.'))),
    }),
  ),
  exitCode: count,
});

export type ExplainDocument = DeepReadonly<v.InferOutput<typeof explainDocument>>;

// What `open --json` prints.

export const openDocument = v.object({
  command: v.literal('open'),
  schemaVersion: v.literal(1),
  tool: v.string(),
  environment,
  url: v.pipe(v.string(), v.description("The list of extensions in the tenant's administration.")),
  name: v.optional(v.pipe(v.string(), v.description('The extension to look for there.'))),
  exitCode: count,
});

export type OpenDocument = DeepReadonly<v.InferOutput<typeof openDocument>>;
