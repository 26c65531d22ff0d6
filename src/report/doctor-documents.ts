/** The document that `doctor --json` prints. */

import * as v from 'valibot';
import { checkNames } from './doctor-report.js';
import { type DeepReadonly, documentHead, planParts } from './documents.js';

export const doctorDocument = v.object({
  command: v.literal('doctor'),
  ...documentHead,
  environment: planParts.environment,
  tenant: v.optional(planParts.tenant),
  checks: v.array(
    v.object({
      name: v.picklist(checkNames),
      status: v.picklist(['ok', 'warning', 'failed', 'unknown']),
      message: v.string(),
      hint: v.optional(v.string()),
    }),
  ),
  requests: v.pipe(planParts.count, v.description('Requests that were answered; none of them writes.')),
  exitCode: planParts.count,
});

export type DoctorDocument = DeepReadonly<v.InferOutput<typeof doctorDocument>>;
