/** The documents of the jobs of one pipeline, as the one report that a single run over all environments would have made. */

import * as v from 'valibot';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import { isObject, nestsTooDeep } from '../core/json.js';
import {
  type EnvironmentDocument,
  type EnvironmentsDocument,
  environmentsDocument,
} from './documents/environments.js';
import type { EnvironmentResult, EnvironmentsReport, MissingShards } from './report.js';
import type { ReportParts } from './run-result.js';

/** What one job left. */
interface ShardDocument {
  /** As people named it. */
  readonly file: string;
  readonly document: EnvironmentsDocument;
}

/** @throws UserError if the text is not a document of several environments, or of an unknown version */
export function parseShardDocument(file: string, text: string): ShardDocument {
  const value = parse(file, text);
  if (isObject(value) && 'schemaVersion' in value && value['schemaVersion'] !== 1) {
    throw new UserError(`${file}: its schemaVersion is not 1, which this version reads.`, {
      hint: 'Merge with the version of qlik-sync that made it.',
    });
  }
  const parsed = v.safeParse(environmentsDocument, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw notADocument(file, `${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`);
  }
  const { command, environments } = parsed.output;
  const other = environments.find((each) => 'document' in each && !belongsTo(each.document.command, command));
  if (other !== undefined) throw notADocument(file, `${other.environment} is not of ${command}`);
  if (parsed.output.waves !== undefined) {
    throw new UserError(`${file} is of a run with --waves, which is whole by itself.`);
  }
  return { file, document: parsed.output };
}

/** Something planned and not approved has the document of a plan. */
function belongsTo(document: string, command: string): boolean {
  return document === command || (document === 'plan' && command !== 'drift');
}

function parse(file: string, text: string): unknown {
  if (nestsTooDeep(text)) throw notADocument(file, 'it is nested too deeply');
  try {
    return JSON.parse(text);
  } catch {
    throw notADocument(file, 'it is not JSON');
  }
}

function notADocument(file: string, why: string): UserError {
  return new UserError(`${file} is not the JSON of a run over several environments: ${why}.`, {
    hint: 'To write one: --env all --shard 1/5 --report json=shard-1.json',
  });
}

/**
 * Environments come in the order of the files.
 *
 * @param shards at least one
 * @throws UserError if they are not parts of one run: another command, version or commit, environments that overlap,
 *   another division
 */
export function mergeShards(shards: readonly ShardDocument[]): EnvironmentsReport {
  const [first, ...others] = shards;
  if (first === undefined) throw new Error('nothing to merge');
  for (const other of others) assertSameRun(first, other);
  assertApart(shards);
  const environments = shards.flatMap(({ document }) =>
    document.environments.map((each) => resultOf(each, document)),
  );
  const missing = findMissing(shards);
  return {
    kind: 'environments',
    header: { command: first.document.command, tool: first.document.tool, project: '' },
    environments,
    ...(missing !== undefined && { missing }),
    reports: [
      ...environments.map(({ part }) => part),
      ...(missing?.environments ?? []).map((name) => missingPart(name, first.document)),
    ],
    exitCode: worstExitCode([
      ...shards.map(({ document }) => document.exitCode as ExitCode),
      ...(missing === undefined ? [] : [exitCodes.incomplete]),
    ]),
  };
}

function assertSameRun(a: ShardDocument, b: ShardDocument): void {
  const difference = findDifference(a.document, b.document);
  if (difference === undefined) return;
  throw new UserError(`${a.file} and ${b.file} are not of one run: ${difference}.`, {
    hint: 'Merge what the jobs of one pipeline wrote.',
  });
}

