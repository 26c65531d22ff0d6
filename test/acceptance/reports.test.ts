/** `--report kind=file` and what CI systems get: written after the run, whatever it came to. */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { validatorOf } from './support/documents.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

const scene = useScene({ files: { ...extensionFiles('a'), ...extensionFiles('b') } });

const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> =>
  scene.qlikSyncWith(env, ...argv);

const { read } = scene;

const files = {
  json: 'out/plan.json',
  markdown: 'out/plan.md',
  html: 'out/deep/plan.html',
  junit: 'out/junit.xml',
  sarif: 'out/plan.sarif',
  github: 'out/annotations.txt',
  gitlab: 'out/tfplan.json',
  'gitlab-codequality': 'out/quality.json',
  azure: 'out/issues.txt',
};
const everyKind = Object.entries(files).flatMap(([kind, file]) => ['--report', `${kind}=${file}`]);

/** A line of each file that only this run can have made. */
function firstWords(): Readonly<Record<string, unknown>> {
  return {
    json: JSON.parse(read(files.json)).command,
    markdown: read(files.markdown).split('\n')[1],
    html: /<title>(.*)<\/title>/.exec(read(files.html))?.[1],
    junit: /tests="(\d+)" failures="(\d+)"/.exec(read(files.junit))?.slice(1).join('/'),
    sarif: JSON.parse(read(files.sarif)).runs[0].invocations[0].exitCode,
    gitlab: JSON.parse(read(files.gitlab)),
  };
}

