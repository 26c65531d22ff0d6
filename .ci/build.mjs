/**
 * src → dist: the command line and the library bundled into lazily loaded chunks (start-up time is a feature),
 * the types, the JSON schemas of what we read and print, and the licences of what is bundled.
 */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { packChunks } from './pack-chunks.mjs';
import { target } from './rewrite-chunks.mjs';
import { rollTypes } from './roll-types.mjs';
import { shareSchemas } from './share-schemas.mjs';

/** `--singly <folder>`: only the program, each chunk in a file of its own, so that it is seen which of them a run uses. */
const [singly] = process.argv[2] === '--singly' ? [process.argv[3]] : [];

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What each kind of run was seen to use besides the kinds before it: written by test/bench/load-order.mjs. */
const used = JSON.parse(readFileSync('.ci/load-order.json', 'utf8'));

/** What is loaded together. */
const files = {
  ...Object.fromEntries(Object.entries(used).map(([file, only]) => [file, { only }])),
  'more-of-plan': {
    oneByOne: true,
    all: [
      ...['commands/run.ts', 'commands/plan.ts', 'commands/validate.ts', 'run/flags.ts', 'run/facts.ts'],
      ...['reconcile/journal/runs.ts', 'reconcile/journal/unfinished.ts', 'reconcile/backup/vault.ts'],
    ].map((path) => `src/${path}`),
  },
  undici: { all: ['dispatcher/agent.js', 'api/api-request.js'].map(undiciPart) },
  sandbox: { all: ['src/sandbox/start.ts'] },
  'more-of-apply': { all: ['src/commands/apply.ts'] },
  library: { all: ['src/index.ts'] },
};

/**
 * Modules that bundled packages load for what is never used here: undici's HTTP/2 (off by default; it copes with a Node
 * built without it), its second build of the same parser (the one for every processor stays) and the bodies of fetch
 * (only a `FormData` needs them), commander's commands in files of their own (17 ms together), what jszip brings for
 * browsers and pako for inflating (Node's zlib does that), and where cosmiconfig would find a user's own config, which
 * throws for a user without a home.
 */
const substitutes = {
  undici: {
    'node:http2': '{ constants: {} }',
    './client-h2.js': '{}',
    '../llhttp/llhttp_simd-wasm.js': 'undefined',
    '../web/fetch/body.js': '{}',
    // Node's own reads the file of a failed assertion for its message, which takes seconds where all is one line (measured
    // on Node 20: 5.7 s of processor for one). A broken server makes undici's fail.
    'node:assert': `(holds, why = 'an assertion failed') => {
      if (!holds) throw Object.assign(new Error(why), { name: 'AssertionError', code: 'ERR_ASSERTION' });
    }`,
  },
  commander: { 'node:child_process': '{}' },
  cosmiconfig: { 'env-paths': '{}' },
  jszip: { 'readable-stream': "require('node:stream')", setimmediate: '{}', lie: '{}' },
  pako: { './lib/inflate': '{}' },
};

const acorn = 'node_modules/acorn/dist/acorn.mjs';

function undiciPart(path) {
  return `node_modules/undici/lib/${path}`;
}

