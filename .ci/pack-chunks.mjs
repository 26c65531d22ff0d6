/**
 * The bundler makes a chunk for each set of entries that share code, two hundred of which a plan would load fifty; and
 * Node needs a millisecond for every ES module, and seven for the first. So chunks that are loaded together become one
 * file, and the files are CommonJS. A chunk is still evaluated only when something imports it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * @param outputs esbuild's, by file
 * @param plan `program` and `library`: the sources of the two entries; `files`: what is loaded together, in the order of
 *   loading: by name, the sources whose imports go there, less what is in an earlier one
 * @param folder gets `cli.js`, `index.mjs` and `chunks/`
 */
export async function packChunks(outputs, { program, library, files }, folder) {
  const [start, index] = entriesOf(outputs, [program, library]);
  const packed = groupChunks(outputs, files, start);
  const fileOf = new Map(
    packed.flatMap(({ file, chunks }) => chunks.map((chunk) => [basename(chunk), file])),
  );
  const texts = packed.map(async ({ file, chunks }) => [
    `chunks/${file}.js`,
    await bundleChunks(tableOf(chunks, outputs), chunks, (chunk) => `./${fileOf.get(chunk)}.js`),
  ]);
  // With a copy of the little that it imports, so that its version is in the first file.
  const starting = await bundleChunks(
    `require('./${basename(start)}');`,
    [...closureOf(outputs, [start])],
    (chunk) => `./chunks/${fileOf.get(chunk)}.js`,
  );
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  for (const [file, text] of await Promise.all(texts)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'cli.js'), `#!/usr/bin/env node\n${starting}`);
  writeFileSync(join(folder, 'index.mjs'), exportsOf(index, outputs[index].exports, fileOf));
}

/** For `import`: the names of a CommonJS module are not always seen. */
function exportsOf(chunk, names, fileOf) {
  const name = basename(chunk);
  return [
    `import chunks from "./chunks/${fileOf.get(name)}.js";`,
    `export const {${names.join(',')}}=chunks["./${name}"]();\n`,
  ].join('\n');
}

/** What is no group's own is a file of its own where it is this large, and otherwise in the last one. */
const ownFileBytes = 25_000;

function groupChunks(outputs, files, start) {
  const taken = new Set([start]);
  const take = (chunks) => {
    const fresh = [...chunks].filter((chunk) => !taken.has(chunk));
    for (const chunk of fresh) taken.add(chunk);
    return fresh;
  };
  const named = Object.entries(files).map(([file, sources]) => ({
    file,
    chunks: take(closureOf(outputs, entriesOf(outputs, sources))),
  }));
  const entries = Object.keys(outputs).filter((chunk) => outputs[chunk].entryPoint !== undefined);
  const large = entries.flatMap((entry) => {
    const own = exclusiveTo(outputs, entry, entries).filter((chunk) => !taken.has(chunk));
    const bytes = own.reduce((sum, chunk) => sum + outputs[chunk].bytes, 0);
    return bytes < ownFileBytes ? [] : [{ file: nameOf(entry), chunks: take(own) }];
  });
  return [...named, ...large, { file: 'rest', chunks: take(Object.keys(outputs)) }];
}

function entriesOf(outputs, sources) {
  return sources.map((source) => {
    const found = Object.keys(outputs).find((chunk) => outputs[chunk].entryPoint === source);
    if (found === undefined) throw new Error(`${source} is not the entry of a chunk`);
    return found;
  });
}

/** Chunks with all that they import statically. */
function closureOf(outputs, chunks) {
  const seen = new Set(chunks);
  // A set that grows while it is gone through is gone through to its end.
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

function nameOf(chunk) {
  return basename(chunk).replace(/-[A-Z0-9]{8}\.js$/, '');
}

/** @param fileOf the path of the file that a chunk is in now */
async function bundleChunks(contents, chunks, fileOf) {
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
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [onlyThese(inside)],
    logLevel: 'warning',
  });
  // Whoever asks for a chunk is one, too, and needs no copy of its exports.
  const bundled = outputFiles[0].text.replaceAll('__toCommonJS(', '(');
  const text = useBuiltinsLazily(bundled);
  const elsewhere = [...new Set(text.match(/(?<=")\.\/[\w-]+\.js(?=")/g))].filter(
    (path) => !inside.has(basename(path)),
  );
  const rows = elsewhere.map((path) => `"${path}":"${fileOf(basename(path))}"`);
  return `${requireChunks.replace('FILES', rows.join(','))}\n${text}`;
}

/** A chunk is asked for by its name, whatever file it is in. */
const requireChunks =
  '"use strict";require=((load,files,found)=>name=>found[name]??=name in files?load(files[name])[name]():load(name))(require,{FILES},{});';

/** A file exports a function for each chunk that another one may ask for, which evaluates it the first time. */
function tableOf(chunks, outputs) {
  const asked = new Set(
    Object.entries(outputs)
      .filter(([chunk, { entryPoint }]) => !chunks.includes(chunk) || entryPoint !== undefined)
      .flatMap(([chunk, { imports }]) => [chunk, ...imports.map(({ path }) => path)]),
  );
  const rows = chunks
    .filter((chunk) => asked.has(chunk))
    .map((chunk) => `'./${basename(chunk)}': () => require('./${basename(chunk)}')`);
  return `module.exports = { ${rows.join(', ')} };`;
}

/** Everything else stays where it is; what is loaded later is loaded with `require` too. */
function onlyThese(inside) {
  return {
    name: 'only-these',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path }) =>
        inside.has(basename(path)) && path.startsWith('./') ? undefined : { path, external: true },
      );
      onLoad({ filter: /\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8')
          .replace(/^#!.*\n/, '')
          .replace(/\bimport\("(\.\/[\w-]+\.js|node:\w+)"\)/g, 'Promise.resolve().then(()=>require("$1"))'),
        loader: 'js',
      }));
    },
  };
}

/** Loaded before any program begins. */
const present = ['node:fs', 'node:path'];

/** Node's own modules are loaded when something of them is used: tls, http, crypto and others cost milliseconds each. */
function useBuiltinsLazily(text) {
  const modules = new Map();
  const free = text.replace(/(?<![\w$.])(import_\w+)=require\("(node:[\w/]+)"\)/g, (_all, local, module) => {
    modules.set(local, module);
    return '0';
  });
  const isBuiltin = (local) => modules.has(local);
  const used = free
    .replace(/(?<![\w$.])(import_\w+)\./g, (all, local) =>
      isBuiltin(local) ? `${useOf(modules.get(local))}.` : all,
    )
    .replace(/(?<=(?:var |,)(?:[\w$]+,)*)(import_\w+),/g, (all, local) => (isBuiltin(local) ? '' : all))
    .replace(/,(import_\w+);/g, (all, local) => (isBuiltin(local) ? ';' : all))
    .replace(/var (import_\w+);/g, (all, local) => (isBuiltin(local) ? '' : all));
  const left = used.match(/(?<![\w$.])import_\w+/g)?.find(isBuiltin);
  if (left !== undefined) throw new Error(`${left} is used in a way that is not understood`);
  const names = [...new Set(modules.values())].map((module) =>
    present.includes(module) ? `${nameOfBuiltin(module)}=require("${module}")` : nameOfBuiltin(module),
  );
  return names.length === 0 ? used : `var ${names.join(',')};${used}`;
}

function useOf(module) {
  const name = nameOfBuiltin(module);
  return present.includes(module) ? name : `(${name}??=require("${module}"))`;
}

function nameOfBuiltin(module) {
  return module.replace(/\W/g, '_');
}
