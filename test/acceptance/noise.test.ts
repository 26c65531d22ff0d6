/** A run that changes nothing says little, however many extensions there are. */

import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const names = Array.from({ length: 12 }, (_, index) => `acme-${index}`);

/** Two warnings or infos each, which nobody wants to read at every run. */
function noisy(name: string): Readonly<Record<string, string>> {
  return {
    ...extensionFiles(name),
    [`extensions/${name}/${name}.qext`]: JSON.stringify({ name, type: 'visualization', preview: 'gone.png' }),
  };
}

const scene = useScene({
  prepare: async ({ workspace, succeed }) => {
    for (const name of names) workspace.write(noisy(name));
    workspace.write({
      'extensions/look/look.qext': JSON.stringify({ name: 'look', type: 'widget-library', version: '1.0.0' }),
      'extensions/mash/mash.qext': JSON.stringify({ name: 'mash', type: 'mashup', version: '1.0.0' }),
      'extensions/tmpl/tmpl.qext': JSON.stringify({ name: 'tmpl', type: 'visualization-template' }),
    });
    await succeed('apply', '--yes');
  },
});

describe('where nothing changes', () => {
  it.each(['plan', 'apply', 'drift'])('%s prints a few lines, whatever the rules find', async (command) => {
    const { stdout, stderr } = await scene.succeed(command, ...(command === 'apply' ? ['--yes'] : []));
    expect(stderr).toBe('');
    expect(stdout).toContain(
      '27 notes on 12 extensions that do not change and 3 folders that are skipped; qlik-sync validate or -v shows them.\n',
    );
    expect(stdout.split('\n').filter((line) => line !== '').length).toBeLessThan(7);
  });

  it('validate and -v show all of it', async () => {
    for (const args of [['validate'], ['plan', '-v'], ['drift', '-v']]) {
      const { stdout } = await scene.succeed(...args);
      expect(stdout.match(/\[preview-missing\]/g)).toHaveLength(names.length);
      expect(stdout.match(/\[not-visualization\]/g)).toHaveLength(3);
    }
  });

  it('--json holds all of it', async () => {
    const { stdout } = await scene.succeed('plan', '--json');
    expect(JSON.parse(stdout).findings).toHaveLength(27);
  });

  it('what changes is shown in full', async () => {
    scene.workspace.write({
      'extensions/acme-3/acme-3.js': 'define([], () => ({ paint() {} })); // changed',
    });
    const { stdout } = await scene.succeed('plan');
    expect(stdout.match(/\[preview-missing\]/g)).toHaveLength(1);
    expect(stdout).toContain('25 notes on 11 extensions that do not change and 3 folders that are skipped;');
  });
});
