/**
 * Acceptance on a real build: while `watch` runs, a nebula project is built again and again by the very commands of
 * `@nebula.js/cli`, every third time with its output deleted before. Whatever is stored on the tenant must be the
 * output of one build, whole and unmixed; what is stored last must be the folder.
 * Needs the npm registry and `unzip`, so it is not part of the tests: `npm run test:real`.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { linesOf } from './files.mjs';
import { createProject, describeMixture, extension, longestGap } from './nebula-project.mjs';
import { startRecordedTenant } from './nebula-tenant.mjs';
import { startWatch } from './nebula-watch.mjs';
import { say } from './say.mjs';

const builds = 12;
/** More than a quiet period and a sweep: whatever watch still has to say of a build is said by then. */
const settleMs = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-nebula-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const project = createProject(join(folder, 'project'));
const tenant = await startRecordedTenant(extension, folder);
const watch = startWatch(project.folder, tenant, process.argv.slice(2));

try {
  const outputs = await buildAll();
  await tenant.until((states) => isSame(states.at(-1), outputs.at(-1)));
  await pause(settleMs);
  check(outputs);
  assert.equal(await watch.interrupt(), 130);
} finally {
  watch.kill();
  await tenant.stop();
}

/** Every other time the next build does not wait: it may begin, with a deletion too, before the last is uploaded. */
async function buildAll() {
  const outputs = [];
  for (let number = 1; number <= builds; number++) {
    await project.build(number, number % 3 === 0 ? 'clean' : 'over');
    const output = project.output();
    outputs.push(output);
    say(`build ${number}: ${output.size} files, at most ${longestGap(output)} ms between two writes`);
    if (number % 2 === 0) await tenant.until((states) => isSame(states.at(-1), output));
  }
  return outputs;
}

function check(outputs) {
  const stored = tenant.states.map((state) => outputs.findIndex((output) => isSame(state, output)) + 1);
  say(`the tenant held, one after another: ${stored.map((build) => build || 'A MIXTURE').join(', ')}`);
  const mixtures = tenant.states.filter((_, index) => stored[index] === 0);
  assert.ok(mixtures.length === 0, mixtures.map((state) => describeMixture(state, outputs)).join('\n'));
  assert.ok(stored.length >= 2, 'fewer than two states: the builds were not followed');
  assert.deepEqual(linesOf(tenant.states.at(-1)), linesOf(project.output()));
  assert.deepEqual(tenant.deletes, []);
  say(
    `${outputs.length} builds, ${stored.length} uploads; every state is one whole build, the last the folder`,
  );
}

function isSame(state, output) {
  return state !== undefined && JSON.stringify(linesOf(state)) === JSON.stringify(linesOf(output));
}
