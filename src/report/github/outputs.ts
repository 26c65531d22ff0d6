/** What later steps of a job may ask: `steps.<id>.outputs.<name>`. */

import { randomUUID } from 'node:crypto';
import { countRun } from '../run-counts.js';
import type { RunResult } from '../run-result.js';

/** For `GITHUB_OUTPUT`: each value between delimiters that nobody can foresee. */
export function renderOutputs(result: RunResult): string {
  return Object.entries(outputsOf(result))
    .map(([name, value]) => {
      const delimiter = `qlik-sync-${randomUUID()}`;
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}

/** A digest is that of one plan, so a run over several environments has none. */
export function outputsOf(result: RunResult): Readonly<Record<string, string>> {
  const { changes, failed, ...counts } = countRun(result);
  const [only, ...others] = result.parts;
  const digest = others.length === 0 ? only?.plan?.digest : undefined;
  const numbers = Object.entries({ ...counts, failed }).map(([name, n]) => [name, String(n)]);
  return {
    'exit-code': String(result.exitCode),
    'has-changes': String(changes > 0),
    ...(digest !== undefined && { digest }),
    ...Object.fromEntries(numbers),
  };
}
