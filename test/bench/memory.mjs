/** The peak of an apply's memory must not follow the size of the tree: at most the zips in flight are held. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
