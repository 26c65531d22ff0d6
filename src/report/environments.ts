/** A run over several environments: its document, and the summary below the results that each has printed. */

import type { ExitCode } from '../core/exit-codes.js';
import { count, listNames } from '../core/format.js';
import type { ErrorDocument } from './documents/documents.js';
import type { EnvironmentDocument, EnvironmentsDocument } from './documents/environments.js';
import type { OutputDocument } from './documents/json-schema.js';
import { type Paint, printable } from './paint.js';
import type {
  EnvironmentResult,
  EnvironmentsReport,
  MissingShards,
  SingleReport,
  WavesResult,
} from './report.js';
import { verdictOf } from './verdict.js';

/** How a single report or error becomes a document. */
interface Describing {
  readonly documentOf: (report: SingleReport) => OutputDocument;
  readonly errorOf: (error: unknown, exitCode: ExitCode) => ErrorDocument['error'];
}

export function environmentsDocumentOf(report: EnvironmentsReport, how: Describing): EnvironmentsDocument {
  const { header, environments, shard, missing, waves, exitCode } = report;
  return {
    command: header.command,
    schemaVersion: 1,
    tool: header.tool,
    environments: environments.map((each) => describe(each, how)),
    ...(shard !== undefined && { shard }),
    ...(missing !== undefined && { missing }),
    ...(waves !== undefined && {
      ...{ run: waves.run, waves: waves.waves },
      ...(waves.wave !== undefined && { wave: waves.wave }),
      ...(waves.stopped !== undefined && { stopped: waves.stopped }),
      notAttempted: waves.notAttempted,
      restored: waves.restored.map((each) => describe(each, how)),
    }),
    exitCode,
  };
}

type WithDocument = Extract<EnvironmentDocument, { readonly document: unknown }>;

/** Only `fleetCommands` and `promote` come here, and the schema has the documents of all of them. */
function describe(result: EnvironmentResult, { documentOf, errorOf }: Describing): EnvironmentDocument {
  if (result.document !== undefined) return result.document;
  const { environment, exitCode, report } = result;
  if ('error' in result || report === undefined) {
    return {
      environment,
      exitCode,
      error: errorOf(result.error ?? new Error('no result was shown'), exitCode),
    };
  }
  return { environment, exitCode, document: documentOf(report) as WithDocument['document'] };
}

export function renderEnvironments(report: EnvironmentsReport, paint: Paint): string {
  const { environments, shard, missing, waves } = report;
  const width = widthOf(report);
  const lines = [
    ...environments.map((result) => renderResult(result, width, paint)),
    ...(waves === undefined ? [] : renderWaves(waves, width, paint)),
    ...(missing?.environments ?? []).map(
      (name) => `  ${paint('red', '✗')} ${printable(name).padEnd(width)}  unknown: its shard is missing\n`,
    ),
  ];
  const share =
    shard === undefined
      ? ''
      : `Shard ${shard.index}/${shard.of} of ${count(environments.length + shard.elsewhere.length, 'environment')}. `;
  const gap = environments.length === 0 ? '' : '\n';
  return `${gap}${lines.join('')}${describeStop(waves)}${missing === undefined ? '' : `Incomplete: ${describeMissing(missing)}.\n`}${share}${describeCounts(report)}\n`;
}

function describeStop(waves: WavesResult | undefined): string {
  if (waves?.stopped === undefined) return '';
  const { after, message } = waves.stopped;
  return `Stopped after wave ${after} of ${waves.waves.length}: ${printable(message)}\n`;
}

/** `shards 2/5 and 4/5 are missing` */
function describeMissing({ indexes, of }: MissingShards): string {
  const names = listNames(
    indexes.map((index) => `${index}/${of}`),
    10,
  );
  return indexes.length === 1 ? `shard ${names} is missing` : `shards ${names} are missing`;
}

function widthOf({ environments, waves, missing }: EnvironmentsReport): number {
  const others = [...(waves?.notAttempted ?? []), ...(missing?.environments ?? [])];
  const names = [...environments.map(({ environment }) => environment), ...others];
  return Math.max(0, ...names.map((name) => name.length));
}

function renderResult(result: EnvironmentResult, width: number, paint: Paint): string {
  const { environment, exitCode, part } = result;
  const name = printable(environment).padEnd(width);
  const { words, tone } = verdictOf(part);
  const fine = tone === 'attention' ? paint('yellow', '!') : paint('green', '✓');
  if (exitCode === 0) return `  ${fine} ${name}  ${words}\n`;
  const reason = part.failure === undefined ? '' : `: ${firstLine(part.failure.message)}`;
  const symbol = exitCode === 2 ? paint('yellow', '~') : paint('red', '✗');
  return `  ${symbol} ${name}  ${words} (exit ${exitCode})${reason}\n`;
}

function renderWaves(
  { notAttempted, restored }: WavesResult,
  width: number,
  paint: Paint,
): readonly string[] {
  return [
    ...notAttempted.map(
      (name) => `  ${paint('yellow', '·')} ${printable(name).padEnd(width)}  not attempted\n`,
    ),
    ...restored.map(({ environment, exitCode, part, resume }) => {
      const name = printable(environment).padEnd(width);
      if (exitCode === 0) return `  ${paint('green', '✓')} ${name}  restored\n`;
      const reason = part.failure === undefined ? verdictOf(part).words : firstLine(part.failure.message);
      const how = resume === undefined ? '' : `      To continue: ${printable(resume)}\n`;
      return `  ${paint('red', '✗')} ${name}  not fully restored (exit ${exitCode}): ${reason}\n${how}`;
    }),
  ];
}

function describeCounts({ environments, waves, missing, exitCode }: EnvironmentsReport): string {
  const number = (is: (code: number) => boolean): number =>
    environments.filter((result) => is(result.exitCode)).length;
  const left = waves?.notAttempted.length ?? 0;
  const unknown = missing?.environments.length ?? 0;
  const done = number((code) => code === 0);
  const changed = number((code) => code === 2);
  const failed = environments.length - done - changed;
  const parts = [
    `${done} done`,
    ...(changed === 0 ? [] : [`${changed} with changes`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(left === 0 ? [] : [`${left} not attempted`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ];
  const code = exitCode === 0 ? '' : ` (exit ${exitCode})`;
  return `${count(environments.length + left + unknown, 'environment')}: ${parts.join(', ')}${code}.`;
}

function firstLine(message: string): string {
  return printable(message.split('\n')[0] ?? '');
}
