/** validate speaks as validate: on stdout, with its header, whatever it finds. */

import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene();

describe('validate', () => {
  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    [
      'a folder without a .qext that only a wildcard matches',
      { 'extensions/a/a.qext.txt': '{}' },
      'There is a.qext.txt: rename it to a.qext.',
      '0 extensions: 1 error, 1 warning.',
    ],
    [
      'an unbuilt one',
      { 'extensions/a/package.json': '{}' },
      'Build the extension first.',
      '0 extensions: 1 error, 0 warnings.',
    ],
    ['nothing', {}, 'No extension was found in extensions/*.', '0 extensions: 1 error, 0 warnings.'],
    [
      'one with an error',
      { ...extensionFiles('a'), 'extensions/a/a.js': '' },
      '[empty-entry]',
      '1 extension: 1 error, 0 warnings.',
    ],
  ])('reports %s on stdout, exit 3', async (_, files, says, verdict) => {
    scene.workspace.write(files);
    const { code, stdout, stderr } = await scene.qlikSync('validate');
    expect([code, stderr]).toEqual([3, '']);
    expect(stdout).toMatch(/^qlik-sync validate · project acme\n/);
    expect(stdout).toContain(says);
    expect(stdout).toContain(verdict);
    expect(stdout).not.toMatch(/planned|nothing was/);
  });

  it('says once that no pattern matches, and keeps other findings about them', async () => {
    const extensions = ['maps/*', 'charts/a', '!charts'];
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions }),
      ...extensionFiles('a', { folder: 'charts/a' }),
    });
    const { code, stdout } = await scene.qlikSync('validate');
    expect(code).toBe(3);
    expect(stdout.match(/maps/g)).toHaveLength(1);
    expect(stdout).toContain(
      'Correct the pattern in "extensions"; it is relative to the config file. If a build creates the folder, build first.',
    );
    expect(stdout).toContain('"charts/a" is excluded by "!charts"');
  });

  it.each(['function a(){return ', '()=>({a:'])('reads code that is nested deeply: %s', async (nested) => {
    const files = { 'extensions/a/a.js': `define([], ${nested.repeat(200)}` };
    scene.workspace.write({ ...extensionFiles('a'), ...files });
    expect((await scene.qlikSync('validate')).code).toBe(0);
  });

  it.each(['plan', 'apply', 'pack'])(
    '%s prints the finding that says why no extension was found',
    async (command) => {
      scene.workspace.write({ 'extensions/a/a.qext.txt': '{}' });
      const { code, stderr } = await scene.qlikSync(command);
      expect(code).toBe(3);
      expect(stderr).toContain('There is a.qext.txt: rename it to a.qext.');
      expect(stderr).toContain('error: No extension was found in extensions/*.');
    },
  );

  it('says the same where Node has no WebAssembly', async () => {
    const code = [
      '<<<<<<< ours\n=======\n>>>>>>> theirs',
      'fetch("https://cdn.example.com/a.json")',
      '"\u0001"',
    ];
    const files = code.map((text, nth) => [`extensions/a/${nth}.js`, `// a script\n${text}\n`]);
    const entry = { 'extensions/a/a.js': "define(['./missing'], (paint) => ({ paint }));" };
    scene.workspace.write({ ...extensionFiles('a'), ...entry, ...Object.fromEntries(files) });
    const run = (env: Record<string, string>) => scene.workspace.run(['validate', '--json'], { env });
    const [ordinary, without] = [await run({}), await run({ NODE_OPTIONS: '--jitless' })];
    const rules = JSON.parse(ordinary.stdout).findings.map((each: { rule: string }) => each.rule);
    expect(rules).toEqual(
      expect.arrayContaining(['merge-conflict', 'external-origin', 'missing-module', 'risky-content-type']),
    );
    expect(JSON.parse(without.stdout).findings).toEqual(JSON.parse(ordinary.stdout).findings);
  });
});
