/**
 * The main job, played on the embedded tenant: create, nothing to do, update one file, prune.
 * Works on a copy of these examples in a temporary folder, and removes it at the end.
 */

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(new URL('.', import.meta.url));
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-demo-'));

try {
  for (const name of ['hello-table', 'progress-ring', 'status-board']) {
    cpSync(join(examples, name), join(folder, 'extensions', name), { recursive: true });
  }
  const config = { project: 'demo-charts', extensions: ['extensions/*'], tags: ['demo'] };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config, undefined, 2));

  say('Three extension folders and a config. First: are they fit to be uploaded?');
  run('validate');

  say('What would be done? (Reads only.)');
  run('plan', '--sandbox');

  say('Do it.');
  run('apply', '--sandbox', '--yes');

  say('Again: the tenant matches the folders, so one list request and no write.');
  run('apply', '--sandbox', '--yes');

  say('A colour changes. What would people see? (Where there is no browser, this says what to install.)');
  symlinkSync(
    fileURLToPath(new URL('../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
    'junction',
  );
  const ring = join(folder, 'extensions/progress-ring/progress-ring.js');
  writeFileSync(ring, readFileSync(ring, 'utf8').replace('#009845', '#c0392b'));
  runTo([0, 3], ['preview', '--sandbox']);

  say('One file of one more extension changes …');
  appendFileSync(join(folder, 'extensions/status-board/status-board.js'), '\n// edited by the demo\n');
  run('apply', '--sandbox', '--yes');

  say(
    'Who would notice? The tenant has apps that use these extensions; a few of them refuse to be opened (so exit 5).',
  );
  runIncomplete('impact', '--sandbox', '--quiet');

  say('A folder is removed. It is deleted on the tenant only when that is asked for.');
  rmSync(join(folder, 'extensions/hello-table'), { recursive: true });
  run('apply', '--sandbox', '--yes');
  say('With --impact the apps that would break are named, and their number has to be accepted.');
  run('plan', '--sandbox', '--prune', '--impact');
  say('Without --impact nobody looks for the apps, so this run deletes it.');
  run('apply', '--sandbox', '--yes', '--prune');

  say('And again: nothing to do.');
  run('apply', '--sandbox', '--yes', '--prune');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function say(text) {
  process.stdout.write(`\n── ${text}\n`);
}

function run(...args) {
  runTo([0], args);
}

/** The answer stands, and the exit code says that it is a lower bound. */
function runIncomplete(...args) {
  runTo([5], args);
}

function runTo(expected, args) {
  process.stdout.write(`\n$ qlik-sync ${args.join(' ')}\n\n`);
  const { status, error } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (!expected.includes(status))
    throw new Error(`qlik-sync ${args.join(' ')} ended with exit code ${status}`);
}
