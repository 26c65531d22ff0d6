/** `qlik-sync completion`: what real shells offer on Tab, and what asking never does. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireTool } from '../require-tool.js';
import { runInProcess } from './support/in-process.js';
import { hasTerminal, runInTerminal, type Step } from './support/terminal.js';
import { createWorkspace, extensionFiles, type Workspace } from './support/workspace.js';

const cli = join(import.meta.dirname, '../../dist/cli.js');
const runId = '20261123T031400Z-3f2a';

let workspace: Workspace;
let path: string;

beforeAll(() => {
  workspace = createWorkspace();
  const { folder } = workspace;
  workspace.write({
    ...extensionFiles('kpi-card'),
    ...extensionFiles('kpi-tile'),
    ...extensionFiles('sankey'),
    'qlik-sync.config.json': JSON.stringify({
      project: 'acme',
      extensions: ['extensions/*'],
      environments: {
        dev: {
          tenant: 'https://dev.eu.qlikcloud.com',
          auth: { apiKey: { command: ['touch', 'ran'] } },
          labels: { region: 'eu', tier: 'pilot' },
        },
        prod: { tenant: '${NOT_SET}', auth: { apiKey: '${NOT_SET}' }, labels: { region: 'us' } },
      },
    }),
    [`.qlik-sync/runs/sandbox/${runId}.jsonl`]: '',
    '.qlik/contexts.yml':
      'current-context: acme\ncontexts:\n  acme:\n    server: https://acme.eu.qlikcloud.com\n',
    'plan.json': '{}',
  });
  mkdirSync(join(folder, 'bin'));
  symlinkSync(cli, join(folder, 'bin/qlik-sync'));
  path = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
});
afterAll(() => workspace.dispose());

interface Answer {
  readonly values: readonly string[];
  readonly directive: string;
}

async function ask(
  words: readonly string[],
  { cwd = workspace.folder, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Answer> {
  const { code, stdout, stderr } = await runInProcess(['complete', '--', ...words], {
    cwd,
    env: { PATH: path, HOME: workspace.folder, ...env },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  return {
    values: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''),
    directive: lines.at(-1) ?? '',
  };
}

describe('the words that are offered', () => {
  it.each([
    ['commands', ['p'], ['plan', 'pull', 'preview', 'promote', 'pack'], ':4'],
    ['options', ['plan', '--allow-d'], ['--allow-downgrade', '--allow-deletes'], ':4'],
    ['the options of all commands', ['--'], ['--version', '--help'], ':4'],
    ['no option twice', ['plan', '--diff', '--di'], [], ':4'],
    ['one that is repeatable, again', ['plan', '--env', 'dev', '--env'], ['--env'], ':4'],
    ['names', ['plan', ''], ['kpi-card', 'kpi-tile', 'sankey'], ':4'],
    ['no name twice', ['plan', 'kpi-card', 'kpi-'], ['kpi-tile'], ':4'],
    ['names behind --', ['plan', '--', 'k'], ['kpi-card', 'kpi-tile'], ':4'],
    ['names for an approval', ['apply', '--overwrite', 's'], ['sankey'], ':4'],
    ['plan files or names', ['apply', 'pl'], [], ':0'],
    [
      'environments',
      ['plan', '--env', ''],
      ['dev', 'prod', 'all', 'region=eu', 'region=us', 'tier=pilot'],
      ':4',
    ],
    ['labels', ['plan', '--env', 'region=u'], ['region=us'], ':4'],
    ['labels behind others', ['plan', '--env=region=us,t'], ['region=us,tier=pilot'], ':4'],
    ['no labels for one environment', ['watch', '--env', 'r'], [], ':4'],
    ['environments behind =', ['plan', '--env=p'], ['prod'], ':4'],
    ['environments of commands for one', ['watch', '--env', ''], ['dev', 'prod'], ':4'],
    ['environments to confirm', ['apply', '--confirm', 'd'], ['dev'], ':4'],
    ['contexts', ['plan', '--context', ''], ['acme'], ':4'],
    ['choices', ['apply', '--on-drift', 's'], ['stop', 'skip'], ':4'],
    ['kinds of reports', ['plan', '--report', 'h'], ['html='], ':6'],
    ['their files', ['plan', '--report', 'html=p'], [], ':0'],
    ['files', ['plan', '--config', ''], [], ':0'],
    ['folders', ['plan', '--cwd', ''], [], ':16'],
    ['runs and names', ['rollback', ''], [runId, 'kpi-card', 'kpi-tile', 'sankey'], ':4'],
    ['where from', ['promote', ''], ['dev', 'prod'], ':4'],
    ['where to', ['promote', 'dev', 'p'], ['prod'], ':4'],
    ['words to explain', ['explain', 'case-'], ['case-twins'], ':4'],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish', 'powershell'], ':4'],
    ['nothing for a number', ['apply', '--allow-deletes', ''], [], ':4'],
    ['nothing for an unknown command', ['nonsense', ''], [], ':4'],
    ['nothing where no word is taken', ['history', ''], [], ':4'],
  ] as const)('%s', async (_, words, values, directive) => {
    expect(await ask(words)).toEqual({ values, directive });
  });

  it('are those of the folder and the config that the line names', async () => {
    const other = join(workspace.folder, 'bin');
    expect((await ask(['plan', '--cwd', '..', 's'], { cwd: other })).values).toEqual(['sankey']);
    expect(
      (await ask(['plan', 's'], { cwd: other, env: { QLIK_SYNC_CWD: workspace.folder } })).values,
    ).toEqual(['sankey']);
  });
});

describe('asking', () => {
  it('runs no command of the config', async () => {
    await ask(['plan', '--env', 'dev', '']);
    expect(existsSync(join(workspace.folder, 'ran'))).toBe(false);
  });

  it('runs no config that is a program', async () => {
    const code = "import { writeFileSync } from 'node:fs'; writeFileSync('ran', ''); export default {};";
    workspace.write({ 'code/qlik-sync.config.mjs': code });
    const cwd = join(workspace.folder, 'code');
    expect(await ask(['plan', ''], { cwd })).toEqual({ values: [], directive: ':4' });
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  it.each([
    ['a broken config', { 'broken/qlik-sync.config.json': '{ "extensions": ' }, 'broken'],
    [
      'a config of other types',
      { 'odd/qlik-sync.config.json': '{ "extensions": 7, "environments": [] }' },
      'odd',
    ],
  ])('says nothing of %s', async (_, files, folder) => {
    workspace.write(files);
    expect((await ask(['plan', ''], { cwd: join(workspace.folder, folder) })).values).toEqual([]);
    expect((await ask(['plan', '--env', ''], { cwd: join(workspace.folder, folder) })).values).toEqual([]);
  });

  it('does not report an invalid variable', async () => {
    expect((await ask(['plan', 's'], { env: { QLIK_SYNC_NONSENSE: '1' } })).values).toEqual(['sankey']);
  });

  it.runIf(requireTool('mkfifo'))('does not wait for a config that is a pipe', async () => {
    mkdirSync(join(workspace.folder, 'pipe'));
    execFileSync('mkfifo', [join(workspace.folder, 'pipe/qlik-sync.config.json')]);
    expect((await ask(['plan', ''], { cwd: join(workspace.folder, 'pipe') })).values).toEqual([]);
  });

  it('offers nothing that a shell would run or take apart', async () => {
    const names = ['$(touch ran)', 'a b', '`id`', "it's", 'x;y', '*', '~', 'ok-1.2_Ä'];
    const cwd = join(workspace.folder, 'names');
    for (const name of names) {
      mkdirSync(join(cwd, name), { recursive: true });
      writeFileSync(join(cwd, name, `${name}.qext`), '{}');
    }
    writeFileSync(join(cwd, 'qlik-sync.config.json'), '{ "project": "p", "extensions": ["*"] }');
    expect((await ask(['plan', ''], { cwd })).values).toEqual(['ok-1.2_Ä']);
  });
});

/** Waits for the prompt, types each line, and waits for what is to appear. */
function typeInto(shell: readonly string[], steps: readonly Step[]): Promise<{ screen: string }> {
  const argv = ['env', `PATH=${path}`, 'PS1=READY> ', 'PROMPT=READY> ', ...shell];
  return runInTerminal(argv, workspace.folder, [...steps, ['READY> ', 'exit 0\r']]);
}

