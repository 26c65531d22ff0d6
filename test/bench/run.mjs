/**
 * `npm run bench [measure…]`: how fast and how large, as ratios to real peers in the same run.
 * Ends with 0 also where a target is missed, which depends on the machine; with 1 where the bench itself breaks.
 */

import { measureApply } from './apply.mjs';
import { measureBefore } from './before.mjs';
import { measureFleet } from './fleet.mjs';
import { measureImpact } from './impact.mjs';
import { measureMemory } from './memory.mjs';
import { measureModules } from './modules.mjs';
import { measureMultipart } from './multipart.mjs';
import { measureNoChange } from './no-change.mjs';
import { measurePackage } from './package-size.mjs';
import { judge, renderTable } from './result.mjs';
import { measureStartUp } from './start-up.mjs';
import { measureStore } from './store.mjs';
import { measureWatch } from './watch.mjs';

const measures = {
  'no-change': measureNoChange,
  'start-up': measureStartUp,
  before: measureBefore,
  package: measurePackage,
  modules: measureModules,
  multipart: measureMultipart,
  apply: measureApply,
  store: measureStore,
  fleet: measureFleet,
  memory: measureMemory,
  impact: measureImpact,
  watch: measureWatch,
};

try {
  const results = await runMeasures(process.argv.slice(2));
  process.stdout.write(`\n${renderTable(results)}\n${summary(results)}\n`);
} catch (error) {
  process.stderr.write(`\nThe bench is broken, which says nothing of the speed.\n${error.stack}\n`);
  process.exit(1);
}

async function runMeasures(wanted) {
  const unknown = wanted.filter((name) => !(name in measures));
  if (unknown.length > 0)
    throw new Error(`no measure ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}`);
  const names = wanted.length > 0 ? wanted : Object.keys(measures);
  const results = [];
  for (const name of names) {
    process.stdout.write(`${name} …\n`);
    results.push(...(await measures[name]()));
  }
  return results;
}

function summary(results) {
  const verdicts = results.map(judge);
  const count = (wanted) => verdicts.filter((verdict) => verdict === wanted).length;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} SKIPPED`;
  return `${count('ok')} ok, ${count('missed')} missed${skipped}, on Node ${process.versions.node}. A ratio is ours to the peer's, unless it says "faster".`;
}
