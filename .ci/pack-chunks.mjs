/**
 * The bundler makes a chunk for each set of entries that share code, two hundred of which a plan would load fifty; and
 * Node needs a millisecond for every ES module, and seven for the first. So chunks that are loaded together become one
 * file, and the files are CommonJS. A chunk is still evaluated only when something imports it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';

export const target = 'node20.19';

/**
 * @param made esbuild's outputs, by file
 * @param plan `program` and `library`: the sources of the two entries; `files`: what is loaded together, in the order of
 *   loading: by name, the sources whose imports go there, less what is in an earlier one
 * @param folder gets `cli.js`, `index.mjs` and `chunks/`
 */
export async function packChunks(made, { program, library, files }, folder) {
  const outputs = renameChunks(made);
  const [start, index] = entriesOf(outputs, [program, library]);
  const packed = groupChunks(outputs, files, start);
  const fileOf = new Map(
    packed.flatMap(({ file, chunks }) => chunks.map((chunk) => [basename(chunk), file])),
  );
  const placedIn = (path) => ({
    fileOf: (chunk) => `${path}/${fileOf.get(chunk)}.js`,
    isOthers: (chunk) => isForeign(outputs[chunk]),
  });
  const texts = packed.map(async ({ file, chunks }) => [
    `chunks/${file}.js`,
    await bundleChunks(tableOf(chunks, outputs), chunks, placedIn('.')),
  ]);
  // With a copy of the little that it imports, so that its version is in the first file.
  const starting = await bundleChunks(
    `require('./${basename(start)}');`,
    [...closureOf(outputs, [start])],
    placedIn('./chunks'),
  );
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  for (const [file, text] of await Promise.all(texts)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'cli.js'), `#!/usr/bin/env node\n${starting}`);
  writeFileSync(join(folder, 'index.mjs'), exportsOf(index, outputs[index].exports, fileOf));
}

/** The bundler makes variables of the names of files, by the thousand. */
function renameChunks(made) {
  const folder = dirname(Object.keys(made)[0]);
  const names = new Map(Object.keys(made).map((file, index) => [basename(file), `c${index}.js`]));
  const renamed = (file) => (file in made ? join(folder, names.get(basename(file))) : file);
  return Object.fromEntries(
    Object.entries(made).map(([file, { imports, ...output }]) => {
      const text = readFileSync(file, 'utf8').replace(
        /(?<="\.\/)[\w-]+\.js(?=")/g,
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
function exportsOf(chunk, names, fileOf) {
  const name = basename(chunk);
  return [
    `import chunks from "./chunks/${fileOf.get(name)}.js";`,
    `export const {${names.join(',')}}=chunks[${numberOf(name)}]();\n`,
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
  const named = Object.entries(files).map(([file, sources], index) => ({
    file,
    chunks: [
      ...take(closureOf(outputs, entriesOf(outputs, sources))),
      ...(index === 0 ? take(Object.keys(outputs).filter((chunk) => isEmpty(outputs[chunk]))) : []),
    ],
  }));
  const entries = Object.keys(outputs).filter((chunk) => outputs[chunk].entryPoint !== undefined);
  const large = entries.flatMap((entry) => {
    const own = exclusiveTo(outputs, entry, entries).filter((chunk) => !taken.has(chunk));
    const bytes = own.reduce((sum, chunk) => sum + outputs[chunk].bytes, 0);
    return bytes < ownFileBytes ? [] : [{ file: nameOf(outputs[entry]), chunks: take(own) }];
  });
  const left = Object.keys(outputs);
  const packages = { file: 'packages', chunks: take(left.filter((chunk) => isForeign(outputs[chunk]))) };
  const all = [...named, ...large, packages, { file: 'rest', chunks: take(left) }];
  if (new Set(all.map(({ file }) => file)).size < all.length) throw new Error('two files of one name');
  return all;
}

function entriesOf(outputs, sources) {
  return sources.map((source) => {
    const found = Object.keys(outputs).find((chunk) => outputs[chunk].entryPoint === source);
    if (found === undefined) throw new Error(`${source} is not the entry of a chunk`);
    return found;
  });
}

/** It only hands on what others hold, which whoever asks for it does not know. */
function isEmpty({ inputs }) {
  return Object.keys(inputs).length === 0;
}

/** Whether none of it is ours. */
function isForeign({ inputs }) {
  return Object.keys(inputs).every((input) => input.includes('node_modules/'));
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

/** The package, or the source. */
function nameOf({ entryPoint }) {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(entryPoint) ?? [];
  return name?.replace(/^@|\.js$/g, '').replace('/', '-') ?? basename(entryPoint, '.ts');
}

/** `fileOf` gives the path of the file that a chunk is in now; `isOthers`, whether none of it is ours. */
async function bundleChunks(contents, chunks, { fileOf, isOthers }) {
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
  });
  // Whoever asks for a chunk is one, too, and needs no copy of its exports.
  const bundled = outputFiles[0].text.replaceAll('__toCommonJS(', '(');
  const text = joinImports(bundled).replace(/"(\.\/c\d+\.js)"/g, (_all, path) => numberOf(path));
  const asked = new Set(Array.from(text.matchAll(/\brequire\((\d+)\)/g), ([, number]) => `c${number}.js`));
  const rows = [...asked]
    .filter((chunk) => !inside.has(chunk))
    .map((chunk) => `${numberOf(chunk)}:"${fileOf(chunk)}"`);
  return `${requireChunks.replace('FILES', rows.join(','))}\n${text}`;
}

function numberOf(chunk) {
  return basename(chunk).slice(1, -3);
}

/** A chunk is asked for by its number, whatever file it is in. */
const requireChunks =
  '"use strict";require=((load,files,found)=>name=>found[name]??=name in files?load(files[name])[name]():load(name))(require,{FILES},{});';

/** A file exports a function for each chunk that another one asks for, which evaluates it the first time. */
function tableOf(chunks, outputs) {
  const others = Object.keys(outputs).filter((chunk) => !chunks.includes(chunk));
  const asked = new Set(others.flatMap((chunk) => outputs[chunk].imports.map(({ path }) => path)));
  const rows = chunks
    .filter((chunk) => asked.has(chunk) || outputs[chunk].entryPoint === 'src/index.ts')
    .map((chunk) => `'./${basename(chunk)}': () => require('./${basename(chunk)}')`);
  return `module.exports = { ${rows.join(', ')} };`;
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
        contents: await shorten(path, isOthers(relative('', path))),
        loader: 'js',
      }));
    },
  };
}