/** Built in a staging folder and swapped in, so that whoever runs `dist` meanwhile never sees half of it. */
const staging = createStagingFolder();
const out = join(staging, 'dist');
const bundling = {
  outdir: join(staging, 'chunks'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  // jsonc-parser's `main` is UMD, which no bundler follows.
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  minifySyntax: true,
  define: {
    QLIK_SYNC_VERSION: JSON.stringify(version),
    // ws's optional compiled helpers: our `require` below does not throw for what is not there.
    'process.env.WS_NO_BUFFER_UTIL': '"1"',
    'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
  },
  // Profiles and roles of AWS are for whoever installs their package. jiti carries its own compiler, and only a config
  // in TypeScript needs it; the others are never reached, since the loaders of the config are ours.
  external: [
    '@aws-sdk/credential-provider-node',
    'jiti',
    'typescript',
    'js-yaml',
    'parse-json',
    'import-fresh',
  ],
  plugins: [leaveOutUnused()],
  metafile: true,
  logLevel: 'warning',
};

try {
  const metafile = await bundle();
  if (singly === undefined) await finish(metafile);
  else renameSync(out, singly);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

async function finish(metafile) {
  chmodSync(join(out, 'cli.js'), 0o755);
  const configSchema = await writeSchemas();
  writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
  writeFileSync(join(out, 'index.d.mts'), rollTypes(configSchema));
  writeLicences(metafile);
  writeParts(metafile);
  if (existsSync('dist')) renameSync('dist', join(staging, 'before'));
  renameSync(out, 'dist');
}

function createStagingFolder() {
  mkdirSync('node_modules/.cache', { recursive: true });
  return mkdtempSync('node_modules/.cache/qlik-sync-build-');
}

/** The command line and the library share their chunks, each of which is evaluated when it is needed. */
async function bundle() {
  const entryPoints = ['src/cli.ts', 'src/index.ts'];
  // A chunk for each module: whatever is an entry is one.
  const { metafile: all } = await build({ ...bundling, entryPoints, write: false });
  const ours = Object.keys(all.inputs).filter((input) => input.startsWith('src/'));
  const imported = ours.flatMap((input) => all.inputs[input].imports.map(({ path }) => path));
  // Packages apart from the modules that import them, so that all their names become short; what the bundler can take
  // single functions of stays with them.
  const packages = imported.filter((path) => all.inputs[path]?.format === 'cjs' || path === acorn);
  const { metafile } = await build({
    ...bundling,
    entryPoints: [...new Set([...entryPoints, ...ours, ...packages])],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
  });
  await packChunks(
    metafile.outputs,
    { program: 'src/cli.ts', library: 'src/index.ts', files: singly ? undefined : files },
    out,
  );

  return metafile;
}

function leaveOutUnused() {
  const rows = Object.entries(substitutes).flatMap(([from, modules]) =>
    Object.entries(modules).map(([module, contents]) => ({ from, module, contents })),
  );
  return {
    name: 'leave-out-unused',
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: new RegExp(`^(${rows.map(({ module }) => module.replaceAll('.', '\\.')).join('|')})$`) },
        ({ path, importer }) => {
          const row = rows.find(
            ({ from, module }) => module === path && importer.includes(`node_modules/${from}/`),
          );
          return row && { path: `${row.from}/${path}`, namespace: 'unused', pluginData: row };
        },
      );
      onLoad({ filter: /.*/, namespace: 'unused' }, ({ pluginData }) => ({
        contents: `module.exports = ${pluginData.contents};`,
        loader: 'js',
      }));
    },
  };
}

/**
 * The schemas come from the same source that validates: bundled once more, run, thrown away.
 *
 * @returns the schema of the config
 */
async function writeSchemas() {
  const built = join(staging, 'schemas');
  await build({
    entryPoints: {
      config: 'src/config/json-schema.ts',
      output: 'src/report/documents/json-schema.ts',
      qext: 'src/core/manifest/json-schema.ts',
      rules: 'src/core/rules.ts',
    },
    outdir: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  });
  const { configJsonSchema } = await load(built, 'config.mjs');
  const { outputJsonSchema } = await load(built, 'output.mjs');
  const { rules } = await load(built, 'rules.mjs');
  const { qextJsonSchema } = await load(built, 'qext.mjs');
  const configSchema = configJsonSchema(rules);
  writeFileSync('schema.json', JSON.stringify(shareSchemas(configSchema)));
  writeFileSync(join(out, 'output.schema.json'), JSON.stringify(shareSchemas(outputJsonSchema())));
  writeFileSync(join(out, 'qext.schema.json'), JSON.stringify(qextJsonSchema));
  return configSchema;
}

function load(folder, file) {
  return import(pathToFileURL(join(folder, file)).href);
}

/** Bundling copies other people's code, and their licences ask to travel with it. */
function writeLicences({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const packages = new Set(inputs.map(packageOf).filter((name) => name !== undefined));
  writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licencesOf([...packages].sort()));
}

/** For the bench: bytes of each package and each folder of ours, before local names are shortened. */
function writeParts({ outputs }) {
  const sizes = new Map();
  for (const { inputs } of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const part = packageOf(input) ?? input.split('/').slice(0, 2).join('/');
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  const parts = [...sizes].map(([path, size]) => ({ path, size }));
  writeFileSync('node_modules/.cache/qlik-sync-parts.json', JSON.stringify(parts));
}

function packageOf(input) {
  const path = input.split('node_modules/').slice(1).join('node_modules/');
  const [first, second] = path.split('/');
  if (first === undefined || first === '') return undefined;
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return existsSync(`node_modules/${name}/package.json`) ? name : undefined;
}
