/** The question before apply, on a real terminal. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createWorkspace,
  extensionFiles,
  simpleConfig,
  type Workspace,
} from '../acceptance/support/workspace.js';
import { hasTerminal, runInTerminal, type Step } from '../commands/terminal.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');
let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('a') });
});
afterEach(() => workspace.dispose());

async function isApplied(): Promise<boolean> {
  return (await workspace.run(['plan', '--sandbox'])).stdout.includes('1 unchanged');
}

describe.runIf(hasTerminal)('the question before apply', () => {
  it.each([
    ['yes', 'y', 0, true],
    ['no', 'n', 5, false],
    ['Enter alone is no', '\r', 5, false],
    ['Ctrl-C', '\u0003', 130, false],
  ] as const)('%s', async (_row, keys, code, applied) => {
    const steps: readonly Step[] = [['Apply this plan?', keys]];
    const session = await runInTerminal(
      [process.execPath, cli, 'apply', '--sandbox'],
      workspace.folder,
      steps,
    );
    expect(session.screen).toContain('1 to create');
    expect(session.code).toBe(code);
    expect(await isApplied()).toBe(applied);
  });
});
