import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, filesToFold, folderCircles, insideImports } from './house/measures.js';
import { readSourceTree, source } from './house/source-tree.js';

/** Which package may import which; `core` and the wire's types are said below. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  source: ['source', 'core'],
  tenant: ['tenant', 'core'],
  report: ['report', 'core'],
  config: ['config', 'core'],
  store: ['store', 'tenant/http', 'source', 'core'],
  reconcile: ['reconcile', 'core', 'source', 'tenant', 'store'],
  preview: ['preview', 'core', 'source', 'tenant/http/until-aborted'],
  sandbox: ['sandbox', 'tenant/wire', 'source/make-folders', 'core'],
  run: ['run', 'reconcile', 'store', 'config', 'report', 'source', 'tenant', 'sandbox', 'core'],
  pipeline: ['pipeline', 'run', 'reconcile', 'store', 'config', 'report', 'source', 'tenant', 'core'],
  watch: ['watch', 'pipeline', 'run', 'reconcile', 'store', 'report', 'source', 'core'],
  commands: [
    ...[
      'commands',
      'watch',
      'pipeline',
      'run',
      'reconcile',
      'config',
      'report',
      'source',
      'tenant',
      'store',
      'sandbox',
      'preview',
    ],
    'core',
  ],
  'cli.ts': ['commands/run', 'run/io', 'config/option-values', 'core/exit-codes', 'report'],
  'index.ts': ['core', 'source', 'tenant', 'reconcile', 'sandbox', 'config/schema'],
};

/** Each package of npm has one owner, so that it can be replaced in one place. */
const owners: Readonly<Record<string, readonly string[]>> = {
  jszip: ['source/archive/'],
  undici: ['tenant/'],
  aws4fetch: ['store/s3.ts'],
  '@aws-sdk/credential-provider-node': ['store/credentials.ts'],
  cosmiconfig: ['config/file/other-formats.ts'],
  semver: ['core/loose-version.ts'],
  acorn: ['core/content/'],
  chokidar: ['source/watch/events.ts'],
  'p-limit': ['config/tenant/secret-command.ts', 'reconcile/', 'source/'],
  commander: ['commands/'],
  '@bomb.sh/tab': ['commands/completion.ts'],
  '@clack/prompts': ['pipeline/approve.ts'],
  sarif: ['report/formats/'],
  valibot: ['config/', 'report/'],
  '@valibot/to-json-schema': ['config/json-schema.ts', 'report/documents/json-schema.ts'],
  'jsonc-parser': ['config/', 'core/manifest'],
  yaml: ['config/'],
  'csv-parse': ['config/fleet/rows.ts'],
  jiti: ['config/'],
  ignore: ['source/'],
  diff: ['source/archive/compare'],
  ws: ['tenant/engine', 'sandbox/engine'],
  'enigma.js': ['tenant/engine'],
  'playwright-core': ['preview/'],
  picomatch: ['source/', 'run/selection.ts'],
};

const files = readSourceTree();
const all = files.flatMap(({ imports }) => imports);

function packageOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

describe('architecture', () => {
  it('reads imports at all', () => {
    expect(all.length).toBeGreaterThan(100);
  });

  it('folders are made in one place, as Node never ends where it may not make one (source/make-folders.ts)', () => {
    const own = files.filter(({ text }) => /mkdir(?:Sync)?\([^;]*\brecursive\b/.test(text));
    expect(own.map(({ path }) => path)).toEqual([]);
  });

  it('imports run one way', () => {
    const wrong = insideImports(files).filter(({ from, to }) => {
      const target = to.replace(/\.ts$/, '');
      return !allowed[packageOf(from)]?.some((prefix) => isBelow(target, prefix));
    });
    expect(wrong).toEqual([]);
  });

  it('no import leads back to where it came from, types included', () => {
    expect(circlesOf(insideImports(files))).toEqual([]);
  });

  it('no part of a folder leads back to itself, a file and its folder being one; sandbox is known to', () => {
    const { sandbox, ...circles } = folderCircles(files);
    expect(circles).toEqual({});
  });

  it('no file is longer than 300 lines', () => {
    expect(files.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual(
      [],
    );
  });

  it('a file under 40 lines that one other file imports, and not lazily, belongs into that file', () => {
    expect(filesToFold(files)).toEqual([]);
  });

  it('the code in ten minutes names no file that is gone', () => {
    const text = readFileSync(join(source, 'README.md'), 'utf8');
    const named = [...text.matchAll(/`([\w-]+(?:\/[\w.-]+)+\.ts)`/g)].map(([, path = '']) => path);
    expect(named).toContain('core/model.ts');
    const gone = named.filter(
      (path) => ![source, join(source, '..')].some((at) => existsSync(join(at, path))),
    );
    expect(gone).toEqual([]);
  });

  it('every package of npm has its owner', () => {
    const wrong = all.filter(({ from, to, inside }) => {
      if (inside || to.startsWith('node:')) return false;
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : packageOf(to);
      return !owners[name]?.some((owner) => from.startsWith(owner));
    });
    expect(wrong).toEqual([]);
  });

  it('core does no input, output or timing', () => {
    const wrong = all.filter(
      ({ from, to }) => packageOf(from) === 'core' && to.startsWith('node:') && to !== 'node:crypto',
    );
    expect(wrong).toEqual([]);
  });

  it('only cli.ts touches process', () => {
    const touching = files.filter(
      ({ path, text }) =>
        path !== 'cli.ts' && /(^|[^\w.'`])process\.|from 'node:process'/m.test(withoutComments(text)),
    );
    expect(touching.map(({ path }) => path)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}
