/** Parses one line of a journal, checked field by field: a file on the disk may have been torn or edited. */

import { asMd5 } from '../../core/digest.js';
import { exitCodes } from '../../core/exit-codes.js';
import { isObject, tryParseJson } from '../../core/json.js';
import { isCspEntryBody } from '../../core/origins/entry.js';
import { changeCounts, writingCommands } from '../../core/past-run.js';
import type {
  EntryStep,
  PreviousRecord,
  RunEnd,
  RunLine,
  RunStart,
  SentRecord,
  StepAfter,
  StepBefore,
} from '../run-record.js';
import { isRunId } from './run-id.js';

/** `undefined` for a line that is torn, of an unknown kind, or does not have the fields of its kind. */
export function parseRunLine(text: string): RunLine | undefined {
  const line = tryParseJson(text);
  if (isBefore(line) || isAfter(line) || isStart(line) || isEnd(line)) return line;
  return undefined;
}

type Check = (value: unknown) => boolean;

type Fields<T> = { readonly [K in keyof Required<T>]: Check };

/** Checks every known field; unknown ones are tolerated. The first check rejects most lines. */
function fitting<T>(fields: Fields<T>): (value: unknown) => value is T {
  const checks = Object.entries<Check>(fields);
  return (value): value is T => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

const text: Check = (value) => typeof value === 'string';

const flag: Check = (value) => typeof value === 'boolean';

const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

const texts: Check = (value) => Array.isArray(value) && value.every(text);

const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

const md5: Check = (value) => typeof value === 'string' && asMd5(value) !== undefined;

const sha256: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function is(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

const action = is('create', 'update', 'replace', 'delete', 'none');

const maybe = optional(text);

const isPlanned = fitting<NonNullable<RunStart['planned']>[number]>({ name: text, action });

const isStart = fitting<RunStart>({
  kind: is('run'),
  version: is(1),
  id: (id) => typeof id === 'string' && isRunId(id),
  command: is(...writingCommands),
  startedAt: time,
  tool: text,
  project: text,
  tenant: text,
  environment: maybe,
  plan: maybe,
  planned: optional((planned) => Array.isArray(planned) && planned.every(isPlanned)),
  who: fitting<RunStart['who']>({ user: text, host: text, pid: count, namespace: maybe, started: maybe }),
  source: fitting<RunStart['source']>({ commit: maybe, branch: maybe, dirty: optional(flag), ci: maybe }),
  undoes: maybe,
  madeWhole: optional(texts),
});

const isPrevious = fitting<PreviousRecord>({
  id: text,
  md5: optional(md5),
  archiveName: maybe,
  tags: texts,
  version: maybe,
  revision: maybe,
  supernova: optional(flag),
  archive: is('stored', 'not-stored'),
  record: optional(sha256),
});

const isSent = fitting<SentRecord>({
  digest: optional(sha256),
  md5: optional(md5),
  archiveName: maybe,
  tags: texts,
  version: maybe,
  supernova: optional(flag),
});

const isBefore = fitting<StepBefore>({
  kind: is('before'),
  at: time,
  step: count,
  name: text,
  action,
  request: is('create', 'patch', 'delete'),
  previous: optional(isPrevious),
  sent: optional(isSent),
  entry: optional(fitting<EntryStep>({ previous: optional(isCspEntryBody), sent: optional(isCspEntryBody) })),
});

const isAfter = fitting<StepAfter>({
  kind: is('after'),
  at: time,
  step: count,
  result: is('done', 'failed', 'not-applied', 'unknown'),
  leftDoubt: optional(is(true)),
  id: maybe,
  revision: maybe,
  message: maybe,
});

const isEnd = fitting<RunEnd>({
  kind: is('end'),
  at: time,
  exitCode: is(...Object.values(exitCodes)),
  counts: (value) => isObject(value) && changeCounts.every((name) => count(value[name])),
});
