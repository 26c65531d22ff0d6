/** What a preview costs: ten extensions, old and new, to the bare start of the browser and twenty loads of a page. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from '../real/preview-parts.mjs';
import { race } from './measure.mjs';
import { cli, runNode } from './programs.mjs';
import { ms } from './result.mjs';
import { startSandbox } from './servers.mjs';
import { undoAtEnd } from './tidy.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const installed = createRequire(import.meta.url);
const stardust = join(dirname(installed.resolve('@nebula.js/stardust')), 'dist/stardust.js');
const button = join(root, 'node_modules/@nebula.js/sn-action-button/sn-action-button-ext');
const pageLoads = fileURLToPath(new URL('page-loads.mjs', import.meta.url));

/** A small supernova and a real one. */
const sources = [
  { stem: 'progress-ring', folder: join(root, 'examples/progress-ring') },
  { stem: 'sn-action-button', folder: button },
];
const names = Array.from({ length: 10 }, (_, at) => `${sources[at % 2].stem}-${at}`);

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measurePreview() {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  const remove = undoAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  const tenant = await startSandbox();
  const env = { QLIK_API_KEY: tenant.apiKey, QLIK_TENANT_URL: tenant.url };
  const qlikSync = (...args) => runNode([cli, ...args], { cwd: folder, env });
  try {
    writeFileSync(
      join(folder, 'qlik-sync.config.json'),
      '{"project": "bench", "extensions": ["extensions/*"]}',
    );
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [at, name] of names.entries()) install(folder, name, sources[at % 2]);
    qlikSync('apply', '--yes');
    for (const name of names) change(folder, name);
    const { previews } = JSON.parse(qlikSync('preview', '--json').stdout);
    const drawn = previews.filter(
      ({ old, new: fresh }) => old?.result === 'drawn' && fresh.result === 'drawn',
    );
    if (drawn.length !== names.length) throw new Error(`not all are drawn: ${JSON.stringify(previews)}`);
    return resultsOf(await raceWith(qlikSync));
  } finally {
    remove();
    await tenant.stop();
  }
}

function raceWith(qlikSync) {
  const extension = join(button, 'dist/sn-action-button.js');
  const bare = (pages, atOnce) => () =>
    runNode([pageLoads, findBrowser(), stardust, extension, String(pages), String(atOnce)]).ms;
  return race(
    { preview: () => qlikSync('preview').ms, start: bare(0, 1), inTurn: bare(20, 1), atOnce: bare(20, 4) },
    { rounds: 5 },
  );
}

function install(folder, name, { stem, folder: source }) {
  const target = join(folder, 'extensions', name);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true });
  for (const ending of ['qext', 'js'])
    renameSync(join(target, `${stem}.${ending}`), join(target, `${name}.${ending}`));
}

/** What a person sees of it: the ring has another colour, the button is the same. */
function change(folder, name) {
  const file = join(folder, 'extensions', name, `${name}.js`);
  writeFileSync(file, `${readFileSync(file, 'utf8').replace('#009845', '#c0392b')}\n// changed\n`);
}

function resultsOf({ preview, start, inTurn, atOnce }) {
  return [
    {
      measure: 'preview of 10 extensions, old and new, to the start of the browser and 20 page loads',
      ratio: preview / inTurn,
      target: { atMost: 1.5 },
      detail: `${ms(preview)}; start and 20 loads in turn ${ms(inTurn)}, the start alone ${ms(start)}`,
    },
    {
      measure: 'the same to 20 page loads, four at once',
      ratio: preview / atOnce,
      detail: `${ms(preview)}; ${ms(atOnce)}`,
    },
  ];
}
