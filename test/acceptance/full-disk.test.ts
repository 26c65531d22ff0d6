/** The built command line where no file may grow any more, as on a full disk: what it did is told, and nothing is left behind. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles, type Result } from './support/workspace.js';

const names = Array.from({ length: 12 }, (_, index) => `extension-with-a-long-name-${index}`);

const scene = useScene({ files: Object.assign({}, ...names.map((name) => extensionFiles(name))) });

const cli = join(import.meta.dirname, '../../dist/cli.js');

/** @param kibibytes that a file may hold */
function applyWithin(kibibytes: number): Promise<Result> {
  const script = `ulimit -f ${kibibytes}; exec "$@"`;
  const args = ['-c', script, 'bash', process.execPath, cli, 'apply', '--yes', '--json'];
  const env = { PATH: process.env['PATH'] ?? '', HOME: scene.workspace.folder, ...scene.tenant.env };
  return new Promise((resolve) => {
    const child = execFile('bash', args, { cwd: scene.workspace.folder, env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

interface Document {
  readonly exitCode: number;
  readonly outcomes?: readonly { readonly name: string; readonly status: string }[];
}

/** What runs leave below `.qlik-sync`. */
function left(purpose: 'locks' | 'runs'): readonly string[] {
  const below = readdirSync(join(scene.workspace.folder, '.qlik-sync', purpose), {
    recursive: true,
    withFileTypes: true,
  });
  return below.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  it('in the middle of a run stops writing, and what was written is still reported', async () => {
    const { code, stdout, stderr } = await applyWithin(4);
    const document = JSON.parse(stdout) as Document;
    expect([code, document.exitCode], stderr).toEqual([5, 5]);
    expect(stderr).toMatch(/error: The journal in .* cannot be written: file too large\./);
    const done = (document.outcomes ?? []).filter(({ status }) => status === 'done');
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(names.length);
    expect(await scene.tenant.names()).toEqual(done.map(({ name }) => name).sort());
    expect(await scene.workspace.run(['apply', '--yes'], { env: scene.tenant.env })).toMatchObject({
      code: 0,
    });
    expect(await scene.tenant.names()).toEqual([...names].sort());
  });

  it.each([
    ['of the lock', 0, 3],
    ['of the journal', 1, 5],
  ])(
    'at the first line %s writes nothing to the tenant, and leaves nothing',
    async (_what, size, exitCode) => {
      const { code, stdout } = await applyWithin(size);
      expect([code, (JSON.parse(stdout) as Document).exitCode]).toEqual([exitCode, exitCode]);
      expect(await scene.tenant.names()).toEqual([]);
      expect([left('locks'), exitCode === 3 ? [] : left('runs')]).toEqual([[], []]);
    },
  );
});
