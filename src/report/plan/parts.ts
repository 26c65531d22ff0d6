/** What the document of a plan holds, of whichever command it is. */

import * as v from 'valibot';
import {
  action,
  count,
  digest,
  environment,
  finding,
  head,
  leftOutFile,
  source,
  tenant,
} from '../document-parts.js';
import { impactPart } from '../impact/part.js';
import { planRequest } from './request.js';

export const desired = v.object({ digest, version: v.optional(v.string()), files: count, bytes: count });

export const actual = v.object({
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

export const planFields = {
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
