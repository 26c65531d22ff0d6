/** The cases of commands that only answer a question. */

import type { Impact, UnopenedApp } from '../../core/impact.js';
import { describeGaps } from '../../core/impact-gate.js';
import { isWhole } from '../../core/impact-tally.js';
import type { Check } from '../doctor/report.js';
import { describeUses } from '../impact/words.js';
import type { ReportParts } from '../run-result.js';
import { fail, type TestCase } from './test-case.js';

/** What is not known fails where the run does, and is else skipped: an app may be shut to these credentials for good. */
export function impactCases({ impact, question, exitCode }: ReportParts): readonly TestCase[] {
  if (impact === undefined || question === undefined) return [];
  const unknown = exitCode === 0 ? skipUnknown : failUnknown;
  return [
    ...impact.extensions.map((told) => {
      const output = describeUses(told, impact);
      return { group: 'apps', name: told.extension, result: 'passed', output } as const;
    }),
    ...gapsOf(impact).map(([name, reason]) => unknown(name, reason)),
  ];
}

type Gap = readonly [name: string, reason: string];

function gapsOf(impact: Impact): readonly Gap[] {
  const { unopened, missing } = impact;
  if (isWhole(impact)) return [];
  const gaps = [...unopened.map(describeUnopened), ...missing.map((what): Gap => ['whole answer', what])];
  return gaps.length === 0 ? [['whole answer', describeGaps(impact)]] : gaps;
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

export function checkCase({ name, status, message, hint }: Check): TestCase {
  if (status === 'failed') return fail('checks', name, `check-${name}`, message, hint);
  if (status === 'unknown') return { group: 'checks', name, result: 'skipped', message };
  const output = [message, hint].filter((text) => text !== undefined).join('\n');
  return { group: 'checks', name, result: 'passed', output };
}
