/** Configs written as code, loaded by Node itself: a test runner has an `import()` of its own. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/file/load.js';
import { catchUserError, makeFolder, removeFolders, shown } from './workspace.js';

const esm = 'export default { project: "acme", extensions: ["extensions/*"] };\n';
const cjs = 'module.exports = { project: "acme", extensions: ["extensions/*"] };\n';
const ts =
  'interface C { project: string; extensions: string[] }\nexport default { project: "acme", extensions: ["extensions/*"] } satisfies C;\n';
const value = { project: 'acme', extensions: ['extensions/*'] };

const good: readonly (readonly [string, string])[] = [
  ['.qlik-syncrc.js', esm],
  ['.qlik-syncrc.js', cjs],
  ['.qlik-syncrc.mjs', esm],
  ['.qlik-syncrc.cjs', cjs],
  ['.qlik-syncrc.ts', ts],
  ['qlik-sync.config.js', esm],
  ['qlik-sync.config.js', cjs],
  ['qlik-sync.config.mjs', esm],
  ['qlik-sync.config.cjs', cjs],
  ['qlik-sync.config.ts', ts],
  ['qlik-sync.config.mts', ts],
  ['.config/qlik-syncrc.ts', ts],
  ['.config/qlik-sync.config.mjs', esm],
  [
    'qlik-sync.config.mjs',
    'export default { project: "acme", extensions: ["extensions/*"], tags: undefined }',
  ],
];

const bad: readonly (readonly [string, string, string])[] = [
  ['.mjs', 'export default {\n  project: ,\n};\n', ':2:12: cannot be loaded: Unexpected token'],
  ['.cjs', 'module.exports = {\n  project: ,\n};\n', ':2:12: cannot be loaded: Unexpected token'],
  ['.ts', 'export default {\n  project: ,\n};\n', ':2:12: cannot be loaded: Unexpected token'],
  ['.mjs', 'const x = 1;\nthrow new Error("no luck");\n', ':2:7: cannot be loaded: no luck'],
  ['.ts', 'const x: number = 1;\nthrow new Error("no luck");\n', ':2:7: cannot be loaded: no luck'],
  ['.mjs', 'throw "no luck";\n', ': cannot be loaded: no luck'],
  ['.mjs', 'export const project = "a";\n', 'needs a default export'],
  ['.mjs', 'export default () => ({});\n', 'the default export must be plain data, not a function'],
  ['.mjs', 'export default { tags: [() => 1] };\n', 'must be plain data, not a function'],
  ['.mjs', 'const a = {}; a.b = a; export default a;\n', 'cannot be loaded: Converting circular structure'],
  [
    '.mts',
    'import { x } from "./gone.js";\nexport default { x };\n',
    ': cannot be loaded: Cannot find module',
  ],
  ['.mjs', 'throw new Error("eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl");\n', 'cannot be loaded: <API key>'],
];

interface Run {
  readonly cwd: string;
  readonly result: unknown;
}
let runs: readonly Run[];

/** One process for all: a start of Node costs more than all the loading. */
beforeAll(async () => {
  const folders = [
    ...good.map(([name, content]) => makeFolder({ [name]: content })),
    ...bad.map(([ending, content]) => makeFolder({ [`qlik-sync.config${ending}`]: content })),
  ];
  const cwds = await Promise.all(folders);
  const bundle = join(await makeFolder({}), 'load.mjs');
  await bundleLoader(bundle);
  const output = execFileSync(process.execPath, [bundle, ...cwds], { encoding: 'utf8' });
  const results = JSON.parse(output) as readonly unknown[];
  runs = cwds.map((cwd, index) => ({ cwd, result: results[index] }));
  await removeFolders();
});

async function bundleLoader(outfile: string): Promise<void> {
  await build({
    stdin: {
      contents: `
        import { loadConfig } from './load.js';
        const results = [];
        for (const cwd of process.argv.slice(2)) {
          results.push(await loadConfig({ cwd }).catch(({ name, message }) => ({ name, message })));
        }
        console.log(JSON.stringify(results));`,
      resolveDir: fileURLToPath(new URL('../../src/config/file', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['typescript'],
    alias: { jiti: createRequire(import.meta.url).resolve('jiti') },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile,
    logLevel: 'error',
  });
}

describe('every place and format', () => {
  it.each(good.map(([name], index) => [name, index] as const))('%s', (name, index) => {
    const { cwd, result } = runs[index]!;
    expect(result).toEqual({ file: join(cwd, name), displayFile: name, root: cwd, value });
  });
});

describe('what cannot be loaded', () => {
  it.each(bad.map(([ending, , says], index) => [ending, says, index] as const))(
    '%s: %s',
    (ending, says, index) => {
      const { result } = runs[good.length + index]!;
      expect(result).toEqual({ name: 'ConfigError', message: expect.stringContaining(says) });
      expect(result).toEqual({
        name: 'ConfigError',
        message: expect.stringMatching(`^qlik-sync.config${ending}:`),
      });
    },
  );
});

describe('--no-exec', () => {
  it.each(good.map(([name]) => name).filter((name, index, all) => all.indexOf(name) === index))(
    '%s is found, and not run',
    async (name) => {
      const cwd = await makeFolder({ [name]: `require('node:fs').writeFileSync(__dirname + '/ran', '');` });
      for (const config of [undefined, name]) {
        const error = await catchUserError(() => loadConfig({ cwd, config, execution: 'refused' }));
        expect(shown(error)).toContain(`${name} is a program that would be run, and --no-exec forbids that`);
        expect(error.exitCode).toBe(3);
      }
      expect(existsSync(join(cwd, 'ran'))).toBe(false);
    },
  );

  it.each(['qlik-sync.config.json', '.qlik-syncrc', 'qlik-sync.config.yaml'])('%s is data', async (name) => {
    const cwd = await makeFolder({ [name]: '{ "project": "acme" }' });
    expect(await loadConfig({ cwd, execution: 'refused' })).toMatchObject({ displayFile: name });
  });
});
