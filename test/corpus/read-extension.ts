/** An extension's folder as the rules see it, read without `source`: every file with a suffix is kept. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readStub } from '../../src/core/content/module-facts.js';
import { inspectContent } from '../../src/core/content.js';
import { parseManifest } from '../../src/core/manifest.js';
import type { DesiredExtension, KeptFile } from '../../src/core/model.js';

export function readExtension(folder: string): DesiredExtension {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  const qext = paths.find((path) => path.endsWith('.qext'));
  if (qext === undefined) throw new Error(`no .qext in ${folder}`);
  const { manifest, problems } = parseManifest(readFileSync(join(folder, qext)));
  if (manifest === undefined) throw new Error(problems[0]?.message);
  const files = paths.sort().map((path) => readKept(folder, path));
  return {
    name: basename(qext, '.qext'),
    folder,
    displayFolder: basename(folder),
    manifest,
    files: files.filter(({ path }) => basename(path).includes('.')),
    leftOut: files
      .filter(({ path }) => !basename(path).includes('.'))
      .map(({ path }) => ({ path, why: 'dropped-by-qlik' })),
    digest: '',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function readKept(folder: string, path: string): KeptFile {
  const content = readFileSync(join(folder, path));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const module = readStub(content);
  const facts = { ...inspectContent(path, content), ...(module !== undefined && { module }) };
  return { path, diskPath: path, bytes: content.length, sha256, facts };
}
