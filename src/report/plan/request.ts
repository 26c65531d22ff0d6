/** How a plan was asked for: what a later run needs to plan the same again. Part of the plan document. */

import * as v from 'valibot';
import type { DeepReadonly } from '../document-parts.js';

const names = v.optional(v.array(v.string()));
const yes = v.optional(v.literal(true));

export const planRequest = v.object({
  /** The exact names that were selected; absent where nothing was. */
  selected: names,
  approvals: v.object({
    prune: v.optional(v.boolean()),
    onDrift: v.optional(v.picklist(['stop', 'overwrite', 'skip'])),
    overwrite: names,
    adopt: names,
    takeOwnership: names,
    allowReplace: names,
    allowRename: names,
    allowDowngrade: yes,
    allowDeletes: v.optional(v.number()),
    allowUpdates: v.optional(v.number()),
    allowEmpty: yes,
    impact: yes,
    acceptImpact: v.optional(v.number()),
  }),
});

export type PlanRequest = DeepReadonly<v.InferOutput<typeof planRequest>>;
