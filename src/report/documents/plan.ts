/** What the documents of plans hold, of whichever command: changes, impact, and how the plan was requested. */

import * as v from 'valibot';
import { runRails } from '../../core/guard.js';
import { originsPart } from './origins.js';
import {
  action,
  changeCounts,
  count,
  type DeepReadonly,
  digest,
  environment,
  finding,
  head,
  leftOutFile,
  name,
  source,
  tenant,
} from './parts.js';

const appFields = {
  id: v.string(),
  itemId: v.string(),
  name: v.string(),
  space: v.optional(v.string()),
  owner: v.optional(v.string()),
  collections: v.array(v.string()),
  tags: v.array(v.string()),
  publishedCopies: count,
  updatedAt: v.optional(v.string()),
  usage: v.optional(
    v.pipe(
      v.object({ views: count, users: count, trend: v.optional(v.number()) }),
      v.description('The last 28 days; absent where the tenant measures no usage.'),
    ),
  ),
};

const untried = v.pipe(
  v.literal(true),
  v.description('Not tried: a limit was reached first, or the engine was unavailable.'),
);

const unopenedApp = v.partial(v.object(appFields), ['itemId', 'collections', 'tags', 'publishedCopies']);

export const impactPart = v.object({
  extensions: v.array(
    v.object({
      extension: name,
      countsNative: v.optional(v.literal(true)),
      uses: v.array(
        v.object({
          app: v.object(appFields),
          objects: v.pipe(
            v.array(v.string()),
            v.description("Ids; of a theme, of the object that holds the app's properties."),
          ),
          masterItems: v.pipe(v.array(v.string()), v.description('Titles.')),
        }),
      ),
    }),
  ),
  unopened: v.pipe(
    v.array(v.object({ app: unopenedApp, reason: v.string(), untried: v.optional(untried) })),
    v.description('What these apps use is unknown.'),
  ),
  apps: v.object({ listed: count, opened: count, fromCache: count }),
  only: v.optional(
    v.pipe(
      v.object({ spaces: v.array(v.string()), apps: v.array(v.string()) }),
      v.description('Limits the answer to these apps; absent: all that the user may see.'),
    ),
  ),
  list: v.pipe(
    v.picklist(['whole', 'partial']),
    v.description('Whether every app was listed; partial: the list broke off or changed meanwhile.'),
  ),
  usage: v.picklist(['on', 'off']),
  missing: v.pipe(v.array(v.string()), v.description('What makes the answer incomplete.')),
  untold: v.pipe(
    v.array(v.string()),
    v.description(
      'What is unknown about known apps, such as their collections; it does not affect who uses what.',
    ),
  ),
});

const names = v.optional(v.array(v.string()));

const yes = v.optional(v.literal(true));

/** How a plan was requested: what a later run needs to make the same plan again. */
export const planRequest = v.object({
  /** The exact names that were selected; absent without a selection. */
  selected: names,
  approvals: v.object({
    prune: v.optional(v.boolean()),
    onDrift: v.optional(v.picklist(['stop', 'overwrite', 'skip'])),
    overwrite: names,
    adopt: names,
    takeOwnership: names,
    allowPartial: names,
    allowReplace: names,
    allowRename: names,
    allowDowngrade: yes,
    allowDeletes: v.optional(v.number()),
    allowUpdates: v.optional(v.number()),
    allowOrigins: v.optional(v.number()),
    allowOriginRemoval: v.optional(v.number()),
    allowEmpty: yes,
    impact: yes,
    acceptImpact: v.optional(v.number()),
  }),
});

export type PlanRequest = DeepReadonly<v.InferOutput<typeof planRequest>>;

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

export const onlyLineEndings = v.pipe(
  v.optional(count),
  v.description('How many files differ; only where nothing but their line endings does.'),
);

const change = v.object({
  name,
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
    'unlisted',
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
  notLookedAt: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'Why the content on the tenant, on which the decision depends, was not looked at: mostly the key may not download archives. An apply of this plan decides without it, too.',
      ),
    ),
  ),
  onlyLineEndings,
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
    name,
    files: v.array(
      v.object({
        path: v.string(),
        kind: v.picklist(['added', 'changed', 'removed']),
        before: v.optional(fileSide),
        after: v.optional(fileSide),
        patch: v.optional(v.string()),
        noPatch: v.optional(v.picklist(['binary', 'minified', 'large', 'line-endings'])),
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
    ...changeCounts,
    kept: count,
    notSelected: count,
    unmanaged: count,
  }),
  requests: v.object({ tier1: count, tier2: count, estimatedSeconds: count }),
  changes: v.array(change),
  findings: v.array(finding),
  leftOut: v.array(v.object({ extension: v.string(), files: v.array(leftOutFile) })),
  refusals: v.array(v.object({ rail: v.picklist(runRails), message: v.string(), hint: v.string() })),
  backups: v.optional(
    v.pipe(
      v.union([v.literal('off'), v.object({ stored: count, download: count })]),
      v.description('Copies of what would be overwritten or deleted.'),
    ),
  ),
  comparisons: v.optional(v.array(comparison)),
  impact: v.optional(impactPart),
  origins: v.optional(originsPart),
  request: v.pipe(v.optional(planRequest), v.description('How the plan was requested.')),
  undoes: v.optional(v.pipe(v.array(v.string()), v.description('The runs whose writes a rollback undoes.'))),
  exitCode: count,
};
