/** A folder of a made-up user, the built command line, and a tenant to point it at. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { storeVariables } from '../../store/running-store.js';

const cli = join(import.meta.dirname, '../../../dist/cli.js');

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Workspace {
  readonly folder: string;
  /** The user's, for what a run keeps outside of the folder. */
  readonly home: string;
  /** Writes files by path relative to the folder. */
  readonly write: (files: Readonly<Record<string, string | Buffer>>) => void;
  readonly remove: (path: string) => void;
  /** Runs the built CLI in the folder; never rejects. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Result>;
  readonly dispose: () => void;
}

export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-test-'));
  const home = mkdtempSync(join(tmpdir(), 'qlik-sync-home-'));
  return {
    folder,
    home,
    write: (files) => {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    },
    remove: (path) => rmSync(join(folder, path), { recursive: true, force: true }),
    run: (args, options = {}) =>
      runCli(args, { cwd: folder, ...options, env: { HOME: home, ...options.env } }),
    dispose: () => {
      for (const own of [folder, home]) rmSync(own, { recursive: true, force: true });
    },
  };
}

function runCli(args: readonly string[], { cwd, env = {} }: RunOptions): Promise<Result> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: { ...cleanEnvironment(), ...storeVariables(cwd), ...env },
      maxBuffer: 2 ** 26,
      timeout: 300_000,
    };
    const child = execFile(process.execPath, [cli, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** Nothing of the machine's own settings reaches the command. */
function cleanEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', TZ: 'UTC' };
}

export interface SmallExtension {
  readonly version?: string;
  readonly code?: string;
  readonly supernova?: boolean;
}

/** The same for a theme, whose name begins with `theme:`. Its content differs as the extension's would. */
function themeArchiveFiles(stem: string, { version = '1.0.0', code = 'one' }: SmallExtension) {
  return {
    [`${stem}.qext`]: JSON.stringify({ name: stem, type: 'theme', version }),
    'theme.json': JSON.stringify({ _inherit: true, _variables: { [`@${stem}`]: code }, label: code }),
  };
}

/** The files of a small, valid extension or theme, for `Workspace.write`. */
export function extensionFiles(
  name: string,
  {
    folder = `extensions/${name.replace(':', '-')}`,
    ...options
  }: SmallExtension & { readonly folder?: string } = {},
): Record<string, string> {
  const files = Object.entries(archiveFiles(name, options));
  return Object.fromEntries(files.map(([path, content]) => [`${folder}/${path}`, content]));
}

/** The same files by their path in an archive, for `zipOf`. */
export function archiveFiles(
  name: string,
  { version = '1.0.0', code = 'one', supernova }: SmallExtension = {},
): Record<string, string> {
  if (name.startsWith('theme:')) return themeArchiveFiles(name.slice('theme:'.length), { version, code });
  const manifest = { name, type: 'visualization', version, ...(supernova !== undefined && { supernova }) };
  return {
    [`${name}.qext`]: JSON.stringify(manifest),
    [`${name}.js`]: `define([], () => ({ name: ${JSON.stringify(name)}, paint() { return '${code}'; } }));\n`,
  };
}

/** The config of project acme, with more settings or others in the place of its own. */
export function configWith(more: object): { readonly 'qlik-sync.config.json': string } {
  const settings = { project: 'acme', extensions: ['extensions/*'], ...more };
  return { 'qlik-sync.config.json': JSON.stringify(settings) };
}

export const simpleConfig = configWith({});
