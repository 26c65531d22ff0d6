/**
 * What it costs to read which modules 100 nebula extensions load: the same folders are validated with scripts that
 * define nothing, of the very same size, for which no parser is loaded.
 */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { race } from './measure.mjs';
import { cli, runNode } from './programs.mjs';
import { ms } from './result.mjs';
import { undoAtEnd } from './tidy.mjs';

const published = fileURLToPath(
  new URL('../../node_modules/@nebula.js/sn-action-button/sn-action-button-ext', import.meta.url),
);

const extensions = 100;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureModules() {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  const remove = undoAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const asPublished = plant(join(folder, 'published'), (text) => text);
    const without = plant(join(folder, 'without'), (text) => text.replaceAll('define', 'refine'));
    assertParsedOnce(asPublished);
    return compare(
      await race(
        {
          cold: () => validate(asPublished, '--no-cache'),
          coldWithout: () => validate(without, '--no-cache'),
          warm: () => validate(asPublished),
          warmWithout: () => validate(without),
        },
        { rounds: 15, warmups: 2 },
      ),
    );
  } finally {
    remove();
  }
}

/** @param {(text: string) => string} change what becomes of the scripts */
function plant(root, change) {
  for (let number = 1; number <= extensions; number++) {
    const name = `chart-${String(number).padStart(3, '0')}`;
    const target = join(root, 'extensions', name);
    mkdirSync(target, { recursive: true });
    cpSync(published, target, { recursive: true });
    for (const path of readdirSync(target, { recursive: true, encoding: 'utf8' }))
      rename(target, path, name, change);
  }
  writeFileSync(
    join(root, 'qlik-sync.config.json'),
    JSON.stringify({ project: 'bench', extensions: ['extensions/*'] }),
  );
  return root;
}

/** Every extension has other bytes, and all files are older than the index distrusts. */
function rename(target, path, name, change) {
  if (!/\.(?:js|qext)$/.test(path)) return;
  const text = readFileSync(join(target, path), 'utf8').replaceAll('sn-action-button', name);
  const renamed = join(target, path.replace('sn-action-button', name));
  rmSync(join(target, path));
  writeFileSync(renamed, path.endsWith('.js') ? change(text) : text);
  utimesSync(renamed, 1_600_000_000, 1_600_000_000);
}

function validate(cwd, ...args) {
  return runNode([cli, 'validate', ...args], { cwd }).ms;
}

/** @throws where the index keeps nothing of the modules, or a second run does not believe it */
function assertParsedOnce(cwd) {
  const index = join(cwd, '.qlik-sync/index.json');
  // Times of inodes cannot be set back, and the index distrusts what was written just before it was read.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
  validate(cwd);
  const text = readFileSync(index, 'utf8');
  const kept = text.split('./dist/chart-').length - 1;
  if (kept !== extensions) throw new Error(`the index knows the modules of ${kept} extensions`);
  writeFileSync(index, text.replaceAll('./dist/chart-', './lost/chart-'));
  if (!failureOf(() => validate(cwd)).includes('./lost/chart-')) throw new Error('a warm run parses anew');
  writeFileSync(index, text);
}

function failureOf(action) {
  try {
    action();
    return '';
  } catch (error) {
    return error.message;
  }
}

function compare({ cold, coldWithout, warm, warmWithout }) {
  return [
    {
      measure: 'validate of 100 nebula extensions, modules read, to the same without',
      ratio: cold / coldWithout,
      target: { atMost: 1.1 },
      detail: `${ms(cold)}, without ${ms(coldWithout)}`,
    },
    {
      measure: 'the same with its stat index',
      ratio: warm / warmWithout,
      target: { atMost: 1.02 },
      detail: `${ms(warm)}, without ${ms(warmWithout)}; nothing is parsed`,
    },
  ];
}
