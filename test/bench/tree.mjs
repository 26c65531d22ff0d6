/** Extensions that look like built ones: a `.qext`, its entry script, and modules of program text. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, programText, randomBase64 } from './content.mjs';

/**
 * @typedef {object} Shape
 * @property {number} extensions
 * @property {number} files in each extension, the `.qext` among them
 * @property {number} fileBytes of each file but the `.qext`
 * @property {'program' | 'noise'} content noise hardly compresses, so that a zip is about as large as its files
 */

/** @param {Shape} shape */
export function writeTree(folder, { extensions, files, fileBytes, content }) {
  const random = createRandom(20261123);
  const textOf = content === 'noise' ? randomBase64 : programText(random);
  for (let number = 1; number <= extensions; number++) {
    const name = extensionName(number);
    const base = join(folder, name);
    mkdirSync(join(base, 'modules'), { recursive: true });
    writeFileSync(join(base, `${name}.qext`), manifestOf(name));
    writeFileSync(join(base, `${name}.js`), textOf(fileBytes, name));
    for (let module = 1; module <= files - 2; module++) {
      writeFileSync(join(base, 'modules', `part-${module}.js`), textOf(fileBytes, `${name} ${module}`));
    }
  }
}

/** `chart-001`: a hundred share a first digit, so that names can be selected by the hundred. */
export function extensionName(number) {
  return `chart-${String(number).padStart(3, '0')}`;
}

function manifestOf(name) {
  const manifest = {
    name,
    type: 'visualization',
    version: '1.0.0',
    description: 'made by the bench',
    author: 'bench',
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
