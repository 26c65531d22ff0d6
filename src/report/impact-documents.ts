/** What `impact --json` prints. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { type DeepReadonly, head } from './document-parts.js';
import { impactPart } from './impact-part.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const impactDocument = v.object({
  command: v.literal('impact'),
  ...head,
  environment: v.optional(v.string()),
  tenant: v.object({ url: v.string(), source: v.string() }),
  question: v.picklist(['uses', 'unused', 'missing']),
  complete: v.pipe(
    v.boolean(),
    v.description(
      'Every app that was asked about and that the user may see was read; otherwise the answer is a lower bound.',
    ),
  ),
  ...impactPart.entries,
  exitCode: count,
});

export type ImpactDocument = DeepReadonly<v.InferOutput<typeof impactDocument>>;
