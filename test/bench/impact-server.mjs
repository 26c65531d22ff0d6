/** An embedded tenant with so many apps, each of which takes so long to open, that use 50 extensions. In memory. */

import JSZip from 'jszip';
import { startSandbox } from '../../dist/index.mjs';

const [apps, openMs] = process.argv.slice(2).map(Number);
const extensions = Array.from({ length: 50 }, (_, index) => `chart-${index}`);

const { url, apiKey } = await startSandbox({
  rate: { tier1: 1e8, tier2: 1e8 },
  engine: { apps, openMs, extensions, refusals: 'none' },
});
for (const name of extensions) await upload(name);
process.stdout.write(`${JSON.stringify({ url, apiKey })}\n`);

async function upload(name) {
  const zip = new JSZip();
  zip.file(`${name}.qext`, JSON.stringify({ name, type: 'visualization' })).file(`${name}.js`, 'define({});');
  const form = new FormData();
  form.set('file', new Blob([await zip.generateAsync({ type: 'uint8array' })]), `${name}.zip`);
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(`${url}/api/v1/extensions`, { method: 'POST', body: form, headers });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
}
