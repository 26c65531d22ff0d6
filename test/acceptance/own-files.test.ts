/** A repository that is one extension: what the program itself reads and writes there is never a part of it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import JSZip from 'jszip';
import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { startWatching } from './support/watching.js';
import { createWorkspace, extensionFiles, type Result } from './support/workspace.js';

const root = { project: 'acme', extensions: ['.'] };
const config = JSON.stringify(root);
const extension = extensionFiles('my-modal', { folder: '.' });
const scene = useScene({ files: { 'qlik-sync.config.json': config, ...extension } });
const { read, succeed, qlikSync } = scene;
const cli = join(import.meta.dirname, '../../dist/cli.js');

const place = (path: string): string => join(scene.workspace.folder, path);

/** What `apply` would upload, by the list of what is in it. */
async function content(...args: readonly string[]): Promise<readonly string[]> {
  await succeed('pack', '--out', '.qlik-sync/pack', ...args);
  return packed('my-modal');
}

async function packed(name: string): Promise<readonly string[]> {
  const { files } = await JSZip.loadAsync(readFileSync(place(`.qlik-sync/pack/${name}.zip`)));
  return Object.keys(files).sort();
}

const itself = ['my-modal.js', 'my-modal.qext'];

/** Runs the built command with its streams in files of the folder. */
async function redirected(
  args: readonly string[],
  { stdout, stderr }: { readonly stdout?: string; readonly stderr?: string },
): Promise<number> {
  const open = (file: string | undefined): number | 'ignore' =>
    file === undefined ? 'ignore' : openSync(place(file), 'a');
  const files = [open(stdout), open(stderr)] as const;
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: scene.workspace.folder,
    env: { PATH: process.env['PATH'], HOME: scene.workspace.home, ...scene.tenant.env },
    stdio: ['ignore', ...files],
  });
  const [code] = await once(child, 'exit');
  for (const file of files) if (file !== 'ignore') closeSync(file);
  return code;
}

const codeOf = async (result: Promise<Result>): Promise<number> => (await result).code;

describe('a run after one that left files', () => {
  it('applies the plan that it wrote beside the extension', async () => {
    await succeed('plan', '--out', 'plan.json', '--report', 'html=plan.html');
    await succeed('apply', 'plan.json', '--yes');
    expect(await codeOf(qlikSync('plan', '--detailed-exitcode'))).toBe(0);
    expect(await content()).toEqual(itself);
  });

  it.each([
    'json=r.json',
    'markdown=r.md',
    'html=r.html',
    'junit=report.xml',
    'sarif=r.sarif',
    'github=r.txt',
    'gitlab=tfplan.json',
    'gitlab-codequality=gl-code-quality-report.json',
    'azure=r.txt',
    'html=reports/deep/r.html',
  ])('writes nothing the second time with --report %s, and nothing drifts', async (report) => {
    await succeed('apply', '--yes', '--report', report);
    await scene.tenant.takeRequests();
    await succeed('apply', '--yes', '--report', report);
    await succeed('apply', '--yes');
    expect(await scene.tenant.takeWrites()).toEqual([]);
    await succeed('drift');
    expect(await content()).toEqual(itself);
  });

  it('recognizes a baseline and the records of QLIK_SYNC_OUTPUT_FILE', async () => {
    await succeed('apply', '--yes');
    await succeed('drift', '--report', 'json=baseline.json');
    const env = { QLIK_SYNC_OUTPUT_FILE: 'records.ndjson' };
    expect(await codeOf(scene.qlikSyncWith(env, 'drift', '--baseline', 'baseline.json'))).toBe(0);
    expect(await codeOf(scene.qlikSyncWith(env, 'drift'))).toBe(0);
    await succeed('drift');
    expect(await content()).toEqual(itself);
  });

  it('recognizes the folder of an embedded tenant', async () => {
    await succeed('apply', '--yes', '--sandbox-dir', 'tenant');
    const second = await succeed('apply', '--yes', '--sandbox-dir', 'tenant', '--json');
    expect(JSON.parse(second.stdout).outcomes).toEqual([]);
    expect(await content()).toEqual(itself);
  });

  it('recognizes the report of a failed run as well', async () => {
    scene.workspace.write({ 'my-modal.qext': '{' });
    expect(
      await codeOf(qlikSync('apply', '--yes', '--report', 'json=r.json', '--report', 'junit=r.xml')),
    ).toBe(3);
    scene.workspace.write(extension);
    expect(await content()).toEqual(itself);
  });

  it('keeps two extensions apart from the reports of several environments', async () => {
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        ...root,
        extensions: ['.', 'b'],
        ignore: ['/b/'],
        environments: { dev: {}, prod: {} },
      }),
      ...extensionFiles('b', { folder: 'b' }),
    });
    const reports = ['--report', 'json=all.json', '--report', 'markdown=b/all.md'];
    await succeed('plan', '--env', 'dev', '--sandbox-dir', '.qlik-sync/dev', ...reports);
    expect(await content('my-modal')).toEqual(itself);
    await succeed('pack', 'b');
    expect(await packed('b')).toEqual(['b.js', 'b.qext']);
  });
});

