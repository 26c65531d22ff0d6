/**
 * A run as JUnit XML, in the dialect that Jenkins, GitLab and Azure read: a suite for each environment, a test case for
 * each change and each finding. Blocked and failed changes are failures.
 */

import type { Check } from '../../core/check.js';
import { exitCodes } from '../../core/exit-codes.js';
import { describeGaps } from '../../core/impact/gate.js';
import type { Impact, UnopenedApp } from '../../core/impact/impact.js';
import { isWhole } from '../../core/impact/tally.js';
import type { Change, Finding } from '../../core/model.js';
import type { Outcome } from '../../core/outcome.js';
import { isWorse, type Preview } from '../../core/preview.js';
import type { Pulled } from '../../core/pulled.js';
import { describeChange, describeOutcome } from '../change-words.js';
import { environmentOf, titleOf } from '../counts.js';
import { type Drift, driftWords } from '../drift.js';
import { describeUses } from '../impact.js';
import { printable } from '../paint.js';
import { wordsOf } from '../preview.js';
import type { ReportParts, RunResult } from '../run-result.js';

export function renderJunit({ parts }: RunResult): string {
  const suites = parts.map((part) => ({ part, cases: testCasesOf(part) }));
  const all = suites.flatMap(({ cases }) => cases);
  const root = xmlElement(
    'testsuites',
    { name: 'qlik-sync', ...countCases(all) },
    suites.map(({ part, cases }) => `\n${renderSuite(part, cases)}`),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function renderSuite(part: ReportParts, cases: readonly TestCase[]): string {
  const properties = Object.entries(propertiesOf(part)).flatMap(([name, value]) =>
    value === undefined ? [] : [xmlElement('property', { name, value })],
  );
  const children = [xmlElement('properties', {}, properties), ...cases.map(renderCase)];
  const attributes = { name: titleOf(part), ...countCases(cases), time: seconds(part.ms) };
  return xmlElement('testsuite', attributes, [...children.map((child) => `\n  ${child}`), '\n']);
}

function propertiesOf({
  header,
  plan,
  source,
  exitCode,
}: ReportParts): Readonly<Record<string, string | undefined>> {
  return {
    tool: header.tool,
    command: header.command,
    project: header.project,
    tenant: header.tenant?.url,
    environment: environmentOf(header),
    commit: source?.commit,
    digest: plan?.digest,
    exitCode: String(exitCode),
  };
}

function countCases(cases: readonly TestCase[]): Readonly<Record<string, number>> {
  const number = (result: TestCase['result']): number => cases.filter((one) => one.result === result).length;
  return { tests: cases.length, failures: number('failure'), errors: 0, skipped: number('skipped') };
}

function renderCase({ name, group, result, type, message, detail, output, ms }: TestCase): string {
  const attributes = { name, classname: `qlik-sync.${group}`, time: seconds(ms) };
  const failure = xmlElement('failure', { message, type }, detail === undefined ? [] : [escapeLines(detail)]);
  const children = {
    passed: [],
    failure: [failure],
    skipped: [xmlElement('skipped', { message })],
  }[result];
  const log = output === undefined ? [] : [xmlElement('system-out', {}, [escapeLines(output)])];
  return xmlElement('testcase', attributes, [...children, ...log]);
}

function seconds(ms: number | undefined): string {
  return ((ms ?? 0) / 1000).toFixed(3);
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeXml).join('\n');
}

export function testCasesOf(part: ReportParts): readonly TestCase[] {
  return [...runCases(part), ...resultCases(part), ...(part.findings ?? []).map(findingCase)];
}

function resultCases(part: ReportParts): readonly TestCase[] {
  switch (part.kind) {
    case 'plan':
      return changeCases(part, []);
    case 'apply':
      return changeCases(part, part.outcomes ?? []);
    case 'drift':
      return (part.drift ?? []).map(driftCase);
    case 'preview':
      return (part.previews ?? []).map((preview) => previewCase(preview, part.exitCode));
    case 'pull':
      return (part.pulled ?? []).map(pullCase);
    case 'validate':
    case 'init':
      return (part.extensions ?? []).map(({ name }) => ({ group: 'extensions', name, result: 'passed' }));
    case 'impact':
      return impactCases(part);
    case 'doctor':
      return (part.checks ?? []).map(checkCase);
    case 'fleet':
      return (part.unreached ?? []).map(({ environment, message }) =>
        fail('tenants', environment, 'not-reached', message, undefined),
      );
    case 'pack':
    case 'history':
    case 'config':
    case 'environments':
    case 'unreported':
      return [];
  }
}

function runCases({ failure, refusals = [] }: ReportParts): readonly TestCase[] {
  if (failure !== undefined) {
    const { message, hint } = failure;
    return [fail('run', 'run', 'run-failed', message, hint)];
  }
  return refusals.map(({ message, hint }) => fail('run', message, 'refused', message, hint));
}

function changeCases({ plan }: ReportParts, outcomes: readonly Outcome[]): readonly TestCase[] {
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  return (plan?.changes ?? [])
    .filter(({ reason }) => reason !== 'not-ours')
    .map((change) => changeCase(change, byName.get(change.name)));
}

function changeCase(change: Change, outcome: Outcome | undefined): TestCase {
  const { name, action, blocked, message } = change;
  const title = `${name}: ${action === 'none' ? 'keep' : action}`;
  if (blocked !== undefined) {
    return fail('changes', title, `blocked-${blocked.rail}`, describeChange(change), undefined);
  }
  if (change.reason === 'not-selected') return { group: 'changes', name: title, result: 'skipped', message };
  if (outcome === undefined) return { group: 'changes', name: title, result: 'passed', output: message };
  return outcomeCase(title, outcome);
}

function outcomeCase(title: string, outcome: Outcome): TestCase {
  const { status, error, overwrote, ms } = outcome;
  const time = ms === undefined ? {} : { ms };
  const words = describeOutcome(outcome);
  if (status !== 'done') return { ...fail('changes', title, status, words, error?.hint), ...time };
  if (overwrote !== undefined) return { ...fail('changes', title, 'overwrote', overwrote, words), ...time };
  return { group: 'changes', name: title, result: 'passed', output: words, ...time };
}

function driftCase({ name, kind, message, alarm, ignored }: Drift): TestCase {
  const title = `${name}: ${driftWords[kind]}`;
  if (alarm === 'new') return fail('changes', title, `drift-${kind}`, message, undefined);
  const why = ignored === undefined ? 'in the baseline' : `ignored until ${ignored.until}: ${ignored.reason}`;
  return { group: 'changes', name: title, result: 'skipped', message: why, output: message };
}

function pullCase({ name, result, message = '', hint }: Pulled): TestCase {
  const title = `${name}: pull`;
  if (result === 'refused' || result === 'failed' || result === 'not-attempted') {
    return fail('changes', title, `pull-${result}`, message, hint);
  }
  return { group: 'changes', name: title, result: 'passed', output: `${result} ${message}`.trim() };
}

/** Extensions that only Qlik Sense could draw are skipped. */
function previewCase(preview: Preview, exitCode: ReportParts['exitCode']): TestCase {
  const { name, new: fresh } = preview;
  const output = wordsOf(preview).join('\n');
  if (isWorse(preview) && exitCode === exitCodes.refused) {
    return fail('previews', name, `preview-${fresh.result}`, fresh.why ?? fresh.result, output);
  }
  if (fresh.result === 'loaded' || fresh.result === 'unclear') {
    return { group: 'previews', name, result: 'skipped', message: fresh.why ?? fresh.result, output };
  }
  return { group: 'previews', name, result: 'passed', output: `${fresh.result}\n${output}`.trim() };
}

/** Only errors fail a pipeline; the rest is output of a passing case. */
function findingCase({ rule, severity, file, line, column, extension, message, hint }: Finding): TestCase {
  const place = [file ?? extension, line, column].filter((part) => part !== undefined).join(':');
  const name = place === '' ? rule : `${rule}: ${place}`;
  if (severity === 'error') return fail('findings', name, rule, message, hint);
  const output = [`${severity}: ${message}`, hint].filter((text) => text !== undefined).join('\n');
  return { group: 'findings', name, result: 'passed', output };
}

/**
 * Unknown results fail only if the run fails; otherwise they are skipped, since these credentials may never open some
 * apps.
 */
function impactCases({ impact, exitCode }: ReportParts): readonly TestCase[] {
  if (impact === undefined) return [];
  const unknown = exitCode === exitCodes.ok ? skipUnknown : failUnknown;
  return [
    ...impact.extensions.map((extension) => {
      const output = describeUses(extension, impact);
      return { group: 'apps', name: extension.extension, result: 'passed', output } as const;
    }),
    ...gapsOf(impact).map(([name, reason]) => unknown(name, reason)),
  ];
}

type Gap = readonly [name: string, reason: string];

function gapsOf(impact: Impact): readonly Gap[] {
  const { unopened, missing } = impact;
  if (isWhole(impact)) return [];
  const gaps = [...unopened.map(describeUnopened), ...missing.map((what): Gap => ['complete answer', what])];
  return gaps.length === 0 ? [['complete answer', describeGaps(impact)]] : gaps;
}

function describeUnopened({ app, reason }: UnopenedApp): Gap {
  return [`${app.name}: open`, reason];
}

function skipUnknown(name: string, message: string): TestCase {
  return { group: 'apps', name, result: 'skipped', message };
}

function failUnknown(name: string, message: string): TestCase {
  return fail('apps', name, 'not-known', message, undefined);
}

function checkCase({ name, status, message, hint }: Check): TestCase {
  if (status === 'failed') return fail('checks', name, `check-${name}`, message, hint);
  if (status === 'unknown') return { group: 'checks', name, result: 'skipped', message };
  const output = [message, hint].filter((text) => text !== undefined).join('\n');
  return { group: 'checks', name, result: 'passed', output };
}

/** All strings are raw: not escaped. */
interface TestCase {
  readonly group: 'run' | 'changes' | 'findings' | 'extensions' | 'apps' | 'checks' | 'tenants' | 'previews';
  readonly name: string;
  readonly result: 'passed' | 'failure' | 'skipped';
  /** The kind of failure: a rail, a status, a rule. */
  readonly type?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly output?: string;
  readonly ms?: number;
}

function fail(
  group: TestCase['group'],
  name: string,
  type: string,
  message: string,
  detail: string | undefined,
): TestCase {
  return { group, name, result: 'failure', type, message, ...(detail !== undefined && { detail }) };
}

/** For XML 1.0 text and double-quoted attributes. A character that XML cannot hold becomes its visible escape. */
function escapeXml(text: string): string {
  return printable(text)
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** One element; attributes without a value are omitted. */
function xmlElement(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly string[] = [],
): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  const head = `<${name}${pairs.join('')}`;
  return children.length === 0 ? `${head}/>` : `${head}>${children.join('')}</${name}>`;
}
