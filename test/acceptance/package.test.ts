/** The package as npm would publish it: what is in it, and what a program in TypeScript sees of it. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from './support/compile.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const root = join(import.meta.dirname, '../..');

interface PackageJson {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
}

let workspace: Workspace;
let installed: string;
let packed: readonly string[];

beforeAll(() => {
  workspace = createWorkspace();
  workspace.write({ 'package.json': '{ "type": "module", "private": true }' });
  const modules = join(workspace.folder, 'node_modules');
  installed = join(modules, 'qlik-sync');
  mkdirSync(join(modules, '@types'), { recursive: true });
  for (const name of ['typescript', '@types/node', 'undici-types', 'jiti']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const target = mkdtempSync(join(tmpdir(), 'qlik-sync-pack-'));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', target];
  const [archive] = JSON.parse(execFileSync(npm, args, { cwd: root, encoding: 'utf8' })) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  packed = archive.files.map(({ path }) => path);
  execFileSync('tar', ['-xzf', archive.filename, '-C', modules], { cwd: target });
  renameSync(join(modules, 'package'), installed);
  rmSync(target, { recursive: true, force: true });
});

afterAll(() => workspace.dispose());

describe('the package', () => {
  it('holds one file of types, no source and no test', () => {
    expect(packed.filter((path) => /\.d\.[cm]?ts$/.test(path))).toEqual(['dist/index.d.mts']);
    expect(packed.filter((path) => /^(src|test|\.ci|node_modules)\/|\.map$/.test(path))).toEqual([]);
  });

  it('holds every file that its package.json names', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as PackageJson;
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const missing = [...targets, ...Object.values(bin)].filter((path) => !existsSync(join(installed, path)));
    expect(missing).toEqual([]);
  });

  it('holds every file that its pages link to, except what they describe as part of a checkout', () => {
    const ofCheckout = /^(?:src\/README\.md|examples\/ci(?:\/README\.md)?)$/;
    const broken = packed
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) =>
        [...readFileSync(join(installed, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
          .map(([, target = '']) => join(page, '..', target))
          .filter((target) => !ofCheckout.test(target) && !existsSync(join(installed, target))),
      );
    expect(broken).toEqual([]);
  });
});

describe('the client that it sends with', () => {
  it('is in the package, as Bun answers an import of undici with a client of its own that knows no proxy', () => {
    const code = packed.filter((path) => /^dist\/.*\.m?js$/.test(path));
    expect(code).not.toEqual([]);
    const importing = code.filter((path) =>
      /(?:\bfrom|\bimport|\b(?:import|require)\()\s*["'`]undici["'`/]/.test(
        readFileSync(join(installed, path), 'utf8'),
      ),
    );
    expect(importing).toEqual([]);
  });
});

describe('a store in S3', () => {
  it('without keys in the environment names what would find others, which is not in the package', () => {
    workspace.write({ 'qlik-sync.config.json': '{ "project": "packed", "extensions": ["*"] }' });
    const { PATH = '' } = process.env;
    const env = { PATH, HOME: workspace.folder, QLIK_SYNC_STORE: 's3://bucket/prefix?region=eu-west-1' };
    const args = [join(installed, 'dist/cli.js'), 'store', 'check'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: workspace.folder,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toContain('npm install @aws-sdk/credential-provider-node');
    expect(status).toBe(3);
  });
});

describe('its types', () => {
  it('declare exactly what the library exports', async () => {
    const text = readFileSync(join(installed, 'dist/index.d.mts'), 'utf8');
    const declared = [
      ...text.matchAll(/^export declare (?:async )?(?:function|const|class|abstract class) (\w+)/gm),
    ];
    const library = (await import(join(installed, 'dist/index.mjs'))) as Record<string, unknown>;
    expect([...new Set(declared.map(([, name]) => name))].sort()).toEqual(Object.keys(library).sort());
  });

  it('need no package except @types/node', () => {
    const text = readFileSync(join(installed, 'dist/index.d.mts'), 'utf8');
    expect(text).toMatch(/^\/\/\/ <reference types="node" \/>\n/);
    expect(text).not.toMatch(/^\s*import\s|\bfrom ["']|\bimport\(|\brequire\(/m);
  });

  it.each(['node', 'bundler'] as const)('hold a strict program (%s)', (kind) => {
    workspace.write({ 'program.ts': program, 'mistakes.ts': mistakes });
    expect(compile(workspace.folder, ['program.ts', 'mistakes.ts'], kind)).toBe('');
  });
});

/** Uses the clients, the core, the packing and the embedded tenant, and holds that no export lost its type. */
const program = `
import * as api from 'qlik-sync';
import {
  apiKeyAuth, apply, createExtensionsClient, createGovernor, createItemsClient, openTenant, pack, plan, readActual,
  readDesired, startSandbox, TenantError, UserError, type ConfigInput, type DesiredExtension, type ExtensionRecord, type Plan,
} from 'qlik-sync';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Untyped = { [K in keyof typeof api]: IsAny<(typeof api)[K]> extends true ? K : never }[keyof typeof api];
const untyped: readonly Untyped[] = [];
const none: readonly never[] = untyped;

export async function names(signal: AbortSignal): Promise<readonly string[]> {
  const sandbox = await startSandbox();
  const http = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.apiKey), governor: createGovernor() });
  try {
    const records: readonly ExtensionRecord[] = await createExtensionsClient(http).list({ signal });
    for await (const item of createItemsClient(http).list({ resourceType: 'app' }, { signal })) item.id satisfies string;
    return records.map(({ id }) => id);
  } catch (error) {
    if (error instanceof TenantError) return [String(error.status)];
    if (error instanceof UserError) return [error.message, error.hint ?? ''];
    throw error;
  } finally {
    await http.close();
    await sandbox.close();
  }
}

export function actions(made: Plan): readonly string[] {
  return made.changes.map(({ action }) => action);
}

export const archive = async (extension: DesiredExtension): Promise<Uint8Array> => (await pack(extension)).bytes;

export const functions = [apply, plan, readActual, readDesired, none] as const;

export const config = {
  project: 'acme-charts-7f3a',
  extensions: ['extensions/*', '!extensions/drafts'],
  onDrift: 'overwrite',
  rules: { 'external-origin': 'off' },
  driftIgnore: [{ name: 'legacy-*', reason: 'moved', until: '2026-12-31' }],
  policy: { command: ['node', 'policy.mjs'] },
  environments: {
    dev: { tenant: 'https://acme-dev.eu.qlikcloud.com', auth: { apiKey: { command: ['op', 'read', 'op://dev'] } } },
    prod: { tenant: 'https://acme.eu.qlikcloud.com', protected: true, auth: { clientId: 'id', clientSecret: '\${S}' } },
  },
} as const satisfies ConfigInput;

const wide: ConfigInput = config;
export default wide;
`;

/** What the types refuse. */
const mistakes = `
import type { ConfigInput } from 'qlik-sync';
// @ts-expect-error unknown key
export const unknownKey: ConfigInput = { prun: true };
// @ts-expect-error no such choice
export const choice: ConfigInput = { onDrift: 'ignore' };
// @ts-expect-error no list
export const list: ConfigInput = { extensions: 'extensions/*' };
// @ts-expect-error no such rule
export const rule: ConfigInput = { rules: { nope: 'off' } };
// @ts-expect-error environments do not nest
export const nested: ConfigInput = { environments: { dev: { environments: {} } } };
// @ts-expect-error a reason is missing
export const reason: ConfigInput = { driftIgnore: [{ name: 'a', until: '2026-12-31' }] };
// @ts-expect-error not exported
export type { SandboxContext } from 'qlik-sync';
// @ts-expect-error nothing by that name
export { runCommand } from 'qlik-sync';
`;