describe('a link in .qlik-sync that a checkout brought along', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['.qlik-sync', 'elsewhere', ['pack']],
    ['.qlik-sync/pack', 'elsewhere', ['pack']],
    ['.qlik-sync/deep', 'elsewhere', ['pack', '--out', '.qlik-sync/deep/er']],
    ['.qlik-sync/sandbox', 'elsewhere', ['apply', '--sandbox', '--yes']],
    ['.qlik-sync/sandbox', 'nowhere', ['plan', '--sandbox']],
    ['.qlik-sync/plans', 'elsewhere', ['plan', '--out', '.qlik-sync/plans/plan.json']],
    ['.qlik-sync/report.html', 'elsewhere/theirs.html', ['plan', '--report', 'html=.qlik-sync/report.html']],
  ])('is refused before anything is written: %s → %s, %j', async (at, to, args) => {
    scene.workspace.write({ 'elsewhere/theirs.html': 'theirs' });
    if (at !== '.qlik-sync') mkdirSync(place('.qlik-sync'));
    symlinkSync(place(to), place(at));
    const { code, stderr, stdout } = await qlikSync(...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/ cannot be written: .*\.qlik-sync.* is a link to another place\./);
    expect(readdirSync(place('elsewhere'))).toEqual(['theirs.html']);
    expect(read('elsewhere/theirs.html')).toBe('theirs');
  });

  it('is no matter where it lies outside of .qlik-sync', async () => {
    mkdirSync(place('elsewhere'));
    symlinkSync(place('elsewhere'), place('out'));
    await succeed('pack', '--out', 'out');
    expect(readdirSync(place('elsewhere'))).toEqual(['my-modal.zip']);
  });
});

