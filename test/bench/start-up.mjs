/** What it costs to start: the version alone, and a plan of ten ordinary extensions with nothing to do. */

import { race } from './measure.mjs';
import { cli, runNode } from './programs.mjs';
import { ms } from './result.mjs';
import { startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

/** The median real extension: 9 files, 154 kB (qlik-facts). */
const ordinary = { extensions: 10, files: 9, fileBytes: 17_000, content: 'program' };

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureStartUp() {
  const sandbox = await startSandbox();
  const workspace = createWorkspace(ordinary);
  try {
    workspace.qlikSync(['apply', '--yes'], sandbox);
    return compare(await raceStarts(workspace, sandbox));
  } finally {
    workspace.remove();
    await sandbox.stop();
  }
}

function raceStarts(workspace, sandbox) {
  return race(
    {
      node: () => runNode(['-e', '0']).ms,
      version: () => runNode([cli, '--version']).ms,
      plan: () => workspace.qlikSync(['plan'], sandbox).ms,
      planWithoutIndex: () => workspace.qlikSync(['plan', '--no-cache'], sandbox).ms,
    },
    { rounds: 21, warmups: 3 },
  );
}

function compare({ node, version, plan, planWithoutIndex }) {
  const against = (milliseconds) => `${ms(milliseconds)}, node -e 0 ${ms(node)}`;
  return [
    {
      measure: '--version, to node -e 0',
      ratio: version / node,
      target: { atMost: 1.12 },
      detail: against(version),
    },
    {
      measure: 'plan of 10, nothing to do, to node -e 0',
      ratio: plan / node,
      target: { atMost: 1.9 },
      detail: against(plan),
    },
    {
      measure: 'the same without the stat index',
      ratio: planWithoutIndex / node,
      target: { atMost: 1.9 },
      detail: against(planWithoutIndex),
    },
  ];
}
