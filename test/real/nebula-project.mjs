/** A nebula project from npm, in whose output every file that a build decides on carries the number of the build. */

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFiles } from './files.mjs';

export const extension = 'demo-gauge';

const packages = ['@nebula.js/cli-build@^5.17.0', '@nebula.js/cli-sense@^5.17.0'];

/** What `nebula` of `@nebula.js/cli` does; that package itself brings 450 more, for commands not used here. */
const nebula = `require('yargs')
  .command(require('@nebula.js/cli-build/command'))
  .command(require('@nebula.js/cli-sense/command'))
  .demandCommand().strictCommands().argv;
`;

const supernova = (number) => `import { useEffect, useElement } from '@nebula.js/stardust';
import properties from './object-properties';
import rows from './rows.json';

export default function supernova() {
  return {
    qae: { properties, data: { targets: [{ path: '/qHyperCubeDef' }] } },
    component() {
      const element = useElement();
      useEffect(() => {
        element.innerHTML = '<p>build-${number}-</p>' + rows.map((row) => '<i>' + row + '</i>').join('');
      }, [element]);
    },
  };
}
`;

const properties = `export default {
  qHyperCubeDef: { qDimensions: [], qMeasures: [], qInitialDataFetch: [{ qWidth: 2, qHeight: 100 }] },
};
`;

const definition = (number) => `export default {
  definition: { type: 'items', component: 'accordion', items: { about: { label: 'build-${number}-' } } },
  support: { export: true, snapshot: true },
};
`;

export function createProject(folder) {
  const output = join(folder, `${extension}-ext`);
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeSource(folder, 0);
  write(folder, 'src/object-properties.js', properties);
  write(folder, 'nebula.cjs', nebula);
  write(
    folder,
    'qlik-sync.config.json',
    JSON.stringify({ project: 'nebula', extensions: [`${extension}-ext`] }),
  );
  execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--loglevel=error', ...packages], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    folder,
    /** @param {'clean' | 'over'} how `clean` deletes the last output first */
    build: async (number, how) => {
      writeSource(folder, number);
      if (how === 'clean')
        for (const each of [output, join(folder, 'dist')]) rmSync(each, { recursive: true });
      await runNebula(folder, 'build');
      await runNebula(folder, 'sense', '--ext', 'src/ext.js', '--sourcemap');
    },
    output: () => readFiles(output),
  };
}

function writeSource(folder, number) {
  write(folder, 'package.json', JSON.stringify(packageOf(number), undefined, 2));
  write(folder, 'src/index.js', supernova(number));
  write(folder, 'src/ext.js', definition(number));
  const rows = Array.from({ length: 20_000 }, (_, row) => (row * 7919 + number * 104_729) % 1_000_003);
  write(folder, 'src/rows.json', JSON.stringify(rows));
}

function packageOf(number) {
  return {
    name: extension,
    version: `1.0.${number}`,
    description: 'built again and again',
    author: 'qlik-sync',
    license: 'MIT',
    main: `dist/${extension}.js`,
    module: `dist/${extension}.esm.js`,
    peerDependencies: { '@nebula.js/stardust': '5.x' },
  };
}

function write(folder, path, text) {
  writeFileSync(join(folder, path), text);
}

/** Not synchronous: the recorder in this process has to go on. */
function runNebula(folder, ...args) {
  return promisify(execFile)(process.execPath, ['nebula.cjs', ...args], { cwd: folder });
}

/** Milliseconds, rounded, between two writes of one build that followed each other. */
export function longestGap(output) {
  const times = [...output.values()].map(({ writtenAt }) => writtenAt).sort((a, b) => a - b);
  return Math.round(Math.max(0, ...times.slice(1).map((at, index) => at - times[index])));
}

/** Which file is of which build. */
export function describeMixture(state, outputs) {
  const all = new Set([...outputs.flatMap((output) => [...output.keys()]), ...state.keys()]);
  const lines = [...all].sort().map((path) => {
    const file = state.get(path);
    const of = outputs.flatMap((output, index) =>
      output.get(path)?.sha256 === file?.sha256 ? [index + 1] : [],
    );
    return `  ${path}: ${file === undefined ? 'missing' : `of build ${of.join(', ') || 'none'}`}`;
  });
  return ['A state that no build made:', ...lines].join('\n');
}
