import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../src');

/** Which package may import which; `core` and the wire's types are said below. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  source: ['source', 'core'],
  tenant: ['tenant', 'core'],
  report: ['report', 'core'],
  config: ['config', 'core'],
  reconcile: ['reconcile', 'core', 'source', 'tenant'],
  sandbox: ['sandbox', 'tenant/wire'],
  run: ['run', 'reconcile', 'config', 'report', 'source', 'tenant', 'sandbox', 'core'],
  pipeline: ['pipeline', 'run', 'reconcile', 'config', 'report', 'source', 'tenant', 'core'],
  watch: ['watch', 'pipeline', 'run', 'reconcile', 'report', 'source', 'core'],
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
      'sandbox',
    ],
    ...['core', 'version'],
  ],
  'cli.ts': ['commands/run', 'run/io', 'config/option-values', 'report', 'version'],
  'index.ts': ['core', 'source', 'tenant', 'reconcile', 'sandbox'],
  'version.ts': [],
};

/** Each package of npm has one owner, so that it can be replaced in one place. */
const owners: Readonly<Record<string, readonly string[]>> = {
  jszip: ['source/archive/pack.ts'],
  undici: ['tenant/'],
  cosmiconfig: ['config/file/load.ts'],
  semver: ['core/version.ts'],
  chokidar: ['source/watch/events.ts'],
  'p-limit': ['reconcile/', 'source/'],
  commander: ['commands/'],
  '@clack/prompts': ['commands/', 'pipeline/approve.ts'],
  sarif: ['report/formats/'],
  valibot: ['config/', 'report/'],
  '@valibot/to-json-schema': ['config/json-schema.ts', 'report/documents/json-schema.ts'],
  'jsonc-parser': ['config/', 'core/manifest'],
  yaml: ['config/'],
  jiti: ['config/'],
  ignore: ['source/'],
  diff: ['source/archive/compare'],
  ws: ['tenant/engine', 'sandbox/engine'],
  'enigma.js': ['tenant/engine'],
  picomatch: ['source/', 'run/selection.ts'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function imports(): readonly Import[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ts$/.test(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:\bfrom |\bimport |\bimport\()'([^']+)'/g)].map(
      ([, to]) => to ?? '',
    );
    return specifiers.map((to) => ({
      from: file,
      to: to.startsWith('.') ? relative(source, join(source, dirname(file), to)) : to,
    }));
  });
}

function packageOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function isOurs(to: string): boolean {
  return to.endsWith('.js') && owners[to.split('/')[0] ?? ''] === undefined;
}

const all = imports();

describe('architecture', () => {
  it('reads imports at all', () => {
    expect(all.length).toBeGreaterThan(100);
  });

  it('imports run one way', () => {
    const wrong = all.filter(({ from, to }) => {
      if (!isOurs(to)) return false;
      const targets = allowed[packageOf(from)] ?? [];
      const target = to.replace(/\.js$/, '');
      return !targets.some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
    });
    expect(wrong).toEqual([]);
  });

  it('no import leads back to where it came from, types included', () => {
    const inside = all.filter(({ to }) => isOurs(to));
    expect(cyclesOf(inside.map(({ from, to }) => ({ from, to: to.replace(/\.js$/, '.ts') })))).toEqual([]);
  });

  it('every package of npm has its owner', () => {
    const wrong = all.filter(({ from, to }) => {
      if (isOurs(to) || to.startsWith('node:')) return false;
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '');
      return !(owners[name] ?? []).some((owner) => from.startsWith(owner));
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
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.ts$/.test(file) && file !== 'cli.ts',
    );
    const touching = files.filter((file) =>
      /(^|[^\w.'`])process\.|from 'node:process'/m.test(
        withoutComments(readFileSync(join(source, file), 'utf8')),
      ),
    );
    expect(touching).toEqual([]);
  });
});

/** What is left when imports of files that import nothing, and those by files that nothing imports, are taken away for as long as there are some. */
function cyclesOf(some: readonly Import[]): readonly Import[] {
  const importing = new Set(some.map(({ from }) => from));
  const imported = new Set(some.map(({ to }) => to));
  const left = some.filter(({ from, to }) => importing.has(to) && imported.has(from));
  return left.length === some.length ? left : cyclesOf(left);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}