const clear = '\u0015';

describe.runIf(hasTerminal)('real shells', () => {
  it.runIf(requireTool('bash'))('bash', async () => {
    const { screen } = await typeInto(
      ['bash', '--norc', '--noprofile', '-i'],
      [
        ['READY> ', 'source <(qlik-sync completion bash); source <(qlik-sync completion bash)\r'],
        ['READY> ', 'qlik-sync hist\t'],
        ['ory ', `${clear}qlik-sync plan --env tier=pi\t`],
        ['lot ', `${clear}qlik-sync plan --env=region=us,tier=pi\t`],
        ['lot ', `${clear}qlik-sync plan --env=pr\t`],
        ['od ', `${clear}qlik-sync apply --report ht\t`],
        ['ml=', `${clear}qlik-sync plan "$(touch ran-by-bash)" sa\t`],
        ['nkey ', `${clear}qlik-sync apply plan\t`],
        ['.json ', `${clear}qlik-sync rollback 2026\t`],
        [runId.slice(4), `${clear}\r`],
      ],
    );
    expect(screen).not.toMatch(/not found|readonly|error/i);
    expect(existsSync(join(workspace.folder, 'ran-by-bash'))).toBe(false);
  });

  it.runIf(requireTool('zsh'))('zsh', async () => {
    const { screen } = await typeInto(
      ['zsh', '-f', '-i'],
      [
        ['READY> ', 'autoload -U compinit; compinit -u; source <(qlik-sync completion zsh)\r'],
        ['READY> ', 'qlik-sync plan san\t'],
        ['key', `${clear}qlik-sync plan --env=pr\t`],
        ['od', `${clear}qlik-sync apply --on-drift ov\t`],
        ['erwrite', `${clear}\r`],
      ],
    );
    expect(screen).not.toMatch(/not found|error/i);
  });
});

