/**
 * The bundler makes a chunk for each set of entries that share code, two hundred of which a plan would load fifty; and
 * Node needs a millisecond for every ES module, and seven for the first. So chunks that are loaded together become one
 * file, and the files are CommonJS. A file of what runs use together is one script; in the others a chunk is evaluated
 * when something imports it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { finishFile, numberOf, shortenChunk, target } from './rewrite-chunks.mjs';

/**
 * @param made esbuild's outputs, by file
 * @param plan `program` and `library`: the sources of the two entries. `files`: what is loaded together, in the order of
 *   loading, by the name of the file: sources (`only`; those that are gone are ignored) and sources with all that they import
 *   (`all`), without what is in an earlier file; `oneByOne` where a run uses few of them. Without `files`, each chunk is in a
 *   file of its own, and `sources.json` says what each holds
 * @param folder gets `cli.js`, `index.mjs` and `chunks/`
 */
export async function packChunks(made, { program, library, files }, folder) {
  const groups = files === undefined ? singly(made) : groupChunks(made, files, entryOf(made, program));
  const outputs = renameChunks(made, groups);
  const [start, index] = [program, library].map((source) => entryOf(outputs, source));
  const paths = groups.map(({ file }) => file);
  const isOthers = (chunk) => isForeign(outputs[chunk]);
  const texts = groups.map(async ({ file, areUsedTogether }, number) => {
    const chunks = Object.keys(outputs).filter((chunk) => fileOf(numberOf(chunk)) === number);
    const asked = askedFor(chunks, outputs);
    return [
      `chunks/${file}.js`,
      await bundleChunks(areUsedTogether ? evaluateAll(asked, outputs) : evaluateWhenAsked(asked), chunks, {
        paths: paths.map((path) => `./${path}.js`),
        isOthers,
      }),
    ];
  });
  // With a copy of the little that it imports, so that its version is in the first file.
  const starting = await bundleChunks(`require('./${basename(start)}');`, [...closureOf(outputs, [start])], {
    paths: paths.map((path) => `./chunks/${path}.js`),
    isOthers,
  });
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  if (files === undefined)
    writeFileSync(
      join(folder, 'sources.json'),
      JSON.stringify(groups.map(({ chunks }) => sourcesOf(made[chunks[0]]))),
    );
  for (const [file, text] of await Promise.all(texts)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'cli.js'), `#!/usr/bin/env node\n${starting}`);
  writeFileSync(
    join(folder, 'index.mjs'),
    exportsOf(numberOf(index), outputs[index].exports, paths[fileOf(numberOf(index))]),
  );
}

/** So many chunks at most are in one file, the number of which is in the numbers of its chunks. */
const chunksOfFile = 1_000;

function fileOf(number) {
  return Math.floor(number / chunksOfFile);
}

/** The bundler makes variables of the names of files, by the thousand. */
function renameChunks(made, groups) {
  const folder = dirname(Object.keys(made)[0]);
  const names = new Map(
    [...groups, { chunks: Object.keys(made) }]
      .flatMap(({ chunks }, file) =>
        chunks.map((chunk, at) => [basename(chunk), `c${file * chunksOfFile + at}.js`]),
      )
      .reverse(),
  );
  const renamed = (file) => (file in made ? join(folder, names.get(basename(file))) : file);
  return Object.fromEntries(
    Object.entries(made).map(([file, { imports, ...output }]) => {
      const text = readFileSync(file, 'utf8').replace(
        /(?<="\.\/)[\w.-]+\.js(?=")/g,
        (name) => names.get(name) ?? name,
      );
      writeFileSync(renamed(file), text);
      return [
        renamed(file),
        { ...output, imports: imports.map((each) => ({ ...each, path: renamed(each.path) })) },
      ];
    }),
  );
}

/** For `import`: the names of a CommonJS module are not always seen. */
function exportsOf(number, names, file) {
  return [
    `import chunks from "./chunks/${file}.js";`,
    `export const {${names.join(',')}}=chunks[${number}]();\n`,
  ].join('\n');
}

/** What is no group's own is a file of its own where it is this large, and otherwise in the last one. */
const ownFileBytes = 25_000;

/** Each in a file of its own, so that it is seen which are used. */
function singly(outputs) {
  return Object.keys(outputs).map((chunk, number) => ({ file: `${number}`, chunks: [chunk] }));
}

function groupChunks(outputs, files, start) {
  const taken = new Set([start]);
  const take = (chunks) => {
    const fresh = [...chunks].filter((chunk) => !taken.has(chunk));
    const theirs = fresh.flatMap((chunk) => handedOn(outputs, chunk));
    const all = [...new Set([...fresh, ...theirs])].filter((chunk) => !taken.has(chunk));
    for (const chunk of all) taken.add(chunk);
    return all;
  };
  const named = Object.entries(files).map(([file, { only = [], all = [], oneByOne = false }], index) => ({
    file,
    areUsedTogether: !oneByOne,
    chunks: take([
      ...(index === 0 ? Object.keys(outputs).filter((chunk) => isHelper(outputs[chunk])) : []),
      ...only.flatMap((source) => chunkOf(outputs, source) ?? []),
      ...closureOf(outputs, chunksOf(outputs, all)),
    ]),
  }));
  const entries = loadedLater(outputs);
  const large = entries.flatMap((entry) => {
    const own = exclusiveTo(outputs, entry, entries).filter((chunk) => !taken.has(chunk));
    const bytes = own.reduce((sum, chunk) => sum + outputs[chunk].bytes, 0);
    const file = nameOf(outputs[entry]);
    return bytes < ownFileBytes ? [] : [{ file, areUsedTogether: true, chunks: take(own) }];
  });
  const left = Object.keys(outputs);
  const packages = { file: 'packages', chunks: take(left.filter((chunk) => isForeign(outputs[chunk]))) };
  const all = [...named, ...large, packages, { file: 'rest', chunks: take(left) }];
  if (new Set(all.map(({ file }) => file)).size < all.length) throw new Error('two files of one name');
  return all;
}

