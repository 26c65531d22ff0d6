/**
 * Which modules each kind of run uses, besides those of the kinds before it: written to `.ci/load-order.json`, by which the
 * build decides what is loaded together. To be run when a plan without changes loads more than it should
 * (`test/acceptance/loaded-files.test.ts`): `npm run build && node test/bench/load-order.mjs`.
 */

import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from './programs.mjs';
import { startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

/** Large packages that only some runs need stay in files of their own. */
const apart = /^unused:|^src\/cli\.ts$|^node_modules\/(acorn|jszip|pako|undici|yaml)\//;

const root = fileURLToPath(new URL('../..', import.meta.url));

// Not among the temporary files, which may be another disk's.
const folder = mkdtempSync(join(root, 'node_modules/.cache/qlik-sync-load-order-'));
const built = join(folder, 'dist');
const { status } = spawnSync(process.execPath, ['.ci/build.mjs', '--singly', built], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) throw new Error('the build failed');
const sources = JSON.parse(readFileSync(join(built, 'sources.json'), 'utf8'));

// What is in the index of files that were just written does not count.
const later = ['--require', join(folder, 'tomorrow.cjs')];
writeFileSync(later[1], 'const { now } = Date;\nDate.now = () => now() + 86_400_000;\n');

const sandbox = await startSandbox();
const workspace = createWorkspace({ extensions: 3, files: 9, fileBytes: 2_000, content: 'program' });
try {
  workspace.qlikSync(['apply', '--yes'], sandbox);
  usedBy(['plan'], later);
  const start = usedBy(['--help'], later);
  const plan = usedBy(['plan'], later);
  const read = [['plan', '--no-cache'], ['validate'], ['plan']].flatMap((args) => usedBy(args));
  appendFileSync(join(workspace.tree, 'chart-001', 'chart-001.js'), '// edited\n');
  read.push(...usedBy(['plan'], later));
  const apply = usedBy(['apply', '--yes'], later);
  const order = lessEarlier({ start, plan, read, apply });
  writeFileSync(join(root, '.ci/load-order.json'), `${JSON.stringify(order, undefined, 2)}\n`);
} finally {
  workspace.remove();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The sources that a run evaluates, by the coverage that V8 writes. */
function usedBy(args, node = []) {
  const coverage = mkdtempSync(join(folder, 'coverage-'));
  runNode([...node, join(built, 'cli.js'), ...args], {
    cwd: workspace.folder,
    env: {
      QLIK_API_KEY: sandbox.apiKey,
      QLIK_SYNC_TENANT: sandbox.url,
      NODE_V8_COVERAGE: coverage,
    },
  });
  const reports = readdirSync(coverage).map((file) => JSON.parse(readFileSync(join(coverage, file), 'utf8')));
  const urls = reports.flatMap(({ result }) => result.map(({ url }) => url));
  return urls.flatMap((url) => sources[/\/dist\/chunks\/(\d+)\.js$/.exec(url)?.[1]] ?? []);
}

function lessEarlier(used) {
  const earlier = new Set();
  return Object.fromEntries(
    Object.entries(used).map(([kind, all]) => {
      const fresh = [...new Set(all)].filter((source) => !earlier.has(source) && !apart.test(source));
      for (const source of fresh) earlier.add(source);
      return [kind, fresh.sort()];
    }),
  );
}