describe('--report', () => {
  it('and --out are named to people, unless output is reduced', async () => {
    const said = async (...args: readonly string[]): Promise<string> => {
      const place = { cwd: scene.workspace.folder, env: scene.tenant.env, stderr: 'terminal' } as const;
      const { code, stderr } = await runInProcess(['plan', ...args], place);
      expect(code).toBe(0);
      return stderr;
    };
    const both = ['--out', 'my plan.json', '--report', 'html=a.html'];
    expect(await said(...both)).toBe(
      "Wrote the plan to my plan.json. To apply exactly this plan: qlik-sync apply 'my plan.json'\nWrote the html report to a.html.\n",
    );
    expect(await said('--sandbox', ...both)).toContain("qlik-sync apply 'my plan.json' --sandbox\n");
    expect(await said('-q', ...both)).toBe('');
    expect((await run(['plan', ...both])).stderr).toBe('');
  });

  it('plan and apply write every kind, and stdout is as without', async () => {
    const { host } = new URL(scene.tenant.sandbox.url);
    const planned = await run(['plan', ...everyKind]);
    expect(planned).toEqual(await run(['plan']));
    expect(firstWords()).toEqual({
      json: 'plan',
      markdown: `### 📋 qlik-sync plan · ${host.replace(':', '&#58;&#8203;')} · acme: 2 changes`,
      html: `plan · ${host} · acme: 2 changes – qlik-sync`,
      junit: '2/0',
      sarif: 0,
      gitlab: { create: 2, update: 0, delete: 0, tool: 'qlik-sync/0.0.0-test' },
    });
    const applied = await run(['apply', '--yes', ...everyKind]);
    expect(applied.code).toBe(0);
    expect(firstWords()).toMatchObject({ json: 'apply', junit: '2/0', sarif: 0 });
    expect(JSON.parse(read(files.json)).outcomes).toHaveLength(2);
    expect(readdirSync(join(scene.workspace.folder, 'out')).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    );
  });

  it('the JSON file is the document that --json prints', async () => {
    const { stdout } = await run(['validate', '--json', '--report', 'json=v.json']);
    expect(JSON.parse(read('v.json'))).toEqual(JSON.parse(stdout));
  });

  it.each([
    [
      'an apply that fails',
      async () => {
        await scene.tenant.addFaults([
          { method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 500 },
        ]);
        return ['apply', '--yes'];
      },
      5,
      '0 of 2 changes applied',
    ],
    [
      'no tenant',
      async () => {
        await scene.tenant.addFaults([
          { method: 'GET', path: '*', times: 99, when: 'before', kind: 'status', status: 403 },
        ]);
        return ['plan'];
      },
      4,
      'failed',
    ],
    [
      'findings',
      async () => {
        scene.workspace.write({ 'extensions/a/a.js': '' });
        return ['plan'];
      },
      3,
      'failed',
    ],
    [
      'a config mistake',
      async () => {
        scene.workspace.write({ 'qlik-sync.config.json': '{ "project": "NO" }' });
        return ['validate'];
      },
      3,
      'failed',
    ],
    ['an apply nobody approved', async () => ['apply'], 3, 'failed'],
  ] as const)('%s is reported as well', async (_row, prepare, code, words) => {
    const args = await prepare();
    const result = await run([...args, ...everyKind]);
    expect(result.code).toBe(code);
    const told = firstWords();
    expect(told).toMatchObject({ sarif: code });
    expect(told['markdown']).toMatch(new RegExp(`❌.*${words}`));
    expect(told['junit']).not.toMatch(/\/0$/);
    expect(JSON.parse(read(files.json)).exitCode).toBe(code);
    expect(read(files.github)).toMatch(/^::debug::qlik-sync\/\S+\n::error /);
  });

  it('a refused apply shows its plan and why', async () => {
    await run(['apply', '--yes']);
    scene.workspace.remove('extensions/a');
    const { code } = await run(['apply', '--yes', '--prune', '--allow-deletes', '3', ...everyKind]);
    expect(code).toBe(6);
    expect(read(files.markdown)).toMatch(/refused[\s\S]*\*\*error:\*\*[\s\S]*<code>a<\/code> \| delete/);
  });

  it.each([
    ['an unknown kind', ['--report', 'htlm=a.html'], '"htlm" is not a report kind; did you mean "html"?'],
    ['no file', ['--report', 'html'], '"html" needs a file: html=plan.html'],
    ['an empty file', ['--report', 'html='], '"html" needs a file'],
    ['no kind', ['--report', '=a.html'], '"" is not a report kind; known: json, markdown'],
    [
      'one file twice',
      ['--report', 'html=a', '--report', 'json=./a'],
      'html and another go to one file, ./a',
    ],
    ['a folder', ['--report', 'html=extensions'], 'extensions cannot be written: it is a folder'],
    // Where the tests are root, the whole machine would lose it.
    ['a device', ['--report', 'json=/dev/stdout'], '/dev/stdout cannot be written: it is a device or a pipe'],
    ['a new device', ['--report', 'json=/dev/qlik-sync-test'], 'it is a device or a pipe'],
    ['a file in the way', ['--report', 'html=qlik-sync.config.json/a.html'], 'cannot be written'],
  ])('%s is a mistake, said before anything is sent', async (_row, args, words) => {
    const { code, stderr, stdout } = await run(['apply', '--yes', ...args]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(words);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });

  it.runIf(existsSync('/dev/shm'))('may be in memory', async () => {
    const folder = mkdtempSync('/dev/shm/qlik-sync-report-');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(await run(['validate', '--report', `json=${folder}/a.json`])).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toMatchObject({ command: 'validate' });
  });

  it('leaves a pipe a pipe, and a link a link', async () => {
    execFileSync('mkfifo', [join(scene.workspace.folder, 'pipe')]);
    expect((await run(['validate', '--report', 'json=pipe'])).stderr).toContain('it is a device or a pipe');
    expect(statSync(join(scene.workspace.folder, 'pipe')).isFIFO()).toBe(true);
    writeFileSync(join(scene.workspace.folder, 'real.json'), '');
    symlinkSync('real.json', join(scene.workspace.folder, 'link.json'));
    expect((await run(['validate', '--report', 'json=link.json'])).code).toBe(0);
    expect(lstatSync(join(scene.workspace.folder, 'link.json')).isSymbolicLink()).toBe(true);
    expect(JSON.parse(read('real.json')).command).toBe('validate');
  });

  it('does not change the plan of --out', async () => {
    const { code, stderr } = await run(['plan', '--out', 'p.json', '--report', 'html=./p.json']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('--out and --report html go to one file')]);
  });

  it('goes by --cwd, and QLIK_SYNC_REPORT stands for it', async () => {
    mkdirSync(join(scene.workspace.folder, 'sub'));
    writeFileSync(
      join(scene.workspace.folder, 'sub/qlik-sync.config.json'),
      JSON.stringify({ project: 'acme', extensions: ['../extensions/*'] }),
    );
    await run(['plan', '--cwd', 'sub', '--report', 'html=p.html'], {});
    expect(existsSync(join(scene.workspace.folder, 'sub/p.html'))).toBe(true);
    await run(['plan'], { QLIK_SYNC_REPORT: 'markdown=env.md\n\n json=env.json\n' });
    expect([
      existsSync(join(scene.workspace.folder, 'env.md')),
      JSON.parse(read('env.json')).command,
    ]).toEqual([true, 'plan']);
  });

  it('a report that is lost at the end is reported as a failure', async () => {
    const lose = (): void => {
      scene.workspace.remove('late');
      writeFileSync(join(scene.workspace.folder, 'late'), '');
    };
    const result = await runInProcess(['plan', '--report', 'html=late/p.html', '--report', 'markdown=p.md'], {
      cwd: scene.workspace.folder,
      env: scene.tenant.env,
      onStdout: lose,
    });
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('--report: late/p.html could not be written');
    expect(read('p.md')).toContain('qlik-sync plan');
  });
});

