/**
 * `npm run bench [measure…]`: how fast and how large, as ratios to real peers in the same run; `targets` are those measures
 * that are compared with an earlier build as well.
 * Each measure is told as it ends. Ends with 0 also where a target is missed, which depends on the machine; with 1 where
 * a measure itself breaks, after the others.
 */

import { measureApply } from './apply.mjs';
import { measureFleet } from './fleet.mjs';
import { measureImpact } from './impact.mjs';
import { measureMemory } from './memory.mjs';
import { measureModules } from './modules.mjs';
import { measureMultipart } from './multipart.mjs';
import { measurePackage } from './package-size.mjs';
import { measurePlans } from './plans.mjs';
import { measurePreview } from './preview.mjs';
import { judge, renderTable } from './result.mjs';
import { measureStore } from './store.mjs';
import { measureThemes } from './themes.mjs';
import { measureWatch, measureWatchGrowth } from './watch.mjs';

const measures = {
  plans: measurePlans,
  package: measurePackage,
  watch: measureWatch,
  'watch-growth': measureWatchGrowth,
  impact: measureImpact,
  modules: measureModules,
  multipart: measureMultipart,
  apply: measureApply,
  store: measureStore,
  fleet: measureFleet,
  memory: measureMemory,
  themes: measureThemes,
  preview: measurePreview,
};

/** What has a target to which the build before is compared. */
const targets = ['plans', 'package', 'watch', 'impact'];

const results = [];
for (const name of chooseMeasures(process.argv.slice(2))) {
  process.stdout.write(`${name} …\n`);
  try {
    const found = await measures[name]();
    process.stdout.write(`${renderTable(found)}\n\n`);
    results.push(...found);
  } catch (error) {
    process.stderr.write(`\n${name} is broken, which says nothing of the speed.\n${error.stack}\n\n`);
    process.exitCode = 1;
  }
}
process.stdout.write(`${summary(results)}\n`);

function chooseMeasures(wanted) {
  const unknown = wanted.filter((name) => !(name in measures) && name !== 'targets');
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no measure ${unknown.join(', ')}, but targets, ${Object.keys(measures).join(', ')}.\n`,
    );
    process.exit(1);
  }
  if (wanted.length === 0) return Object.keys(measures);
  return wanted.flatMap((name) => (name === 'targets' ? targets : [name]));
}

function summary(results) {
  const verdicts = results.map(judge);
  const count = (wanted) => verdicts.filter((verdict) => verdict === wanted).length;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} SKIPPED`;
  return `${count('ok')} ok, ${count('missed')} missed${skipped}, on Node ${process.versions.node}. A ratio is ours to the peer's, unless it says "faster".`;
}
