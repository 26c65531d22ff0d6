/** What `impact --json` prints. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { count, type DeepReadonly, environment, head, tenant } from '../document-parts.js';
import { impactPart } from './part.js';

export const impactDocument = v.object({
  command: v.literal('impact'),
  ...head,
  environment,
  tenant,
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
