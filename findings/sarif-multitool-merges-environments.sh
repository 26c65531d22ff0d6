#!/usr/bin/env bash
# `sarif-multitool merge` makes one run of two that say they are different ones: results of prod are then under dev, at dev's commit.
#
# Guessed before: runs that differ in `automationDetails.id`, which is what tells runs of one tool apart (SARIF 2.1.0, 3.17), stay
# two runs, or each result keeps a note of where it came from.
# Seen (@microsoft/sarif-multitool 5.7.0): one run for each name and version of a tool. It has the id, the properties and the commit
# (`versionControlProvenance`) of one of the runs, and the results of all; nothing in a result tells which run it is from. The
# results of the others count as found at a commit at which they were not. Properties of a result stay. There is no message.
#
# Who meets it: a pipeline with a job for each environment that joins their files for one upload. What reads that file, code
# scanning for one, has prod's alerts under dev. `qlik-sync report merge` keeps a run for each environment, and each result names its
# run in its properties (docs/fleet.md; test/report/sarif.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @microsoft/sarif-multitool@5.7.0
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
cat > write.cjs <<'JS'
const { writeFileSync } = require('node:fs');
function write(file, { environment, commit, version }) {
  const run = {
    tool: { driver: { name: 'deploy', version, rules: [{ id: 'drift' }] } },
    automationDetails: { id: `deploy/${environment}/` },
    versionControlProvenance: [{ repositoryUri: 'https://example.com/repository', revisionId: commit }],
    properties: { environment },
    results: [{ ruleId: 'drift', ruleIndex: 0, message: { text: `Seen on ${environment}.` }, properties: { run: environment } }],
  };
  writeFileSync(file, JSON.stringify({ version: '2.1.0', runs: [run] }));
}
write('dev.sarif', { environment: 'dev', commit: '1111111', version: '1.0.0' });
write('prod.sarif', { environment: 'prod', commit: '2222222', version: '1.0.0' });
write('later.sarif', { environment: 'prod', commit: '2222222', version: '1.0.1' });
JS
cat > show.cjs <<'JS'
// Which of the runs gives its name is not the same each time.
for (const run of require('./merged.json').runs) {
  const own = run.properties.environment;
  const { automationDetails: { id }, versionControlProvenance: [{ revisionId }] } = run;
  const isConsistent = id === `deploy/${own}/` && revisionId === (own === 'dev' ? '1111111' : '2222222');
  const found = run.results.map(({ message, properties }) => `"${message.text}" (${properties.run})`).sort();
  const whose = found.length > 1 ? 'id, environment and commit of one' : `id, environment and commit of ${own}`;
  console.log(`  ${isConsistent ? whose : 'mixed'}: ${found.join(', ')}`);
}
JS
node write.cjs
merge() { # title, files…
  echo "$1: exit code $(node_modules/.bin/sarif-multitool merge "${@:2}" --output-file merged.sarif > log 2>&1; echo $?)"
  mv merged.sarif merged.json
  node show.cjs | sort
}
seen=$(
  merge 'one version' dev.sarif prod.sarif
  merge 'two versions' dev.sarif later.sarif
)
echo "$seen"
expected='one version: exit code 0
  id, environment and commit of one: "Seen on dev." (dev), "Seen on prod." (prod)
two versions: exit code 0
  id, environment and commit of dev: "Seen on dev." (dev)
  id, environment and commit of prod: "Seen on prod." (prod)'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-30 (@microsoft/sarif-multitool 5.7.0)'
