/** All of it raw words. */
export interface TestCase {
  readonly group: 'run' | 'changes' | 'findings' | 'extensions' | 'apps' | 'checks';
  readonly name: string;
  readonly result: 'passed' | 'failure' | 'skipped';
  /** What kind of failure; a rail, a status, a rule. */
  readonly type?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly output?: string;
  readonly ms?: number;
}

export function fail(
  group: TestCase['group'],
  name: string,
  type: string,
  message: string,
  detail: string | undefined,
): TestCase {
  return { group, name, result: 'failure', type, message, ...(detail !== undefined && { detail }) };
}