/** What is imported when it is needed, and the entries. */
function loadedLater(outputs) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const later = imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path);
  return Object.keys(outputs).filter((chunk) => later.includes(chunk));
}

function entryOf(outputs, source) {
  return Object.keys(outputs).find((chunk) => outputs[chunk].entryPoint === source);
}

/** `undefined` where the source is gone, or has only types left. */
function chunkOf(outputs, source) {
  return Object.keys(outputs).find((chunk) => source in outputs[chunk].inputs);
}

function chunksOf(outputs, sources) {
  return sources.map((source) => {
    const found = chunkOf(outputs, source);
    if (found === undefined) throw new Error(`${source} is in no chunk`);
    return found;
  });
}

/** Chunks that only hand on what this one holds: for whoever imports its source when it is needed. */
function handedOn(outputs, chunk) {
  return Object.keys(outputs).filter((each) => {
    const { entryPoint, inputs } = outputs[each];
    return Object.keys(inputs).length === 0 && entryPoint in outputs[chunk].inputs;
  });
}

function sourcesOf({ inputs }) {
  return Object.keys(inputs);
}

/** What the bundler brings along. */
function isHelper({ inputs, entryPoint }) {
  return Object.keys(inputs).length === 0 && entryPoint === undefined;
}

/** Whether none of it is ours. */
function isForeign({ inputs }) {
  return !Object.keys(inputs).some((input) => input.startsWith('src/'));
}

/** Chunks with all that they import statically. */
function closureOf(outputs, chunks) {
  const seen = new Set(chunks);
  // Iterating over a set visits what is added to it meanwhile.
  for (const chunk of seen) {
    for (const { path, kind } of outputs[chunk].imports) {
      if (kind === 'import-statement' && path in outputs) seen.add(path);
    }
  }
  return seen;
}

/** What no other entry imports statically. */
function exclusiveTo(outputs, entry, entries) {
  const others = closureOf(
    outputs,
    entries.filter((each) => each !== entry),
  );
  return [...closureOf(outputs, [entry])].filter((chunk) => !others.has(chunk));
}

/** The package, or the source. */
function nameOf({ entryPoint }) {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(entryPoint) ?? [];
  return name?.replace(/^@|\.js$/g, '').replace('/', '-') ?? basename(entryPoint, '.ts');
}

/** `paths` has those of the files that chunks are in; `isOthers` says whether none of a chunk is ours. */
async function bundleChunks(contents, chunks, { paths, isOthers }) {
  const inside = new Set(chunks.map((chunk) => basename(chunk)));
  const folder = resolve(dirname(chunks[0]));
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    // Chunks are called by their path in it.
    absWorkingDir: folder,
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target,
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [onlyThese(inside, isOthers)],
    logLevel: 'warning',
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  });
  const list = JSON.stringify(paths);
  return `${requireChunks.replace('FILES', list)}\n${finishFile(outputFiles[0].text)}`;
}

/** A chunk is asked for by its number, whatever file it is in. */
const requireChunks = `"use strict";require=((load,files,found)=>name=>found[name]??=name>=0?load(files[name/${chunksOfFile}|0])[name]():load(name))(require,FILES,{});var later=name=>{let found;return()=>found??=require(name)};`;

/** Those that other files import, or that are imported when they are needed. */
function askedFor(chunks, outputs) {
  const imports = Object.entries(outputs).flatMap(([chunk, output]) =>
    output.imports.filter(({ kind }) => kind === 'dynamic-import' || !chunks.includes(chunk)),
  );
  const asked = new Set(imports.map(({ path }) => path));
  return chunks.filter((chunk) => asked.has(chunk) || outputs[chunk].entryPoint === 'src/index.ts');
}

/** A file exports a function for each chunk that is asked for, which evaluates it the first time. */
function evaluateWhenAsked(chunks) {
  const rows = chunks.map((chunk) => `${numberOf(chunk)}: () => require('./${basename(chunk)}')`);
  return `module.exports = { ${rows.join(', ')} };`;
}

/** As one script, with all that the chunks import of their file; the functions that it exports tell what each exports. */
function evaluateAll(chunks, outputs) {
  const listNames = (chunk, join) =>
    outputs[chunk].exports.map((name) => join(name, `c${numberOf(chunk)}_${name}`)).join(', ');
  const imports = chunks.map(
    (chunk) =>
      `import { ${listNames(chunk, (name, local) => `${name} as ${local}`)} } from './${basename(chunk)}';`,
  );
  const rows = chunks.map(
    (chunk) => `${numberOf(chunk)}: () => ({ ${listNames(chunk, (name, local) => `${name}: ${local}`)} })`,
  );
  return `${imports.join('\n')}\nmodule.exports = { ${rows.join(', ')} };`;
}

/** Everything else stays where it is. */
function onlyThese(inside, isOthers) {
  return {
    name: 'only-these',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path }) =>
        inside.has(basename(path)) && path.startsWith('./') ? undefined : { path, external: true },
      );
      onLoad({ filter: /\.js$/ }, async ({ path }) => ({
        contents: await shortenChunk(readFileSync(path, 'utf8'), isOthers(relative('', path))),
        loader: 'js',
      }));
    },
  };
}