describe('the config in an extension', () => {
  const yaml = 'project: acme\nextensions: ["."]\n';
  const module = `export default ${config};\n`;

  it.each([
    ['qlik-sync.config.yaml', yaml, []],
    ['qlik-sync.config.mjs', module, []],
    ['qlik-sync.config.ts', module, []],
    ['deploy.json', config, ['--config', 'deploy.json']],
    ['package.json', JSON.stringify({ 'qlik-sync': root }), []],
    ['package.json', JSON.stringify({ name: 'my-modal', 'qlik-sync': root }), []],
  ])('%s is no content', async (file, text, args) => {
    scene.workspace.remove('qlik-sync.config.json');
    scene.workspace.write({ [file]: text });
    expect(await content(...args)).toEqual(itself);
  });

  it('is found through a link, and under any spelling of its path', async () => {
    scene.workspace.remove('qlik-sync.config.json');
    scene.workspace.write({ 'conf/real.json': config });
    symlinkSync('conf/real.json', place('deploy.json'));
    expect(await content('--config', 'conf/../deploy.json')).toEqual(itself);
    expect(await content('--config', 'deploy.json', '--cwd', 'conf/..')).toEqual(itself);
  });

  it('leaves out the config that a run without --config would read', async () => {
    scene.workspace.write({ 'deploy.json': config });
    expect(await content('--config', 'deploy.json')).toEqual(itself);
  });

  it.each([['{}'], ['{"name": "my-modal"}'], ['[]']])(
    'is no package.json without its key: %s',
    async (text) => {
      scene.workspace.write({ 'package.json': text });
      expect(await content()).toEqual([...itself, 'package.json']);
    },
  );

  it('leaves out the modules that the config imports, but none that the extension loads', async () => {
    scene.workspace.remove('qlik-sync.config.json');
    scene.workspace.write({
      'qlik-sync.config.mjs': `import tags from './deploy/tags.mjs';\nimport './v.js';\nexport default { ...${config}, tags };\n`,
      'deploy/tags.mjs': `export { default } from './list.mjs'; // import './gone.mjs'`,
      'deploy/list.mjs': `import { createRequire } from 'node:module';\nexport default createRequire(import.meta.url)('./list.json');`,
      'deploy/list.json': '["finance"]',
      'deploy/other.mjs': 'export {};',
      'v.js': 'globalThis.modalVersion = 1;',
      'my-modal.js': "define(['./v'], () => ({ paint() {} }));",
      'package.json': '{"type": "module"}',
    });
    expect(await content()).toEqual(['deploy/other.mjs', ...itself, 'package.json', 'v.js']);
  });

  it('in TypeScript leaves out its modules by the names that TypeScript gives them', async () => {
    scene.workspace.remove('qlik-sync.config.json');
    scene.workspace.write({
      'qlik-sync.config.ts': `import { tags } from './tags';\nimport { more } from './more.js';\nexport default { ...${config}, tags: [...tags, ...more] };\n`,
      'tags.ts': `export const tags: string[] = ['finance'];`,
      'more.ts': `export const more: string[] = require('./more.json');`,
      'more.json': '["sales"]',
    });
    expect(await content()).toEqual(itself);
  });

  it('leaves out the policy that it names, but no file of the extension itself', async () => {
    const policy = { command: ['node', 'policy.cjs', 'my-modal.js'] };
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ ...root, policy }),
      'policy.cjs': 'process.exit(0)',
    });
    expect(await content()).toEqual(itself);
    await succeed('apply', '--yes');
    await succeed('drift');
  });

  it('is not replaced by what a pull brings', async () => {
    await succeed('apply', '--yes');
    const { id = '' } = (await scene.tenant.find('my-modal')) ?? {};
    expect(id).not.toBe('');
    await succeed('pull', 'my-modal', '--overwrite', 'my-modal');
    expect(read('qlik-sync.config.json')).toBe(config);
  });

  it('changes nothing for those who deployed it as a part of the extension', async () => {
    // An ignore rule that brings it back is what every run did before it was left out.
    const before = createWorkspace();
    try {
      before.write({ ...extensionFiles('my-modal', { folder: 'ext' }), 'ext/qlik-sync.config.json': config });
      before.write({ 'outer.json': JSON.stringify({ ...root, extensions: ['ext'] }) });
      const pair = scene.tenant.env;
      expect((await before.run(['apply', '--yes', '--config', 'outer.json'], { env: pair })).code).toBe(0);
    } finally {
      before.dispose();
    }
    await succeed('drift');
    await scene.tenant.takeRequests();
    await succeed('apply', '--yes');
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });
});

describe('streams that a shell sends to files in the folder', () => {
  it('are left out of the run, and later runs recognize what stdout wrote', async () => {
    expect(await redirected(['apply', '--yes'], { stdout: 'out.txt' })).toBe(0);
    expect(await redirected(['plan', '--json'], { stdout: 'plan.json' })).toBe(0);
    expect(await redirected(['plan'], { stdout: 'plan.txt' })).toBe(0);
    expect(read('out.txt')).toContain('created');
    await scene.tenant.takeRequests();
    await succeed('apply', '--yes');
    expect(await scene.tenant.takeWrites()).toEqual([]);
    await succeed('drift');
    expect(await content()).toEqual(itself);
  });

  it('with stderr among them, the run warns that a later one would upload it', async () => {
    expect(await redirected(['apply', '--yes'], { stdout: 'out.txt', stderr: 'err.log' })).toBe(0);
    expect(read('out.txt')).toMatch(/err\.log: warning: .* \[own-output\]\n.*\.qlik-sync\/err\.log/);
    expect(await redirected(['drift'], { stdout: 'out.txt', stderr: 'err.log' })).toBe(0);
  });

  it.each([[], ['--json']])('watch uploads once while its log grows beside it %s', async (...args) => {
    const log = openSync(place('watch.log'), 'a');
    const child = spawn(process.execPath, [cli, 'watch', '--quiet-period', '20', ...args], {
      cwd: scene.workspace.folder,
      env: { PATH: process.env['PATH'], HOME: scene.workspace.home, ...scene.tenant.env },
      stdio: ['ignore', log, 'ignore'],
    });
    closeSync(log);
    await expect.poll(() => read('watch.log')).toMatch(/created|"create"/);
    writeFileSync(place('my-modal.js'), 'define([], () => ({ paint() { return 2; } }));\n');
    await expect.poll(() => read('watch.log')).toMatch(/updated|"update"/);
    // Whatever the log's own lines could set off would be on its way before this save is synced.
    writeFileSync(place('my-modal.js'), 'define([], () => ({ paint() { return 3; } }));\n');
    await expect.poll(() => read('watch.log').match(/updated|"update"/g)).toHaveLength(2);
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(await scene.tenant.takeWrites()).toEqual(['POST', 'PATCH', 'PATCH']);
    await succeed('drift');
    expect(await content()).toEqual(itself);
  });
});

