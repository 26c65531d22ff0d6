/** Issues as SARIF 2.1.0 (OASIS), which code scanning shows beside the code. One run for each environment. */

import type { Log, Run } from 'sarif';
import { issuesByPart } from '../issues.js';
import type { Issue } from '../part-issues.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { titleOf } from '../title.js';
import { renderResult } from './results.js';
import { describeRules } from './rules.js';

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
  return {
    tool: {
      driver: {
        name: 'qlik-sync',
        ...(/^\d+\.\d+\.\d+/.test(version) && { semanticVersion: version }),
        rules: describeRules(ids),
      },
    },
    // GitHub keeps runs apart by this, up to the last slash.
    automationDetails: { id: `qlik-sync/${titleOf(part).split(' · ').join('/')}/` },
    invocations: [{ executionSuccessful: failure === undefined, exitCode }],
    columnKind: 'utf16CodeUnits',
    results: issues.map((issue) => renderResult(issue, ids)),
  };
}