function findDifference(a: EnvironmentsDocument, b: EnvironmentsDocument): string | undefined {
  if (a.command !== b.command) return `one is of ${a.command}, the other of ${b.command}`;
  if (a.tool !== b.tool) return `one is by ${a.tool}, the other by ${b.tool}`;
  if ((a.shard === undefined) !== (b.shard === undefined)) return 'only one is of a --shard';
  if (a.shard?.of !== b.shard?.of) return `one is of ${a.shard?.of} shards, the other of ${b.shard?.of}`;
  if (a.shard !== undefined && allOf(a).join('\0') !== allOf(b).join('\0')) {
    return 'they divide different environments';
  }
  const [left, right] = [commitOf(a), commitOf(b)];
  if (left === undefined || right === undefined || left === right) return undefined;
  return `one is of commit ${left.slice(0, 12)}, the other of ${right.slice(0, 12)}`;
}

/** Including those of the other shards, sorted. */
function allOf({ environments, shard }: EnvironmentsDocument): readonly string[] {
  return [...environments.map(({ environment }) => environment), ...(shard?.elsewhere ?? [])].sort();
}

/** A promote has none, since it reads no folder. */
function commitOf({ environments }: EnvironmentsDocument): string | undefined {
  const commits = environments.map((each) => ('document' in each ? each.document.source.commit : undefined));
  return commits.find((commit) => commit !== undefined);
}

function assertApart(shards: readonly ShardDocument[]): void {
  const fileOf = new Map<string, string>();
  for (const { file, document } of shards) {
    const { shard, environments } = document;
    const parts = [
      ...environments.map(({ environment }) => environment),
      ...(shard === undefined ? [] : [`shard ${shard.index}/${shard.of}`]),
    ];
    for (const part of parts) {
      const other = fileOf.get(part);
      if (other !== undefined) {
        throw new UserError(`${other} and ${file} both have ${part}.`, {
          hint: 'Of a job that ran twice, merge the last document alone.',
        });
      }
      fileOf.set(part, file);
    }
  }
}

function findMissing(shards: readonly ShardDocument[]): MissingShards | undefined {
  const [first] = shards;
  if (first?.document.shard === undefined) return undefined;
  const { of } = first.document.shard;
  const there = new Set(shards.map(({ document }) => document.shard?.index));
  const indexes = Array.from({ length: of }, (_, index) => index + 1).filter((index) => !there.has(index));
  if (indexes.length === 0) return undefined;
  const known = new Set(
    shards.flatMap(({ document }) => document.environments.map(({ environment }) => environment)),
  );
  return { indexes, of, environments: allOf(first.document).filter((name) => !known.has(name)) };
}

function missingPart(environment: string, { command, tool }: EnvironmentsDocument): ReportParts {
  const message = 'Unknown: the shard that has it is missing.';
  const header = { command, tool, environments: [environment] };
  return { kind: 'unreported', header, exitCode: exitCodes.incomplete, failure: { message } };
}

/** Codes other than ours are those of a later version; they stay as they are. */
function resultOf(document: EnvironmentDocument, run: EnvironmentsDocument): EnvironmentResult {
  const { environment } = document;
  const exitCode = document.exitCode as ExitCode;
  return { environment, exitCode, document, part: partOf(document, exitCode, run) };
}

function partOf(
  result: EnvironmentDocument,
  exitCode: ExitCode,
  { command, tool }: EnvironmentsDocument,
): ReportParts {
  if ('error' in result) {
    const { message, hint, traceId } = result.error;
    const failure = {
      message,
      ...(hint !== undefined && { hint }),
      ...(traceId !== undefined && { traceId }),
    };
    return {
      kind: 'unreported',
      header: { command, tool, environments: [result.environment] },
      exitCode,
      failure,
    };
  }
  const { document } = result;
  const { project, tenant } = document;
  const header = { command, tool, project, tenant: { ...tenant, environment: result.environment } };
  const rest = { ...document, header, exitCode, leftOut: 'leftOut' in document ? document.leftOut : [] };
  // The schema is made from these very types; `command` and the flat plan are all that differs.
  if (document.command === 'drift') return { ...rest, kind: 'drift' } as unknown as ReportParts;
  const { changes, summary, requests, digest, origins } = document;
  const kind = document.command === 'plan' ? 'plan' : 'apply';
  const plan = { project, changes, summary, requests, digest, ...(origins !== undefined && { origins }) };
  return { ...rest, kind, plan } as unknown as ReportParts;
}