/** Runs a line of bash in which `qlik-sync` is the built command. */
async function shell(line: string): Promise<number> {
  const child = spawn(
    'bash',
    ['-c', `set -o pipefail; qlik-sync() { "${process.execPath}" "${cli}" "$@"; }; ${line}`],
    {
      cwd: scene.workspace.folder,
      env: { PATH: process.env['PATH'], HOME: scene.workspace.home, ...scene.tenant.env },
      stdio: 'ignore',
    },
  );
  const [code] = await once(child, 'exit');
  return code;
}

describe.skipIf(process.platform !== 'linux')('a file that another program of the pipeline writes', () => {
  it.each([
    ['qlik-sync apply --yes | tee run.log'],
    ['qlik-sync apply --yes 2>&1 | tee run.txt'],
    ['qlik-sync apply --yes --json | tee run.json'],
    ['qlik-sync apply --yes > >(tee run.md)'],
    ['qlik-sync apply --yes | grep -v nothing | tee run.log'],
    ['{ date; qlik-sync apply --yes; } | tee ci.log'],
    ['{ date; qlik-sync apply --yes; } > ci.log'],
    ['{ date; qlik-sync apply --yes --json; } > ci.log 2>&1'],
    ['qlik-sync --help > help.txt; qlik-sync explain > rules.txt; qlik-sync apply --yes'],
    ['qlik-sync apply --nope 2> err.log; qlik-sync apply --yes'],
  ])('%s uploads the extension alone, and a later run agrees', async (line) => {
    for (const _ of [1, 2]) expect(await shell(line)).toBe(0);
    expect((await scene.tenant.takeWrites()).filter((method) => method !== 'GET')).toEqual(['POST']);
    expect(await content()).toEqual(itself);
    await succeed('drift');
  });

  it.each([
    ['qlik-sync plan --env all > all.log 2>&1'],
    ['qlik-sync plan --env all -v 2>&1 | tee all.md'],
    ['qlik-sync apply --env all --yes > all.txt 2>&1'],
    ['{ date; qlik-sync apply --env all --yes; } 2>&1 | tee all.log'],
  ])('%s leaves nothing that a later run would upload', async (line) => {
    const { url } = scene.tenant.sandbox;
    const auth = { apiKey: '${QLIK_API_KEY}' };
    const environments = {
      a: { tenant: url, project: 'acme-a', auth },
      b: { tenant: url, project: 'acme-b', auth },
    };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify({ ...root, environments }) });
    await shell(line);
    expect(readdirSync(scene.workspace.folder).some((name) => name.startsWith('all.'))).toBe(true);
    scene.workspace.write({ 'qlik-sync.config.json': config });
    expect(await content()).toEqual(itself);
  });

  it('applies a reviewed plan while it writes a log', async () => {
    expect(await shell('qlik-sync plan --out plan.json | tee plan.txt')).toBe(0);
    expect(await shell('qlik-sync apply plan.json --yes | tee apply.log')).toBe(0);
    expect(await shell('qlik-sync drift | tee drift.log')).toBe(0);
  });

  it.each([
    [
      '{ date; qlik-sync plan; } > ci.yml',
      'This run writes its result to this file, behind what another program',
    ],
    [
      '{ date; qlik-sync plan; } | tee ci.yml',
      'This run writes its result to this file, behind what another program',
    ],
    [
      'qlik-sync plan | sed s/x/y/ > ci.yml',
      'A program that reads the output of this run writes to this file',
    ],
    ['qlik-sync plan 2> ci.yml', 'This run writes its messages to this file'],
  ])('%s says what a later run would upload', async (line, message) => {
    expect(await shell(`${line} ; qlik-sync validate > .qlik-sync/later; exit 0`)).toBe(0);
    const said = read('ci.yml');
    if (said !== '') expect(said).toContain(`ci.yml: warning: ${message}`);
  });

  it('keeps an empty file that nothing writes', async () => {
    scene.workspace.write({ 'empty.log': '', 'empty.css': '' });
    expect(await shell('qlik-sync pack --out .qlik-sync/pack | tee run.log')).toBe(0);
    expect(await packed('my-modal')).toEqual(['empty.css', 'empty.log', ...itself]);
  });

  it('watch uploads once while tee writes its log', async () => {
    mkdirSync(place('.qlik-sync'));
    const watch = `exec "${process.execPath}" "${cli}" watch --quiet-period 20`;
    const running = shell(`{ echo $BASHPID > .qlik-sync/pid; ${watch}; } | tee watch.log`);
    const synced = (): string => read('watch.log');
    await expect.poll(synced).toMatch(/created/);
    writeFileSync(place('my-modal.js'), 'define([], () => ({ paint() { return 2; } }));\n');
    await expect.poll(synced).toMatch(/updated/);
    process.kill(Number(read('.qlik-sync/pid')), 'SIGINT');
    expect(await running).toBe(130);
    expect(await scene.tenant.takeWrites()).toEqual(['POST', 'PATCH']);
  });
});

