/** Where the scripts of a pipeline run: a git repository, the command line behind a fake npm, a fake gh, a tenant. */

import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { git } from '../../../git.js';
import { openTestTenant, type TestTenant } from '../tenant.js';
import { openTurnstile } from '../turnstile.js';
import { extensionFiles } from '../workspace.js';
import { callGh, type GhState, ghProgram } from './gh.js';
import { asBuilt, openScriptDesk, scriptCli } from './script-desk.js';

export const examples = join(import.meta.dirname, '../../../../examples/ci');

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export interface Script {
  readonly text: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Options of bash, as the CI system gives them. */
  readonly options: readonly string[];
  /** Resolves to the signals that follow, once somebody cancels the job. */
  readonly cancelled?: Promise<readonly Sent[]>;
}

/** A signal of a CI system to a script that is cancelled. */
export interface Sent {
  readonly signal: NodeJS.Signals;
  /** The process that the system started, or all of the container. */
  readonly to: 'entry' | 'all';
}

/** Tells from now on whether the job was cancelled. */
export function watchFor(cancelled: Script['cancelled']): () => boolean {
  let was = false;
  cancelled?.then(
    () => {
      was = true;
    },
    () => undefined,
  );
  return () => was;
}

/** A write that the tenant has not seen yet. */
export interface HeldWrite {
  readonly reached: Promise<void>;
  readonly release: () => void;
  /** The tenant has answered it, whoever is still there to read the answer. */
  readonly arrived: Promise<void>;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

interface Held extends Readonly<Record<'reached' | 'released' | 'arrived', Deferred>> {
  /** Of the request that was held first. */
  index?: number;
}

function defer(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export interface PipelineShell {
  readonly tenant: TestTenant;
  /** What the CI system keeps for the pipeline: a key that may only list, one that may do everything, those of a store. */
  readonly secrets: Secrets;
  /** Its folder: what every checkout comes from. */
  readonly repository: string;
  /** The repository: writes files and commits them. */
  readonly commit: (files: Readonly<Record<string, string>>) => void;
  /** A file of the newest commit. */
  readonly read: (path: string) => string;
  /** The newest commit. */
  readonly head: () => string;
  /**
   * A fresh clone of one commit, as each job gets one.
   *
   * @param ref a commit, or a branch; the newest where it is absent
   * @param folder a new one where it is absent
   */
  readonly checkout: (ref?: string, folder?: string) => string;
  /** The next write stops on its way to the tenant; each later one, too, until it is released. */
  readonly holdWrite: () => HeldWrite;
  /** What is kept between jobs and runs, by its address. */
  readonly kept: Map<string, string>;
  /** What hosts keep for pipelines, by the path of its address. */
  readonly keptFiles: string;
  readonly newFolder: () => string;
  readonly runScript: (script: Script) => Promise<Ran>;
  /** From now on the command line is the built one, in a process of its own, as it always is in a script that may be cancelled. */
  readonly useBuilt: () => void;
  /** One line for each npm, gh and curl that was called, with its arguments. */
  readonly calls: () => readonly string[];
  /** Everything that any script printed. */
  readonly printed: () => string;
  /** Resolves once a script prints the text from now on. */
  readonly hears: (text: string) => Promise<void>;
  readonly gh: () => GhState;
  /** What others did on GitHub, or what became of it. */
  readonly changeGh: (change: Partial<GhState>) => void;
  readonly close: () => Promise<void>;
}

/**
 * npm brings the command line, which runs in the process of the test or as it is built; scripts of packages
 * are the real npm's. npx takes signals for itself, so nothing may call it.
 */
const npmProgram = `#!/bin/sh
echo "npm $*" >> "$CALLS"
[ "$1" = cache ] && exit 0
[ "$1" = run ] && PATH="$REAL_PATH" exec npm "$@"
case "$*" in ci | "ci --ignore-scripts") ;; *) exit 96 ;; esac
[ -f package-lock.json ] || exit 96
mkdir -p node_modules/.bin
cp "$PROGRAM" node_modules/.bin/qlik-sync
`;
const npxProgram = `#!/bin/sh
echo "npx $*" >> "$CALLS"
exit 97
`;
/** The two hosts that keep files, as folders below $KEPT: a download, or an upload as a form. Tokens come by its config or a header. */
const curlProgram = `#!/usr/bin/env node
const { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const args = process.argv.slice(2);
appendFileSync(process.env.CALLS, 'curl ' + args.join(' ') + '\\n');
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const said = (option('--config') === '-' ? readFileSync(0, 'utf8') : '') + (option('--header') ?? '');
if (!args.includes('--fail') || !said.includes(process.env.KEPT_TOKEN)) process.exit(22);
const { pathname } = new URL(args.at(-1));
const form = option('--form');
const from = form === undefined ? join(process.env.KEPT, pathname) : form.replace('files=@', '');
const to = form === undefined ? option('--output') : join(process.env.KEPT, pathname, basename(from));
if (!existsSync(from)) process.exit(22);
mkdirSync(dirname(to), { recursive: true });
copyFileSync(from, to);
`;

type Secrets = Readonly<Record<'QLIK_PLAN_KEY' | 'QLIK_DEPLOY_KEY', string> & Record<string, string>>;

/**
 * @param more of every script's environment, such as settings of qlik-sync
 * @param storeKeys what a store needs beside its address
 */
export async function openPipelineShell(
  more: Readonly<Record<string, string>> = {},
  storeKeys: Readonly<Record<string, string>> = {},
): Promise<PipelineShell> {
  const tenant = await openTestTenant();
  let held: Held | undefined;
  let usesBuilt = false;
  const clones = new Map<string, string>();
  const turnstile = await openTurnstile(tenant.sandbox, async ({ when, method, index }) => {
    const hold = held;
    if (hold === undefined || method === 'GET') return;
    hold.index ??= index;
    if (when === 'after') return index === hold.index ? hold.arrived.resolve() : undefined;
    hold.reached.resolve();
    await hold.released.promise;
  });
  const home = mkdtempSync(join(tmpdir(), 'qlik-sync-ci-'));
  const newFolder = (): string => mkdtempSync(join(home, 'job-'));
  const [repository, bin, calls, keptFiles] = ['repository', 'bin', 'calls', 'kept'].map((name) =>
    join(home, name),
  ) as [string, string, string, string];
  writeFiles(bin, { npm: npmProgram, npx: npxProgram, gh: ghProgram, curl: curlProgram }, 0o755);
  const program = join(home, 'qlik-sync');
  writeFiles(home, { 'qlik-sync': scriptCli }, 0o755);
  let gh: GhState = { comments: [], issues: [] };
  const desk = await openScriptDesk(newFolder(), {
    gh: (call) => {
      const { state, ...end } = callGh(gh, call);
      gh = state;
      return end;
    },
  });
  writeFiles(home, { calls: '' });
  const printed = new EventEmitter();
  let output = '';
  printed.on('output', (chunk: string) => {
    output += chunk;
  });
  const own = { HOME: home, CALLS: calls, PROGRAM: program };
  const hosts = { KEPT: keptFiles, KEPT_TOKEN: recordToken };
  const real = process.env['PATH'] ?? '';
  const paths = { PATH: `${bin}:${real}`, REAL_PATH: real };
  const env = { ...paths, LANG: 'C.UTF-8', CI: 'true', ...own, ...hosts, ...desk.env, ...more };
  const commit = (files: Readonly<Record<string, string>>): void => {
    writeFiles(repository, files);
    git(repository, 'add', '--all');
    git(repository, 'commit', '--quiet', '--message', 'change');
  };
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--template=', '--initial-branch', 'main');
  commit({
    ...repositoryFiles(turnstile.env['QLIK_TENANT_URL'] ?? ''),
    ...extensionFiles('acme-kpi'),
    ...extensionFiles('acme-dial'),
  });
  return {
    tenant,
    secrets: {
      ...storeKeys,
      QLIK_PLAN_KEY: tenant.sandbox.userKey,
      QLIK_DEPLOY_KEY: tenant.sandbox.apiKey,
    },
    repository,
    commit,
    read: (path) => readFileSync(join(repository, path), 'utf8'),
    head: () => git(repository, 'rev-parse', 'HEAD'),
    checkout: (ref = 'HEAD', folder = newFolder()) => {
      const wanted = /^(?:HEAD|[\da-f]{40})$/.test(ref) ? ref : `refs/heads/${ref}`;
      const commit = git(repository, 'rev-parse', `${wanted}^{commit}`);
      const clone = clones.get(commit) ?? cloneOf(repository, commit, newFolder());
      clones.set(commit, clone);
      cpSync(clone, folder, { recursive: true });
      return folder;
    },
    holdWrite: () => {
      held = { reached: defer(), released: defer(), arrived: defer() };
      const { reached, released, arrived } = held;
      return { reached: reached.promise, release: released.resolve, arrived: arrived.promise };
    },
    kept: new Map(),
    keptFiles,
    newFolder,
    runScript: (script) => {
      const file = join(newFolder(), 'script.sh');
      const isBuilt = usesBuilt || script.cancelled !== undefined;
      return runBash({ ...script, env: { ...env, ...(isBuilt && asBuilt), ...script.env } }, file, printed);
    },
    useBuilt: () => {
      usesBuilt = true;
    },
    calls: () => readFileSync(calls, 'utf8').trimEnd().split('\n'),
    printed: () => output,
    hears: async (text) => {
      const before = output.length;
      while (!output.slice(before).includes(text)) await once(printed, 'output');
    },
    gh: () => gh,
    changeGh: (change) => {
      gh = { ...gh, ...change };
    },
    close: async () => {
      await desk.close();
      await turnstile.close();
      await tenant.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What the hosts of artifacts want to see. */
export const recordToken = 'token-of-the-host';

/** The config that examples/ci/README.md asks for. */
function repositoryFiles(tenant: string): Readonly<Record<string, string>> {
  const prod = { tenant, protected: true, auth: { apiKey: '${QLIK_PROD_API_KEY}' } };
  return {
    'package.json': '{"private":true}',
    'package-lock.json': '{}',
    '.gitignore': 'node_modules/\n',
    'qlik-sync.config.json': JSON.stringify({
      project: 'acme',
      extensions: ['extensions/*'],
      environments: { prod },
    }),
  };
}

export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
  mode = 0o644,
): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode });
  }
}

