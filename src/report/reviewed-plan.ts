/** A plan file, read back: what an approval is bound to, and how the plan was requested. */

import * as v from 'valibot';
import { UserError } from '../core/errors.js';
import { isObject, nestsTooDeep } from '../core/json.js';
import { action, type DeepReadonly } from './documents/parts.js';
import { planRequest } from './documents/plan.js';

const change = v.object({
  name: v.string(),
  action,
  blocked: v.optional(v.object({ rail: v.string(), message: v.optional(v.string()) })),
  desired: v.optional(v.object({ digest: v.string() })),
  actual: v.optional(
    v.object({ id: v.string(), md5: v.optional(v.string()), digest: v.optional(v.string()) }),
  ),
  rename: v.optional(v.union([v.object({ to: v.string() }), v.object({ from: v.string() })])),
  notLookedAt: v.optional(v.string()),
});

const originChange = v.object({
  name: v.string(),
  action: v.picklist(['create', 'update', 'delete']),
  adds: v.array(v.string()),
  removes: v.array(v.string()),
  blocked: v.optional(v.object({ rail: v.string() })),
  actual: v.optional(v.object({ id: v.string() })),
});

/** Unknown fields are allowed: a later version may add some. */
const reviewedPlan = v.object({
  command: v.literal('plan'),
  schemaVersion: v.literal(1),
  project: v.string(),
  environment: v.optional(v.string()),
  tenant: v.object({ url: v.string(), identity: v.string() }),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  changes: v.array(change),
  origins: v.optional(v.object({ changes: v.array(originChange) })),
  request: planRequest,
  impact: v.optional(v.object({ apps: v.object({ listed: v.number() }) })),
});

export type ReviewedPlan = DeepReadonly<v.InferOutput<typeof reviewedPlan>>;

/** @throws UserError if the text is not a plan document, or one of an unknown version */
export function parseReviewedPlan(file: string, text: string): ReviewedPlan {
  const document = parseObject(file, text);
  const version = document['schemaVersion'];
  if (version !== 1) {
    throw new UserError(`${file}: its schemaVersion is ${describe(version)}, and this version reads 1.`, {
      hint: 'Apply it with the version of qlik-sync that planned it, or plan again.',
    });
  }
  if (document['undoes'] !== undefined) {
    throw new UserError(`${file} is the plan of a rollback, and apply takes plans of folders.`, {
      hint: 'To do what it says: qlik-sync rollback with the same words, and its digest after --expect.',
    });
  }
  const result = v.safeParse(reviewedPlan, document);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new UserError(
    `${file} is not a plan: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`,
    planHint,
  );
}

const planHint = { hint: 'To write one: qlik-sync plan --out plan.json' };

function parseObject(file: string, text: string): Readonly<Record<string, unknown>> {
  const value = parse(file, text);
  if (isObject(value)) return value;
  throw new UserError(`${file} is not a plan: it is not a JSON object.`, planHint);
}

function parse(file: string, text: string): unknown {
  if (nestsTooDeep(text)) throw new UserError(`${file} is not a plan: it is nested too deeply.`, planHint);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${file} is not a plan: it is not JSON.`, { ...planHint, cause });
  }
}

function describe(version: unknown): string {
  const text = JSON.stringify(version) ?? 'missing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
