/** Where the scripts of a pipeline run: a git repository, the built command line behind a fake npm, a fake gh, a tenant. */

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openTestTenant, type TestTenant } from '../tenant.js';
import { extensionFiles } from '../workspace.js';
import { ghProgram } from './gh.js';

const cli = join(import.meta.dirname, '../../../../dist/cli.js');
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
}

export interface PipelineShell {
  readonly tenant: TestTenant;
  /** What the CI system keeps for the pipeline: a key that may only list, and one that may do everything. */
  readonly secrets: Readonly<Record<'QLIK_PLAN_KEY' | 'QLIK_DEPLOY_KEY', string>>;
  /** The repository: writes files and commits them. */
  readonly commit: (files: Readonly<Record<string, string>>) => void;
  /** A fresh clone of what is committed, as each job gets one. */
  readonly checkout: () => string;
  readonly newFolder: () => string;
  readonly runScript: (script: Script) => Promise<Ran>;
  /** One line for each npm, npx and gh that was called, with its arguments. */
  readonly calls: () => readonly string[];
  /** Everything that any script printed. */
  readonly printed: () => string;
  readonly gh: () => GhState;
  /** Somebody else's comment on the pull request. */
  readonly addComment: (comment: GhState['comments'][number]) => void;
  readonly close: () => Promise<void>;
}

export interface GhState {
  readonly comments: readonly {
    readonly id: number;
    readonly body: string;
    readonly user: { readonly login: string };
  }[];
  readonly issues: readonly {
    readonly number: number;
    readonly state: string;
    readonly body: string;
    readonly labels: readonly string[];
  }[];
}

/** npm brings the command line; npx runs nothing else. */
const npmProgram = `#!/bin/sh
echo "npm $*" >> "$CALLS"
[ "$1" = cache ] && exit 0
[ "$*" = "ci --ignore-scripts" ] && [ -f package-lock.json ] || exit 96
mkdir -p node_modules/.bin
printf '#!/bin/sh\\nexec "%s" "%s" "$@"\\n' "$NODE" "$CLI" > node_modules/.bin/qlik-sync
chmod +x node_modules/.bin/qlik-sync
`;
const npxProgram = `#!/bin/sh
echo "npx $*" >> "$CALLS"
[ "$1 $2" = "--no qlik-sync" ] || exit 97
shift 2
exec node_modules/.bin/qlik-sync "$@"
`;

export async function openPipelineShell(): Promise<PipelineShell> {
  const tenant = await openTestTenant();
  const home = mkdtempSync(join(tmpdir(), 'qlik-sync-ci-'));
  const [repository, bin, calls, ghFile] = ['repository', 'bin', 'calls', 'gh.json'].map((name) =>
    join(home, name),
  ) as [string, string, string, string];
  writeFiles(bin, { npm: npmProgram, npx: npxProgram, gh: ghProgram }, 0o755);
  writeFiles(home, { calls: '', 'gh.json': JSON.stringify({ comments: [], issues: [] }) });
  const printed: string[] = [];
  const own = { HOME: home, CALLS: calls, GH_STATE: ghFile, NODE: process.execPath, CLI: cli };
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, LANG: 'C.UTF-8', CI: 'true', ...own };
  const commit = (files: Readonly<Record<string, string>>): void => {
    writeFiles(repository, files);
    git(repository, ['add', '--all']);
    git(repository, ['commit', '--quiet', '--message', 'change']);
  };
  mkdirSync(repository);
  git(repository, ['init', '--quiet', '--initial-branch', 'main']);
  commit({
    ...repositoryFiles(tenant.sandbox.url),
    ...extensionFiles('acme-kpi'),
    ...extensionFiles('acme-dial'),
  });
  const readGh = (): GhState => JSON.parse(readFileSync(ghFile, 'utf8')) as GhState;
  const newFolder = (): string => mkdtempSync(join(home, 'job-'));
  return {
    tenant,
    secrets: { QLIK_PLAN_KEY: tenant.sandbox.userKey, QLIK_DEPLOY_KEY: tenant.sandbox.apiKey },
    commit,
    checkout: () => {
      const folder = newFolder();
      git(home, ['clone', '--quiet', repository, folder]);
      return folder;
    },
    newFolder,
    runScript: async (script) => {
      const ran = await runBash({ ...script, env: { ...env, ...script.env } });
      printed.push(ran.output);
      return ran;
    },
    calls: () => readFileSync(calls, 'utf8').trimEnd().split('\n'),
    printed: () => printed.join(''),
    gh: readGh,
    addComment: (comment) => {
      const state = readGh();
      writeFileSync(ghFile, JSON.stringify({ ...state, comments: [...state.comments, comment] }));
    },
    close: async () => {
      await tenant.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

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

export function writeFiles(folder: string, files: Readonly<Record<string, string>>, mode = 0o644): void {
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

export function git(cwd: string, args: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgSign=false',
  ];
  const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...identity, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

function runBash({ text, cwd, env, options }: Script): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', ...options, '-c', text], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
