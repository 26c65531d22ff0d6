/**
 * The peak of an apply's memory must not follow the size of the tree: at most the zips in flight are held. Nor must it
 * follow how many runs a store knows, where a machine knows none.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './measure.mjs';
import { mb } from './result.mjs';
import { startSandbox } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

/** Each of 2 MB that hardly compress; eight are in flight in both trees. */
const one = { files: 5, fileBytes: 500_000, content: 'noise' };
const small = { ...one, extensions: 10 };
const large = { ...one, extensions: 100 };
const rounds = 2;
const preload = new URL('peak-memory.mjs', import.meta.url).href;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureMemory() {
  const few = await peakOf(small);
  const many = await peakOf(large);
  return [
    await measureHistory(),
    {
      measure: 'peak memory of an apply of 200 MB, to one of 20 MB',
      ratio: many / few,
      target: { atMost: 1.25 },
      detail: `${mb(many)}, ${mb(few)}; 2 MB an extension, 8 in flight`,
    },
  ];
}

/** Bytes of the process at its largest. */
async function peakOf(shape) {
  const workspace = createWorkspace(shape);
  try {
    const peaks = [];
    for (let round = 0; round < rounds; round++) peaks.push(await applyOnce(workspace));
    return median(peaks);
  } finally {
    workspace.remove();
  }
}

async function applyOnce(workspace) {
  const sandbox = await startSandbox();
  const file = join(workspace.folder, 'peak-memory');
  try {
    workspace.qlikSync(['apply', '--yes', '--no-cache'], sandbox, {
      node: ['--import', preload],
      env: { PEAK_MEMORY_FILE: file },
    });
    return Number(readFileSync(file, 'utf8'));
  } finally {
    await sandbox.stop();
  }
}

/** Of an apply with one change on a machine that fetches all journals: with a thousand in the store, and with ten. */
async function measureHistory() {
  const workspace = createWorkspace({ files: 5, fileBytes: 5_000, content: 'program', extensions: 1 });
  const sandbox = await startSandbox();
  const store = join(workspace.folder, 'store');
  const file = join(workspace.folder, 'peak-memory');
  const apply = () => {
    rmSync(join(workspace.folder, '.qlik-sync'), { recursive: true, force: true });
    workspace.qlikSync(['apply', '--yes', '--no-cache'], sandbox, {
      node: ['--import', preload],
      env: { QLIK_SYNC_STORE: pathToFileURL(store).href, PEAK_MEMORY_FILE: file },
    });
    return Number(readFileSync(file, 'utf8'));
  };
  try {
    apply();
    const few = peakWith(10);
    const many = peakWith(1000);
    const detail = `${mb(many)}, ${mb(few)}; journals of one change, all of them fetched`;
    const measure = 'peak memory of an apply after 1,000 runs, to one after 10';
    return { measure, ratio: many / few, target: { atMost: 1.25 }, detail };
  } finally {
    await sandbox.stop();
    workspace.remove();
  }

  function peakWith(runs) {
    copyRuns(join(store, 'runs'), runs);
    return median(Array.from({ length: rounds }, apply));
  }
}

/** The first journal, as of so many minutes. */
function copyRuns(folder, runs) {
  const name = readdirSync(folder, { recursive: true }).find((each) => each.endsWith('.jsonl'));
  const [id] = /\d{8}T\d{6}Z-[0-9a-f]{4}/.exec(name);
  const text = readFileSync(join(folder, name), 'utf8');
  for (let run = 0; run < runs; run++) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, run)).toISOString();
    const other = `${at.replace(/[-:]|\.\d+/g, '')}-0000`;
    const copy = text.replaceAll(id, other).replace(/"startedAt":"[^"]*"/, `"startedAt":"${at}"`);
    writeFileSync(join(folder, name.replace(id, other)), copy);
  }
}
