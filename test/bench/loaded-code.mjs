/** That a plan builds no zip is shown by the scripts it loaded: those that hold the zip library are not among them. */

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const chunks = fileURLToPath(new URL('../../dist/chunks/', import.meta.url));

/** An error message of jszip's that nothing else has. */
const wordsOfJszip = 'find end of central directory';

/** @throws where a plan in the workspace loads the zip library */
export function assertNoZipLibrary(workspace, sandbox) {
  const coverage = join(workspace.folder, 'coverage');
  mkdirSync(coverage);
  workspace.qlikSync(['plan', '--no-cache'], sandbox, { env: { NODE_V8_COVERAGE: coverage } });
  const loaded = loadedScripts(coverage);
  if (loaded.size === 0) throw new Error('it is not known which scripts a plan loads');
  const guilty = zipScripts().filter((script) => loaded.has(script));
  if (guilty.length > 0)
    throw new Error(`a plan without changes loads the zip library: ${guilty.join(', ')}`);
}

function loadedScripts(coverage) {
  const reports = readdirSync(coverage).map((file) => JSON.parse(readFileSync(join(coverage, file), 'utf8')));
  const urls = reports.flatMap(({ result }) => result.map(({ url }) => url));
  return new Set(urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url)));
}

function zipScripts() {
  const scripts = readdirSync(chunks, { recursive: true })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(chunks, file))
    .filter((file) => readFileSync(file, 'utf8').includes(wordsOfJszip));
  if (scripts.length === 0) throw new Error('no script in dist/chunks holds the zip library');
  return scripts;
}
