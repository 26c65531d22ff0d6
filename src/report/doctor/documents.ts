/** The document that `doctor --json` prints. */

import * as v from 'valibot';
import { count, type DeepReadonly, environment, head, tenant } from '../document-parts.js';
import { checkNames } from './report.js';

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
  requests: v.pipe(count, v.description('Requests that were answered; none of them writes.')),
  exitCode: count,
});

export type DoctorDocument = DeepReadonly<v.InferOutput<typeof doctorDocument>>;
