/** `--json`: one document on stdout that the published schema describes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validatorOf } from './support/documents.js';
import { useScene } from './support/scene.js';
import { startWatching } from './support/watching.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene({
  files: { ...extensionFiles('a'), ...extensionFiles('b'), 'extensions/a/LICENSE': 'MIT' },
});

/** The whole of stdout, as the document that the definition describes. */
async function runJson(
  definition: string,
  ...args: readonly string[]
): Promise<{ code: number; document: Record<string, unknown> }> {
  const { code, stdout } = await scene.qlikSync(...args, '--json');
  const document = JSON.parse(stdout);
  const validate = validatorOf(definition);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(document).toMatchObject({ schemaVersion: 1, exitCode: code });
  return { code, document };
}

describe('--json', () => {
  it('validate', async () => {
    const { document } = await runJson('validate', 'validate');
    expect(document['extensions']).toHaveLength(2);
  });

  it('init', async () => {
    scene.workspace.remove('qlik-sync.config.json');
    const { document } = await runJson(
      'init',
      'init',
      '--project',
      'acme',
      '--tenant',
      'acme.eu.qlikcloud.com',
    );
    expect(document).toMatchObject({
      file: 'qlik-sync.config.json',
      project: 'acme',
      config: JSON.parse(readFileSync(join(scene.workspace.folder, 'qlik-sync.config.json'), 'utf8')),
      extensions: [{ name: 'a' }, { name: 'b' }],
    });
  });

  it('init before there is an extension', async () => {
    for (const path of ['qlik-sync.config.json', 'extensions']) scene.workspace.remove(path);
    const { code, document } = await runJson('init', 'init');
    expect(code).toBe(0);
    expect(document).toMatchObject({ problem: { message: 'There is no extension yet.' } });
  });

  it('plan, apply, and plan again', async () => {
    const planned = await runJson('plan', 'plan');
    expect(planned.document).toMatchObject({
      summary: { create: 2 },
      project: 'acme',
      tenant: { url: scene.tenant.sandbox.url, source: 'environment' },
    });
    const applied = await runJson('apply', 'apply', '--yes');
    expect(applied.document).toMatchObject({
      digest: planned.document['digest'],
      outcomes: [{ status: 'done' }, { status: 'done' }],
    });
    const again = await runJson('plan', 'plan');
    expect(again.document).toMatchObject({ summary: { create: 0, unchanged: 2 } });
  });

  it('plan with a blocked change', async () => {
    await runJson('apply', 'apply', '--yes');
    await scene.tenant.edit({ name: 'a', tags: [], filename: 'a.zip' });
    const { document } = await runJson('plan', 'plan');
    expect(document).toMatchObject({
      summary: { blocked: 1 },
      changes: [{ name: 'a', blocked: { rail: 'unmanaged', lift: '--adopt a' } }, { name: 'b' }],
    });
  });

  it('apply with a failure', async () => {
    await scene.tenant.addFaults([
      { method: 'POST', path: '*', times: 1, when: 'before', kind: 'status', status: 422 },
    ]);
    const { code, document } = await runJson('apply', 'apply', '--yes');
    expect(code).toBe(5);
    expect(document['outcomes']).toContainEqual(
      expect.objectContaining({ status: 'failed', error: expect.objectContaining({ status: 422 }) }),
    );
  });

  it('plan --diff, drift, pull and adopt', async () => {
    await runJson('apply', 'apply', '--yes', 'a');
    const compared = await runJson('plan', 'plan', '--diff');
    expect(compared.document['comparisons']).toMatchObject([
      { name: 'b', files: [{ kind: 'added' }, { kind: 'added' }] },
    ]);
    const drifted = await runJson('drift', 'drift');
    expect([drifted.code, drifted.document['drift']]).toMatchObject([
      2,
      [{ name: 'b', kind: 'missing', alarm: 'new' }],
    ]);
    const pulled = await runJson('pull', 'pull', '--to', 'elsewhere');
    expect(pulled.document['pulled']).toMatchObject([{ name: 'a', result: 'written' }]);
    await scene.tenant.edit({ name: 'a', tags: [] });
    const adopted = await runJson('apply', 'adopt', 'a', '--yes');
    expect(adopted.document).toMatchObject({ command: 'adopt', outcomes: [{ name: 'a', status: 'done' }] });
  });

  it('pack', async () => {
    const { document } = await runJson('pack', 'pack', '--out', 'zips');
    expect(document['archives']).toEqual([
      expect.objectContaining({
        name: 'a',
        file: 'zips/a.zip',
        archiveName: expect.stringMatching(/^qs2-[0-9a-f]{32}-[0-9a-f]{12}\.zip$/),
      }),
      expect.objectContaining({ name: 'b' }),
    ]);
  });

  it.each([
    ['a config mistake', { 'qlik-sync.config.json': '{ "project": "NO" }' }, ['plan'], 3, 'ConfigError'],
    ['findings', { 'extensions/a/a.js': '' }, ['plan'], 3, 'FindingsError'],
    ['a usage mistake', {}, ['plan', 'zzz'], 3, 'UserError'],
  ])('%s is an error document', async (_row, files, args, code, kind) => {
    scene.workspace.write(files as Record<string, string>);
    const result = await runJson('error', ...args);
    expect(result.code).toBe(code);
    expect(result.document).toMatchObject({ error: { kind } });
  });

  it('watch prints lines that the schema describes', async () => {
    const { next, interrupt } = await startWatching(scene.workspace, scene.tenant.env);
    await next({ event: 'synced', name: 'a' });
    await next({ event: 'synced', name: 'b' });
    await scene.tenant.edit({ name: 'a', tags: [], filename: 'a.zip' });
    scene.workspace.write({ ...extensionFiles('a', { code: 'two' }), 'extensions/b/b.js': '' });
    await next({ event: 'paused', name: 'a' });
    await next({ event: 'waiting', name: 'b' });
    const { stdout } = await interrupt();
    const validate = validatorOf('watch');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(6);
    for (const line of lines)
      expect(validate(JSON.parse(line)), `${line} ${JSON.stringify(validate.errors)}`).toBe(true);
  });

  it('refuses a document that is not as published: the schema can fail', () => {
    const validate = validatorOf();
    expect(validate({ command: 'plan', schemaVersion: 2 })).toBe(false);
  });
});
