import type { Change, Finding, Outcome } from '../../core/model.js';
import type { Pulled } from '../../core/pulled.js';
import { describeChange } from '../change-words.js';
import type { Drift } from '../drift/report.js';
import { driftWords } from '../drift/text.js';
import { describeOutcome } from '../outcome-words.js';
import type { ReportParts } from '../run-result.js';
import { checkCase, impactCases } from './answer-cases.js';
import { fail, type TestCase } from './test-case.js';

export function testCasesOf(part: ReportParts): readonly TestCase[] {
  const outcomes = new Map((part.outcomes ?? []).map((outcome) => [outcome.name, outcome]));
  const changes = part.drift === undefined ? (part.plan?.changes ?? []) : [];
  return [
    ...runCases(part),
    ...(part.drift ?? []).map(driftCase),
    ...(part.pulled ?? []).map(pullCase),
    ...changes
      .filter(({ reason }) => reason !== 'not-ours')
      .map((change) => changeCase(change, outcomes.get(change.name))),
    ...(part.extensions ?? []).map(({ name }) => ({ group: 'extensions', name, result: 'passed' }) as const),
    ...(part.findings ?? []).map(findingCase),
    ...impactCases(part),
    ...(part.checks ?? []).map(checkCase),
  ];
}

function runCases({ failure, refusals = [] }: ReportParts): readonly TestCase[] {
  if (failure !== undefined) {
    const { message, hint } = failure;
    return [fail('run', 'run', 'run-failed', message, hint)];
  }
  return refusals.map(({ message, hint }) => fail('run', message, 'refused', message, hint));
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

/** What is no error is told, but fails nobody's pipeline. */
function findingCase({ rule, severity, file, line, column, extension, message, hint }: Finding): TestCase {
  const place = [file ?? extension, line, column].filter((part) => part !== undefined).join(':');
  const name = place === '' ? rule : `${rule}: ${place}`;
  if (severity === 'error') return fail('findings', name, rule, message, hint);
  const output = [`${severity}: ${message}`, hint].filter((text) => text !== undefined).join('\n');
  return { group: 'findings', name, result: 'passed', output };
}
