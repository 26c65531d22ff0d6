/** What `preview` prints with `--json`. As in `documents.ts`, the schema makes the type. */

import * as v from 'valibot';
import { previewResults } from '../../core/preview.js';
import { count, type DeepReadonly, environment, head, tenant } from './parts.js';

const previewSide = v.object({
  kind: v.pipe(
    v.picklist(['supernova', 'classic']),
    v.description('A supernova is drawn by nebula.js; a classic extension is only loaded, with stubs.'),
  ),
  result: v.picklist(previewResults),
  why: v.optional(v.string()),
  version: v.optional(v.string()),
  picture: v.pipe(v.optional(v.string()), v.description('A PNG, relative to the working directory.')),
  errors: v.array(
    v.object({
      kind: v.picklist(['exception', 'console']),
      message: v.string(),
      file: v.pipe(v.optional(v.string()), v.description('Of the extension; absent: from elsewhere.')),
      line: v.optional(count),
      column: v.optional(count),
    }),
  ),
  blocked: v.pipe(
    v.array(v.string()),
    v.description('Requests to outside, as a policy (CSP) would have to allow them: connect-src https://…'),
  ),
  missing: v.array(v.string()),
});

export const previewDocument = v.object({
  command: v.literal('preview'),
  ...head,
  environment,
  tenant,
  browser: v.optional(
    v.object({
      version: v.string(),
      sandbox: v.picklist(['on', 'off']),
      stardust: v.optional(v.string()),
    }),
  ),
  previews: v.array(
    v.object({
      name: v.string(),
      old: v.pipe(v.optional(previewSide), v.description('The archive on the tenant.')),
      withoutOld: v.pipe(v.optional(v.string()), v.description('Why there is none.')),
      new: v.pipe(previewSide, v.description('The folder, as it would be uploaded.')),
      difference: v.optional(v.object({ pixels: count, of: count, picture: v.optional(v.string()) })),
      data: v.optional(
        v.variant('from', [
          v.object({ from: v.literal('sample') }),
          v.object({ from: v.literal('fixture'), file: v.string() }),
        ]),
      ),
      worse: v.pipe(
        v.boolean(),
        v.description('The folder is blank or throws, and the archive on the tenant does not.'),
      ),
    }),
  ),
  exitCode: count,
});

export type PreviewDocument = DeepReadonly<v.InferOutput<typeof previewDocument>>;