/** What one job hands to the next; a path that is not there is left out. */
export function handOver(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths.map((each) => each.replace(/\/(\*\*)?$/, ''))) {
    if (!existsSync(join(from, path))) continue;
    cpSync(join(from, path), join(to, path), { recursive: true, force: true });
  }
}

/** With one commit, and no more than a CI system would fetch. */
function cloneOf(repository: string, commit: string, folder: string): string {
  git(folder, 'init', '--quiet', '--template=');
  git(folder, 'remote', 'add', 'origin', pathToFileURL(repository).href);
  git(folder, 'fetch', '--quiet', '--no-tags', '--depth=1', 'origin', commit);
  git(folder, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
  return folder;
}

/** From a file, as systems run it: `bash -c` would make the last command the process itself, with or without exec. */
function runBash(
  { text, cwd, env, options, cancelled }: Script,
  file: string,
  printed: EventEmitter,
): Promise<Ran> {
  writeFileSync(file, text);
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', ...options, file], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        printed.emit('output', chunk);
      });
    }
    cancelled?.then((signals) => {
      for (const { signal, to } of signals) send(child, signal, to);
    }, reject);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? codeOf(signal), output }));
  });
}

function send({ pid, exitCode }: ChildProcess, signal: NodeJS.Signals, to: Sent['to']): void {
  if (pid === undefined || exitCode !== null) return;
  process.kill(to === 'all' ? -pid : pid, signal);
}

/** As a shell reports it. */
function codeOf(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}
