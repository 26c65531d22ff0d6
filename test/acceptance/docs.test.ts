/** Every command, config and program in the README and in docs/ is run as it is printed there. */

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { type ParseError, parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { rules } from '../../src/core/rules.js';
import { git } from '../git.js';
import { compile } from './support/compile.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import {
  archiveFiles,
  createWorkspace,
  extensionFiles,
  type Result,
  type Workspace,
} from './support/workspace.js';
import { zipOf } from './support/zips.js';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((page) => `docs/${page}`)];

/** The addresses that the pages use, each a tenant of its own here. */
const addresses = {
  dev: 'https://acme-dev.eu.qlikcloud.com',
  staging: 'https://acme-staging.eu.qlikcloud.com',
  prod: 'https://acme.eu.qlikcloud.com',
} as const;
type Place = keyof typeof addresses;

/** Codes other than 0 that a command rightly ends with here: drift is found, an app is not opened, watching is interrupted. */
const endings: Readonly<Record<string, readonly number[]>> = { drift: [0, 2], impact: [0, 5], watch: [130] };

/**
 * What only a person's own machine or the whole gate can run; what soaks for half an hour, goes on with that run, joins
 * what other jobs wrote, or needs a browser (between-waves.test.ts, fleet-reports.test.ts and preview.test.ts do).
 */
const notRun = /^(npm|mkdir)\b|--soak|--resume|shard-\*|^qlik-sync preview\b/;

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

const hasBlock = (page: string, language: string): boolean =>
  blocksOf(page).some((block) => block.language === language);

function commandsOf(page: string): readonly string[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !notRun.test(line));
}

describe.each(pages.filter((page) => commandsOf(page).length > 0))('the commands of %s', (page) => {
  let workspace: Workspace;
  let tenants: Readonly<Record<Place, TestTenant>>;

  beforeAll(async () => {
    workspace = createWorkspace();
    tenants = { dev: await openTestTenant(), staging: await openTestTenant(), prod: await openTestTenant() };
    workspace.write({
      ...extensionFiles('kpi-card'),
      ...extensionFiles('bubble-map'),
      ...config(),
      '.gitignore': 'plan.json\nreports/\nzips/\n.qlik-sync/\n',
    });
    await tenants.dev.edit({
      name: 'made-by-hand',
      file: (await zipOf(archiveFiles('made-by-hand'))).toString('base64'),
      filename: 'made-by-hand.zip',
    });
    const inRepository = (...args: readonly string[]) => git(workspace.folder, ...args);
    inRepository('init', '--quiet', '--initial-branch=main');
    inRepository('add', '.');
    inRepository('commit', '--quiet', '--message=first');
    await run(['apply', '--env', 'dev', '--yes']);
    workspace.write(extensionFiles('kpi-card', { code: 'two', version: '1.1.0' }));
    inRepository('commit', '--quiet', '--all', '--message=second');
  });

  afterAll(async () => {
    for (const tenant of Object.values(tenants)) await tenant.close();
    workspace.dispose();
  });

  it.each(commandsOf(page))('%s', async (line) => {
    const { env, argv } = readCommandLine(atTestTenants(line, tenants));
    if (argv[0] === 'init') workspace.remove('qlik-sync.config.json');
    const result = await run(argv, env);
    const said = `${line}\n${result.stdout}${result.stderr}`;
    expect(endings[argv[0] ?? ''] ?? [0], said).toContain(result.code);
    if (argv[0] === 'init') workspace.write(config());
  });

  function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
    const interrupted = new AbortController();
    return runInProcess(argv, {
      cwd: workspace.folder,
      env: { ...keys(tenants), ...env },
      ...(argv[0] === 'apply' && { terminal: { input: Readable.from(['y\n']), output: new PassThrough() } }),
      interrupted: interrupted.signal,
      onStdout: (text) => {
        if (argv[0] === 'watch' && text.includes('watching')) interrupted.abort();
      },
    });
  }

  function config(): Record<string, string> {
    const environment = (place: Place) => ({
      tenant: tenants[place].sandbox.url,
      auth: { apiKey: `\${QLIK_${place.toUpperCase()}_API_KEY}` },
      labels: { region: place === 'staging' ? 'us' : 'eu', tier: place === 'dev' ? 'pilot' : 'gold' },
      ...(place === 'prod' && { protected: true }),
    });
    const environments = {
      dev: environment('dev'),
      staging: environment('staging'),
      prod: environment('prod'),
    };
    return {
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme-charts-7f3a',
        extensions: ['extensions/*'],
        environments,
      }),
    };
  }
});

describe.each(pages.filter((page) => hasBlock(page, 'json')))('the configs of %s', (page) => {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(configJsonSchema(rules) as object);

  it.each(blocksOf(page).filter(({ language }) => language === 'json'))('%#', ({ text }) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });
});