describe('watch beside other runs', () => {
  it('uploads no report that appears, and does not look at it again and again', async () => {
    const { next, interrupt } = await startWatching(scene.workspace, scene.tenant.env, [
      '--quiet-period',
      '30',
    ]);
    await next({ event: 'synced', action: 'create' });
    await scene.tenant.takeRequests();
    await succeed('plan', '--report', 'html=r.html', '--report', 'json=reports/r.json');
    writeFileSync(place('my-modal.js'), 'define([], () => ({ paint() { return 2; } }));\n');
    await next({ event: 'synced', action: 'update' });
    const requests = await scene.tenant.takeRequests();
    expect(requests.filter(({ method }) => method !== 'GET').map(({ method }) => method)).toEqual(['PATCH']);
    // The plan's own list, a look for each burst of files, and the save with its checks.
    expect(requests.length).toBeLessThan(20);
    await interrupt();
    await succeed('drift');
    expect(await content()).toEqual(itself);
  });
});

describe('a report in place of a file that is deployed', () => {
  it.each([
    ['--out', 'my-modal.js', 'the extension my-modal'],
    ['--out', 'my-modal.qext', 'the extension my-modal'],
    ['--out', 'elsewhere/new.qext', 'the extension my-modal'],
    ['--report', 'html=index.html', 'the extension my-modal'],
    ['--report', 'json=lib/data.json', 'the extension my-modal'],
  ])('%s %s is refused, and nothing was touched', async (option, value, whose) => {
    const page = { 'index.html': '<!doctype html><p>mine', 'lib/data.json': '{"mine": true}' };
    scene.workspace.write(page);
    const result = await qlikSync('plan', option, value);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(`cannot be written: it is a file of ${whose}.`);
    expect(result.stderr).toContain('.qlik-sync/');
    expect(read('my-modal.js')).toBe(extension['./my-modal.js']);
    for (const [path, text] of Object.entries(page)) expect(read(path)).toBe(text);
    expect(readdirSync(scene.workspace.folder)).not.toContain('new.qext');
  });

  it('is allowed if it replaces a report, or an empty file', async () => {
    mkdirSync(place('out'));
    writeFileSync(place('out/r.json'), '');
    for (const kind of ['json', 'html', 'json']) await succeed('plan', '--report', `${kind}=out/r.json`);
  });
});