it.runIf(requireTool('fish')).each([
  ['plan san', ['sankey']],
  ['plan --env=pr', ['--env=prod']],
  ['apply --on-drift ', ['stop', 'overwrite', 'skip']],
  ['rollback 2026', [runId]],
])('fish: %s', (line, values) => {
  const script = `qlik-sync completion fish | source; complete -C "qlik-sync ${line}"`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
    cwd: workspace.folder,
    env: { PATH: path, HOME: workspace.folder },
    encoding: 'utf8',
  });
  const offered = stdout
    .trimEnd()
    .split('\n')
    .map((each) => each.split('\t')[0]);
  expect({ offered: offered.sort(), stderr }).toEqual({ offered: [...values].sort(), stderr: '' });
});

const powershell = ['pwsh', 'powershell'].find((name) =>
  requireTool(name, ['-NoLogo', '-Command', 'exit 0']),
);

it.runIf(powershell !== undefined)('PowerShell', () => {
  const script =
    "qlik-sync completion powershell | Out-String | Invoke-Expression; (TabExpansion2 'qlik-sync plan san' 18).CompletionMatches.CompletionText";
  const printed = execFileSync(powershell ?? '', ['-NoLogo', '-NoProfile', '-Command', script], {
    cwd: workspace.folder,
    env: { ...process.env, PATH: path, HOME: workspace.folder },
    encoding: 'utf8',
  });
  expect(printed.trim()).toBe('sankey');
});