it.each(pages.filter((page) => hasBlock(page, 'js')))('the programs of %s run', async (page) => {
  const workspace = createWorkspace();
  mkdirSync(join(workspace.folder, 'node_modules'));
  symlinkSync(root, join(workspace.folder, 'node_modules/qlik-sync'));
  for (const { language, text } of blocksOf(page)) {
    if (language !== 'js') continue;
    workspace.write({ 'program.mjs': text });
    const { stderr } = await promisify(execFile)(process.execPath, ['program.mjs'], {
      cwd: workspace.folder,
    });
    expect(stderr).toBe('');
  }
  workspace.dispose();
});

describe.each(pages.filter((page) => hasBlock(page, 'ts')))('the TypeScript of %s', (page) => {
  let workspace: Workspace;
  const programs = blocksOf(page).filter(({ language }) => language === 'ts');
  const fileOf = (text: string, index: number): string =>
    /satisfies ConfigInput/.test(text) ? `config-${index}/qlik-sync.config.ts` : `program-${index}.ts`;

  beforeAll(() => {
    workspace = createWorkspace();
    mkdirSync(join(workspace.folder, 'node_modules'));
    symlinkSync(root, join(workspace.folder, 'node_modules/qlik-sync'));
    workspace.write({
      'package.json': '{ "type": "module" }',
      ...Object.fromEntries(programs.map(({ text }, index) => [fileOf(text, index), text])),
    });
  });

  afterAll(() => workspace.dispose());

  it('compiles', () => {
    const files = programs.map(({ text }, index) => fileOf(text, index));
    expect(compile(workspace.folder, files)).toBe('');
  });

  it('is loaded if it is a config', async () => {
    for (const [index, { text }] of programs.entries()) {
      if (!text.includes('satisfies ConfigInput')) continue;
      const cwd = join(workspace.folder, fileOf(text, index), '..');
      const { code, stderr } = await workspace.run(['config', '--json'], { cwd });
      expect(code, stderr).toBe(0);
    }
  });
});

describe.each(pages.filter((page) => hasBlock(page, 'jsonc')))('the settings of %s', (page) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };

  it.each(blocksOf(page).filter(({ language }) => language === 'jsonc'))('%#', ({ text }) => {
    const errors: ParseError[] = [];
    parse(text, errors);
    expect(errors).toEqual([]);
    const files = [...text.matchAll(/(?:node_modules|unpkg\.com)\/qlik-sync\/([^"]+)/g)].map(
      ([, file]) => file,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(Object.values(exports)).toContain(`./${file}`);
  });
});

it('every option that --help lists stands on a page', async () => {
  const help = async (...argv: readonly string[]): Promise<string> =>
    (await runInProcess([...argv, '--help'], { cwd: root, env: {} })).stdout;
  // In the help of the program, what follows a heading and is no option is a command.
  const commands = [...(await help()).matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)].map(
    ([, name = '']) => name,
  );
  expect(commands).toContain('apply');
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  const known = new Set(text.match(/--[a-z][a-z-]*/g));
  const missing = new Map<string, string>();
  for (const name of ['', ...commands]) {
    const options = (await help(...(name === '' ? [] : [name]))).match(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm);
    expect(options, name).not.toBeNull();
    for (const option of options ?? []) if (!known.has(option)) missing.set(option, name);
  }
  expect(Object.fromEntries(missing)).toEqual({});
});

it('every link of a page leads to a file and a heading that are there', () => {
  for (const page of pages) {
    for (const [, target = ''] of readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', heading] = target.split('#');
      const file = path === '' ? join(root, page) : join(root, page, '..', path);
      if (heading === undefined) {
        expect(() => readdirSync(join(file, '..')), `${page}: ${target}`).not.toThrow();
        continue;
      }
      expect(headingsOf(readFileSync(file, 'utf8')), `${page}: ${target}`).toContain(heading);
    }
  }
});

/** As GitHub makes anchors of them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function atTestTenants(line: string, tenants: Readonly<Record<Place, TestTenant>>): string {
  const places = Object.entries(addresses) as [Place, string][];
  return places
    .reduce((text, [place, address]) => text.replaceAll(address, tenants[place].sandbox.url), line)
    .replace('QLIK_API_KEY=…', `QLIK_API_KEY=${tenants.dev.sandbox.apiKey}`);
}

function keys(tenants: Readonly<Record<Place, TestTenant>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tenants).map(([place, { sandbox }]) => [
      `QLIK_${place.toUpperCase()}_API_KEY`,
      sandbox.apiKey,
    ]),
  );
}

/** `VAR=x npx qlik-sync plan 'kpi-*'` → the variables and the words after the command's name. */
function readCommandLine(line: string): {
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
} {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const start = words.indexOf('qlik-sync');
  expect(start, `no command of ours: ${line}`).toBeGreaterThanOrEqual(0);
  const env = words.slice(0, start).filter((word) => word.includes('='));
  return {
    env: Object.fromEntries(
      env.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    ),
    argv: words.slice(start + 1),
  };
}
