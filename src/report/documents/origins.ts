/** What the document of a plan holds of origins. */

import * as v from 'valibot';
import { cspSwitches } from '../../core/origins/csp.js';
import { count } from './parts.js';

const switches = v.array(v.picklist(cspSwitches));

const text = v.optional(v.nullable(v.string()));

const body = {
  origin: v.string(),
  name: text,
  description: text,
  ...v.entriesFromList(cspSwitches, v.optional(v.nullable(v.boolean()))),
};

const entry = v.pipe(
  v.object({ id: v.string(), ...body }),
  v.description('An entry as the tenant returns it.'),
);

export const originsPart = v.pipe(
  v.object({
    notLookedAt: v.pipe(
      v.optional(v.string()),
      v.description("Why the tenant's entries were not looked at: what follows is not known then."),
    ),
    declared: v.pipe(count, v.description('Hosts that are declared for the extensions of the plan.')),
    missing: v.array(
      v.object({
        name: v.string(),
        host: v.string(),
        switches,
        extensions: v.array(v.string()),
        entry: v.pipe(v.object(body), v.description('The entry to make, as Qlik takes it.')),
        present: v.optional(entry),
        command: v.pipe(v.string(), v.description('The line of qlik-cli that makes it.')),
      }),
    ),
    changes: v.array(
      v.object({
        name: v.string(),
        action: v.picklist(['create', 'update', 'delete']),
        message: v.string(),
        extensions: v.array(v.string()),
        adds: switches,
        removes: switches,
        blocked: v.optional(
          v.object({
            rail: v.picklist(['foreign', 'prune', 'moved', 'limit']),
            message: v.string(),
            lift: v.optional(v.string()),
          }),
        ),
        entry: v.optional(v.object(body)),
        beside: v.pipe(
          v.optional(v.array(v.string())),
          v.description('Other entries for this host that a create leaves there.'),
        ),
        actual: v.optional(entry),
      }),
    ),
    kept: v.array(v.string()),
    budget: v.optional(
      v.object({
        entries: v.object({ now: count, adds: count, limit: count }),
        characters: v.pipe(
          v.object({ now: v.optional(count), adds: count, limit: count }),
          v.description('Of the header; what is added is an estimate.'),
        ),
      }),
    ),
  }),
  v.description("What the tenant's Content Security Policy lacks, and what would be written to it."),
);