/** As the bundler prints them, between the statements of a chunk. */
const importStatement = /(?<=^|[;}\n])import(?:[\w$*{}, ]+from)?"[^"\n]+";/g;
const exportStatement = /export\{[^}]*\};\s*$/;

/**
 * What is loaded later is loaded with `require` too. Names become short; but those of ours that a stack shows stay, as
 * everything outside a function does in a script, which may be used by others.
 */
async function shorten(chunk, isForeign) {
  const text = readFileSync(chunk, 'utf8')
    .replace(/^#!.*\n/, '')
    .replace(/\bimport\("(\.\/[\w-]+\.js|node:\w+)"\)/g, 'Promise.resolve().then(()=>require("$1"))');
  const options = { minifyIdentifiers: true, minifySyntax: true, legalComments: 'none', target };
  if (isForeign) return (await transform(text, options)).code;
  const imports = text.match(importStatement) ?? [];
  const [exports = ''] = text.match(exportStatement) ?? [];
  const script = text.replace(importStatement, '').replace(exportStatement, '');
  const { code } = await transform(script, options);
  return `${imports.join('')}${code}${exports}`;
}

/** Loaded before any program begins. */
const present = ['node:fs', 'node:path'];

/** The bundler's variable for an import, not a property of that name. */
const variable = String.raw`(?<![\w$]|(?<!\.\.)\.)(import_\w+)`;

/**
 * One variable for each module that is imported, however many import it. Node's own are loaded when something of them is
 * used: tls, http, crypto and others cost milliseconds each.
 */
function joinImports(text) {
  const modules = new Map();
  const free = text.replace(
    new RegExp(`${variable}=require\\("(node:[\\w/]+|\\./\\w+\\.js)"\\)`, 'g'),
    (_all, local, module) => {
      modules.set(local, module);
      return isBuiltin(module) ? '0' : `${nameOfModule(module)}=require("${module}")`;
    },
  );
  const isKnown = (local) => modules.has(local);
  const used = free
    .replace(new RegExp(`${variable}\\.`, 'g'), (all, local) =>
      isKnown(local) ? `${useOf(modules.get(local))}.` : all,
    )
    .replace(/(?<=(?:var |,)(?:[\w$]+,)*)(import_\w+),/g, (all, local) => (isKnown(local) ? '' : all))
    .replace(/,(import_\w+);/g, (all, local) => (isKnown(local) ? ';' : all))
    .replace(/var (import_\w+);/g, (all, local) => (isKnown(local) ? '' : all));
  const left = used.match(new RegExp(variable, 'g'))?.find(isKnown);
  if (left !== undefined) throw new Error(`${left} is used in a way that is not understood`);
  const names = [...new Set(modules.values())].map((module) =>
    present.includes(module) ? `${nameOfModule(module)}=require("${module}")` : nameOfModule(module),
  );
  return names.length === 0 ? used : `var ${names.join(',')};${used}`;
}

function isBuiltin(module) {
  return module.startsWith('node:');
}

function useOf(module) {
  const name = nameOfModule(module);
  return isBuiltin(module) && !present.includes(module) ? `(${name}??=require("${module}"))` : name;
}

function nameOfModule(module) {
  return isBuiltin(module) ? module.replace(/\W/g, '_') : `$${basename(module, '.js')}`;
}
