/** One line of a journal, checked field by field: a file on the disk may have been torn, or edited by anybody. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import { isObject } from '../tenant/wire.js';
import { isRunId } from './run-id.js';
import type {
  PreviousRecord,
  RunEnd,
  RunLine,
  RunStart,
  SentRecord,
  StepAfter,
  StepBefore,
} from './run-record.js';

/** `undefined` for a line that is torn, of another kind, or not what its kind says. */
export function parseRunLine(text: string): RunLine | undefined {
  const line = parseJson(text);
  if (isStart(line) || isBefore(line) || isAfter(line) || isEnd(line)) return line;
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Check = (value: unknown) => boolean;
type Fields<T> = { readonly [K in keyof Required<T>]: Check };

/** Whether every field that is known is as it should be; others are tolerated. */
function fits<T>(value: unknown, fields: Fields<T>): value is T {
  return isObject(value) && Object.entries<Check>(fields).every(([name, check]) => check(value[name]));
}

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const md5: Check = (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
const sha256: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function is(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

const action = is('create', 'update', 'replace', 'delete', 'none');

function isStart(value: unknown): value is RunStart {
  return fits<RunStart>(value, {
    kind: is('run'),
    version: is(1),
    id: (id) => typeof id === 'string' && isRunId(id),
    command: is('apply', 'watch', 'rollback', 'adopt', 'promote'),
    startedAt: time,
    tool: text,
    project: text,
    tenant: text,
    environment: optional(text),
    plan: optional(text),
    planned: optional((planned) => Array.isArray(planned) && planned.every(isPlanned)),
    who: isWho,
    source: isSource,
    undoes: optional(text),
  });
}

function isWho(value: unknown): boolean {
  const maybe = optional(text);
  return fits<RunStart['who']>(value, {
    user: text,
    host: text,
    pid: count,
    namespace: maybe,
    started: maybe,
  });
}

function isPlanned(value: unknown): boolean {
  return fits<NonNullable<RunStart['planned']>[number]>(value, { name: text, action });
}

function isSource(value: unknown): boolean {
  const maybe = optional(text);
  return fits<RunStart['source']>(value, { commit: maybe, branch: maybe, dirty: optional(flag), ci: maybe });
}

function isBefore(value: unknown): value is StepBefore {
  return fits<StepBefore>(value, {
    kind: is('before'),
    at: time,
    step: count,
    name: text,
    action,
    request: is('create', 'patch', 'delete'),
    previous: optional(isPrevious),
    sent: optional(isSent),
  });
}

function isPrevious(value: unknown): boolean {
  return fits<PreviousRecord>(value, {
    id: text,
    md5: optional(md5),
    archiveName: optional(text),
    tags: texts,
    version: optional(text),
    revision: optional(text),
    supernova: optional(flag),
    archive: is('stored', 'not-stored'),
    record: optional(sha256),
  });
}

function isSent(value: unknown): boolean {
  return fits<SentRecord>(value, {
    digest: optional(sha256),
    md5: optional(md5),
    archiveName: optional(text),
    tags: texts,
    version: optional(text),
  });
}

function isAfter(value: unknown): value is StepAfter {
  return fits<StepAfter>(value, {
    kind: is('after'),
    at: time,
    step: count,
    result: is('done', 'failed', 'not-applied', 'unknown'),
    id: optional(text),
    revision: optional(text),
    message: optional(text),
  });
}

function isEnd(value: unknown): value is RunEnd {
  return fits<RunEnd>(value, {
    kind: is('end'),
    at: time,
    exitCode: isExitCode,
    counts: isCounts,
  });
}

function isExitCode(value: unknown): value is ExitCode {
  return Object.values<unknown>(exitCodes).includes(value);
}

function isCounts(value: unknown): boolean {
  return fits<RunEnd['counts']>(value, {
    created: count,
    updated: count,
    replaced: count,
    deleted: count,
    failed: count,
    notAttempted: count,
  });
}