describe('GitHub Actions', () => {
  const github = (extra: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(scene.workspace.folder, 'summary.md'),
    GITHUB_OUTPUT: join(scene.workspace.folder, 'output'),
    GITHUB_WORKSPACE: scene.workspace.folder,
    ...extra,
  });

  it('gets annotations, a summary and outputs without being asked', async () => {
    scene.workspace.write({
      'extensions/a/a.js': "define([], () => fetch('https://cdn.example/x.js'));\n",
      'summary.md': 'before\n',
    });
    const { stdout, stderr, code } = await run(['plan', '--detailed-exitcode'], github());
    expect(code).toBe(2);
    expect(stdout).not.toContain('::');
    expect(stderr).toMatch(
      /^::warning file=extensions\/a\/a\.js,line=1,col=\d+,title=qlik-sync external-origin::/m,
    );
    expect(read('summary.md')).toMatch(/^before\n<!-- qlik-sync:plan:acme:.*\n### 📋/);
    expect(read('output')).toMatch(/^has-changes<<(\S+)\ntrue\n\1\n/m);
    expect(read('output')).toMatch(/^exit-code<<(\S+)\n2\n\1\n/m);
    expect(read('output')).toMatch(/^digest<<(\S+)\nsha256:[0-9a-f]{64}\n\1\n/m);
  });

  it('points at files from the root of the checkout', async () => {
    scene.workspace.write({ 'extensions/a/a.js': '' });
    const { stderr } = await run(
      ['validate'],
      github({ GITHUB_WORKSPACE: join(scene.workspace.folder, '..') }),
    );
    const name = scene.workspace.folder.split('/').pop();
    expect(stderr).toContain(`::error file=${name}/extensions/a/a.js,title=qlik-sync empty-entry::`);
  });

  it('gets no summary with --quiet, and outputs all the same', async () => {
    await run(['plan', '--quiet'], github());
    expect(existsSync(join(scene.workspace.folder, 'summary.md'))).toBe(false);
    expect(read('output')).toContain('has-changes');
  });

  it('two runs in one step stay within one megabyte', async () => {
    scene.workspace.write({ 'summary.md': 'x'.repeat(1_048_576 - 5000) });
    await run(['plan'], github());
    await run(['plan'], github());
    expect(Buffer.byteLength(read('summary.md'))).toBeLessThanOrEqual(1_048_576);
    expect(read('summary.md')).toContain('qlik-sync plan');
  });

  it('gets an error, too', async () => {
    const { stderr, code } = await run(['plan', 'zzz'], github());
    expect(code).toBe(3);
    expect(stderr).toMatch(/^::error title=qlik-sync run-failed::.*zzz/m);
    expect(read('summary.md')).toContain('failed');
  });

  it('gets annotations elsewhere only when asked', async () => {
    scene.workspace.write({ 'extensions/a/a.js': '' });
    expect((await run(['validate'])).stderr).not.toContain('::');
    expect((await run(['validate', '--report', 'github'])).stderr).toContain(
      '::error file=extensions/a/a.js',
    );
  });
});

