/**
 * A run as JUnit XML, in the dialect that Jenkins, GitLab and Azure read: a suite for each environment, a test case for
 * each change and each finding. What is blocked or failed is a failure.
 */

import { escapeXml, xmlElement } from '../escape-xml.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { environmentOf, titleOf } from '../title.js';
import type { TestCase } from './test-case.js';
import { testCasesOf } from './test-cases.js';

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
