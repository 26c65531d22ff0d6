/**
 * Who uses which extension on a tenant of 1,000 apps: a whole scan against the time that the engine's own latency takes,
 * a second run after a few edits, and the memory that it takes for more apps.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBase } from './base.mjs';
import { cli, runNode } from './programs.mjs';
import { mb, ms } from './result.mjs';
import { startServer } from './servers.mjs';
import { undoAtEnd } from './tidy.mjs';

const openMs = 100;
const sessions = 4;
const server = new URL('impact-server.mjs', import.meta.url).pathname;
const floor = new URL('impact-floor.mjs', import.meta.url).pathname;
/** Garbage is V8's to keep for a while; with little room for it, what is left is what really grows: the answer itself. */
const littleRoom = ['--max-semi-space-size=1', '--max-old-space-size=40'];
const preload = new URL('peak-memory.mjs', import.meta.url).href;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureImpact() {
  const base = buildBase();
  const before = base && (await scanTwice(1000, base.cli));
  const large = await scanTwice(1000);
  const small = await scanTwice(250);
  if (large.again.opened !== 10)
    throw new Error(`opened ${large.again.opened} apps again, not the 10 that changed`);
  const bound = (large.first.opened * openMs) / sessions;
  return [
    {
      measure: `impact over ${large.first.opened} apps, to apps × ${openMs} ms ÷ ${sessions} sessions`,
      ratio: large.first.ms / bound,
      before: before && before.first.ms / bound,
      bare: large.bare / bound,
      target: { atMost: 1.05 },
      detail: `${ms(large.first.ms)}, bare ${ms(large.bare)}, bound ${ms(bound)}; 50 extensions`,
    },
    {
      measure: 'the second run, with 10 changed apps, to the first',
      ratio: large.again.ms / large.first.ms,
      target: { atMost: 0.25 },
      detail: `${ms(large.again.ms)}; opened exactly 10`,
    },
    {
      measure: `peak memory over ${large.first.opened} apps, to ${small.first.opened}`,
      ratio: large.first.peak / small.first.peak,
      target: { atMost: 1.25 },
      detail: `${mb(large.first.peak)}, ${mb(small.first.peak)}`,
    },
  ];
}

async function scanTwice(apps, program = cli) {
  const { ready, stop } = await startServer([server, String(apps), String(openMs)]);
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  const remove = undoAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    writeFileSync(
      join(folder, 'qlik-sync.config.json'),
      JSON.stringify({ project: 'bench', extensions: ['x/*'] }),
    );
    const first = impact(folder, ready, program);
    await change(ready, 10);
    return { first, again: impact(folder, ready, program), bare: readBare(folder, ready, first.opened) };
  } finally {
    remove();
    await stop();
  }
}

function impact(folder, { url, apiKey }, program) {
  const peakFile = join(folder, 'peak-memory');
  const { ms: took, stdout } = runNode(
    [...littleRoom, '--import', preload, program, 'impact', '--json', '--tenant', url],
    {
      cwd: folder,
      env: { QLIK_API_KEY: apiKey, PEAK_MEMORY_FILE: peakFile },
    },
  );
  const { apps, complete } = JSON.parse(stdout);
  if (!complete) throw new Error('the scan is not whole');
  return { ms: took, opened: apps.opened, peak: Number(readFileSync(peakFile, 'utf8')) };
}

/** @returns what a script takes that asks the same of the same apps, and nothing else */
function readBare(folder, { url, apiKey }, opened) {
  const { ms: took, stdout } = runNode([floor, url, apiKey, String(sessions)], { cwd: folder });
  if (JSON.parse(stdout).opened !== opened) throw new Error(`the bare script opened other apps: ${stdout}`);
  return took;
}

/** Edits apps the way a person does: their content stays, their update time moves. */
async function change({ url, apiKey }, count) {
  const headers = { authorization: `Bearer ${apiKey}`, connection: 'close' };
  const answer = await fetch(`${url}/__sandbox/apps`, { headers });
  const { apps } = await answer.json();
  for (const { id } of apps.filter(({ spaceId }) => spaceId !== undefined).slice(0, count)) {
    await fetch(`${url}/__sandbox/apps`, { method: 'POST', headers, body: JSON.stringify({ id }) });
  }
}
