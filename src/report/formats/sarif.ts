/** Issues as SARIF 2.1.0 (OASIS), which code scanning shows next to the code. One run per environment. */

import { createHash } from 'node:crypto';
import type { Location, Log, ReportingDescriptor, Result, Run } from 'sarif';
import { type Rule, type RuleId, rules } from '../../core/rules/catalogue.js';
import { titleOf } from '../counts.js';
import { type Issue, issuesByPart, sentenceOf } from '../issues.js';
import { printableLines } from '../paint.js';
import type { ReportParts, RunResult } from '../run-result.js';

export function renderSarif(result: RunResult): string {
  const { parts, tool } = result;
  const issues = issuesByPart(result);
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: parts.map((part, index) => renderRun(part, issues[index] ?? [], tool)),
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function renderRun(part: ReportParts, issues: readonly Issue[], tool: string): Run {
  const ids = [...new Set(issues.map(({ id }) => id))].sort();
  const version = tool.split('/')[1] ?? '';
  const { exitCode, failure } = part;
  // GitHub tells runs apart by this, up to the last slash.
  const run = `qlik-sync/${titleOf(part).split(' · ').join('/')}/`;
  return {
    tool: {
      driver: {
        name: 'qlik-sync',
        ...(/^\d+\.\d+\.\d+/.test(version) && { semanticVersion: version }),
        rules: describeRules(ids),
      },
    },
    automationDetails: { id: run },
    invocations: [{ executionSuccessful: failure === undefined, exitCode }],
    columnKind: 'utf16CodeUnits',
    results: issues.map((issue) => ({ ...renderResult(issue, ids), properties: { run } })),
  };
}

function renderResult(issue: Issue, ids: readonly string[]): Result {
  const { id, severity } = issue;
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    level: levels[severity],
    message: { text: plainMessage(sentenceOf(issue)) },
    locations: [renderLocation(issue)],
    partialFingerprints: { 'qlikSync/v1': fingerprintOf(issue) },
  };
}

/** `[text](address)` would be a link in a plain message (SARIF 2.1.0, 3.11.6); outside text must not make one. */
function plainMessage(text: string): string {
  return printableLines(text).replaceAll('](', '] (');
}

function renderLocation({ file, line, column, extension }: Issue): Location {
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: relativeUri(file), uriBaseId: '%SRCROOT%' },
        ...(line !== undefined && {
          region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
        }),
      },
    }),
    ...(extension !== undefined && { logicalLocations: [{ name: extension, kind: 'module' }] }),
  };
}

/** A URI reference below the root: no segment can become a scheme, a host or a query. */
function relativeUri(path: string): string {
  return path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll("'", '%27'))
    .join('/')
    .replace(/^\/+/, '');
}

/** Without the line, so that a moved issue stays the same one. */
function fingerprintOf({ id, environment, extension, file, message }: Issue): string {
  return createHash('sha256')
    .update(JSON.stringify([id, environment, extension, file, message]))
    .digest('hex');
}

/** What code scanning shows about each id. */
function describeRules(ids: readonly string[]): ReportingDescriptor[] {
  return ids.map((id) => {
    const rule: Rule | undefined = isRule(id) ? rules[id] : undefined;
    const text = rule?.description ?? describeStatus(id);
    return {
      id,
      shortDescription: { text },
      defaultConfiguration: { level: levels[rule?.severity ?? 'error'] },
    };
  });
}

/** SARIF's word for an info is note. */
const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

function isRule(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}

const statuses: Readonly<Record<string, string>> = {
  'run-failed': 'The run stopped before it finished.',
  refused: 'A safety rail refuses the whole run.',
  failed: 'A change failed.',
  'not-applied': 'The tenant reported success, but does not show what was sent.',
  'not-attempted': 'A change was not attempted.',
  'apps-unknown': 'Some apps could not be read, so the answer is incomplete.',
  overwrote: "Someone's edit between the last read and the write was overwritten.",
};

function describeStatus(id: string): string {
  if (id.startsWith('drift-')) return 'The tenant differs from the folders.';
  if (id.startsWith('check-')) return 'A run would fail, or could not do everything.';
  if (id.startsWith('preview-')) return 'A browser draws nothing, or an extension throws in it.';
  if (id.startsWith('pull-')) return 'An extension was not written to its folder.';
  return statuses[id] ?? `A change is blocked by the rail "${id.replace(/^blocked-/, '')}".`;
}