describe('a mistake on the command line', () => {
  it.each([
    ['an unknown flag, wherever it stands', ['plan', '--wat', ...everyKind], 'wat'],
    ['a value that none can be', ['apply', ...everyKind, '--expect', 'sha1:abc'], 'expect'],
  ])('%s, is reported where reports were asked for', async (_, argv, words) => {
    const { code, stderr, stdout } = await run([...argv, '--json'], { GITHUB_ACTIONS: 'true' });
    expect(code).toBe(3);
    for (const kind of ['markdown', 'html', 'junit', 'sarif', 'github'] as const) {
      expect(read(files[kind]), kind).toContain(words);
    }
    expect(JSON.parse(read(files.json))).toEqual(JSON.parse(stdout));
    expect(stderr).toContain('::error title=qlik-sync run-failed::');
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });

  it('in the reports themselves leaves those that could be understood', async () => {
    const { code, stderr } = await run(['plan', '--report', 'junit=j.xml', '--report', 'marcdown=p.md']);
    expect(code).toBe(3);
    expect(stderr).toContain('did you mean "markdown"?');
    expect(read('j.xml')).toContain('failures="1"');
    expect(existsSync(join(scene.workspace.folder, 'p.md'))).toBe(false);
  });

  it('asks for help without a report', async () => {
    expect((await run(['plan', '--help', '--report', 'junit=j.xml'])).code).toBe(0);
    expect(existsSync(join(scene.workspace.folder, 'j.xml'))).toBe(false);
  });
});

describe('Azure Pipelines', () => {
  it('gets issues and a summary that stays until the agent takes it', async () => {
    scene.workspace.write({ 'extensions/a/a.js': '' });
    const env = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: scene.workspace.folder };
    const { stderr } = await run(['validate'], env);
    expect(stderr).toContain(
      '##vso[task.logissue type=error;sourcepath=extensions/a/a.js;code=empty-entry;]',
    );
    const [, file = ''] = /##vso\[task\.uploadsummary\](.*)\n/.exec(stderr) ?? [];
    expect(readFileSync(file, 'utf8')).toContain('empty-entry');
  });
});

describe('QLIK_SYNC_OUTPUT_FILE', () => {
  it('gets a record for each change and each outcome, and a summary, as the schema says', async () => {
    const env = { QLIK_SYNC_OUTPUT_FILE: 'out/records.ndjson' };
    await run(['plan'], env);
    await run(['apply', '--yes'], env);
    await run(['plan', 'zzz'], env);
    const records = read('out/records.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const validate = validatorOf('record');
    for (const record of records)
      expect(validate(record), JSON.stringify([record, validate.errors])).toBe(true);
    expect(records.map(({ command, record, name }) => [command, record, name])).toEqual([
      ['plan', 'change', 'a'],
      ['plan', 'change', 'b'],
      ['plan', 'summary', undefined],
      ['apply', 'change', 'a'],
      ['apply', 'change', 'b'],
      ['apply', 'outcome', 'a'],
      ['apply', 'outcome', 'b'],
      ['apply', 'summary', undefined],
      ['plan', 'summary', undefined],
    ]);
    expect(records[7]).toMatchObject({
      exitCode: 0,
      counts: { create: 2, failed: 0 },
      runs: [{ digest: expect.stringMatching(/^sha256:/) }],
    });
    expect(records[8]).toMatchObject({
      exitCode: 3,
      runs: [{ error: { message: expect.stringContaining('zzz') } }],
    });
  });

  it('that cannot be written is reported before anything is sent', async () => {
    mkdirSync(join(scene.workspace.folder, 'locked'));
    const { code, stderr } = await run(['apply', '--yes'], { QLIK_SYNC_OUTPUT_FILE: 'locked' });
    expect(code).toBe(3);
    expect(stderr).toContain('QLIK_SYNC_OUTPUT_FILE cannot be written');
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no report', async () => {
    await run(['apply', '--yes', ...everyKind]);
    for (const file of Object.values(files)) expect(read(file)).not.toContain(scene.tenant.sandbox.apiKey);
  });
});
