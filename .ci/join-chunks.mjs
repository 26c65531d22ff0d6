import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { build } from 'esbuild';

/**
 * What every plan loads, in one file: the bundler makes a chunk for each set of entries that share code, sixty of which
 * a plan would load one by one (a fifth of its start-up). Each chunk stays, for whoever imports it when it is needed, and
 * hands on what the one file holds; static imports of all other chunks go to that file.
 *
 * @param outputs esbuild's, by file
 * @param first the source of the entry that is loaded before; its chunks stay as they are
 * @param entries the sources whose chunks are joined
 */
export async function joinChunks(outputs, first, entries) {
  const loaded = chunksOf(outputs, first);
  const joined = new Set(entries.flatMap((source) => [...chunksOf(outputs, source)]));
  const chunks = [...joined]
    .filter((file) => !loaded.has(file))
    .map((file, index) => ({
      file,
      names: outputs[file].exports.map((name) => [name, `c${index}_${name}`]),
    }));
  await bundleTogether(chunks);
  for (const { file, names } of chunks) {
    const list = names.map(([name, joint]) => `${joint} as ${name}`).join(',');
    writeFileSync(file, `export{${list}}from"./common.js";\n`);
  }
  const jointNames = new Map(chunks.map(({ file, names }) => [basename(file), new Map(names)]));
  const folder = dirname(chunks[0].file);
  for (const file of Object.keys(outputs)) {
    if (dirname(file) === folder && !jointNames.has(basename(file))) importFromCommon(file, jointNames);
  }
}

/** The imports that a chunk begins with, as the bundler prints them. */
const importStatement = /import(?:\{([^}]*)\}from)?"\.\/([\w-]+\.js)";/y;

/** Without this, a chunk that is loaded when it is needed would load each of the small files that hand on names. */
function importFromCommon(file, jointNames) {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf('import');
  const kept = [];
  const names = [];
  let isJoined = false;
  let end = start;
  for (importStatement.lastIndex = start; start !== -1; end = importStatement.lastIndex) {
    const found = importStatement.exec(text);
    if (found === null) break;
    const [statement, list = '', from] = found;
    const joint = jointNames.get(from);
    isJoined ||= joint !== undefined;
    if (joint === undefined) kept.push(statement);
    else if (list !== '') names.push(...list.split(',').map((each) => renamed(each, joint)));
  }
  if (!isJoined) return;
  writeFileSync(
    file,
    `${text.slice(0, start)}import{${names.join(',')}}from"./common.js";${kept.join('')}${text.slice(end)}`,
  );
}

/** `a as b` of a chunk → what the one file calls `a`, as `b`. */
function renamed(each, joint) {
  const [name, local = name] = each.split(' as ');
  return `${joint.get(name)} as ${local}`;
}

/** The chunk of an entry with all that it imports statically. */
function chunksOf(outputs, source) {
  const seen = new Set(Object.keys(outputs).filter((file) => outputs[file].entryPoint === source));
  // A set that grows while it is gone through is gone through to its end.
  for (const file of seen) {
    for (const { path, kind } of outputs[file].imports) {
      if (kind === 'import-statement' && path in outputs) seen.add(path);
    }
  }
  return seen;
}

async function bundleTogether(chunks) {
  const folder = dirname(chunks[0].file);
  const lines = chunks.map(({ file, names }) => {
    const list = names.map(([name, joint]) => `${name} as ${joint}`).join(', ');
    return `export { ${list} } from './${basename(file)}';`;
  });
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: folder },
    outfile: `${folder}/common.js`,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [onlyThese(new Set(chunks.map(({ file }) => basename(file))))],
    logLevel: 'warning',
  });
}

/** What is loaded later, and packages, stay where they are. */
function onlyThese(names) {
  return {
    name: 'only-these',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind }) =>
        kind === 'import-statement' && names.has(basename(path)) ? undefined : { path, external: true },
      );
    },
  };
}
