/** Two hundred extensions to watch, and saves of theirs. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, programText } from './content.mjs';
import { extensionName } from './tree.mjs';
import { createWorkspace } from './workspace.mjs';

/** 60 kB each. */
const small = { extensions: 200, files: 6, fileBytes: 12_000, content: 'program' };
/** Each tenth is 3 MB instead. */
const medium = { files: 60, fileBytes: 51_000 };

const names = Array.from({ length: small.extensions }, (_, index) => extensionName(index + 1));

export const smallNames = names.filter((_, index) => !isMedium(index));
export const mediumNames = names.filter((_, index) => isMedium(index));

function isMedium(index) {
  return index % 10 === 9;
}

export function createWatchedWorkspace() {
  const workspace = createWorkspace(small);
  const textOf = programText(createRandom(3));
  for (const name of mediumNames) grow(join(workspace.tree, name), name, textOf);
  return {
    ...workspace,
    /** @param {number} number makes it another content than all before, of the same size */
    save: (name, number) => {
      const text = textOf(mediumNames.includes(name) ? medium.fileBytes : small.fileBytes, 'saved 000000');
      const file = join(workspace.tree, name, `${name}.js`);
      return saveAt(file, text.replace('000000', String(number).padStart(6, '0')));
    },
    /** As it is, which makes `watch` read it again. */
    saveConfig: () => {
      const config = { project: 'bench', extensions: ['tree/*'] };
      writeFileSync(join(workspace.folder, 'qlik-sync.config.json'), JSON.stringify(config));
    },
  };
}

/** `performance.now()` of the moment before it. */
function saveAt(file, text) {
  const started = performance.now();
  writeFileSync(file, text);
  return started;
}

function grow(folder, name, textOf) {
  writeFileSync(join(folder, `${name}.js`), textOf(medium.fileBytes, name));
  for (let module = 1; module <= medium.files - 2; module++) {
    writeFileSync(
      join(folder, 'modules', `part-${module}.js`),
      textOf(medium.fileBytes, `${name} ${module}`),
    );
  }
}
