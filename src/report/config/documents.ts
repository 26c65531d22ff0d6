/** The document that `config --json` prints. */

import * as v from 'valibot';
import { count, type DeepReadonly, environment, head } from '../document-parts.js';

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
