/** A command or an option that is printed to go on does what it says: taken from the output as it is, and run. */

import { describe, expect, it } from 'vitest';
import { type Scene, useScene } from './support/scene.js';
import { archiveFiles, extensionFiles, type Result } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();

interface Row {
  readonly given: (scene: Scene) => unknown;
  readonly command: readonly string[];
  /** Of the output: a whole command line, or the options that go to the command's end. */
  readonly hint: RegExp;
  /** What a command line needs without a terminal. */
  readonly more?: readonly string[];
  /** After it, `plan` finds nothing to do unless this says something else. */
  readonly after?: (scene: Scene, followed: Result) => unknown;
}

/** As a shell splits it. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\.|[^\s'])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped));
}

const deploy = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) scene.workspace.write(extensionFiles(name));
  await scene.succeed('apply', '--yes');
};

const apply = ['apply', '--yes'];

/** What ends a blocked change: `blocked: …; --overwrite kpi replaces it`. */
const lift = /blocked: .*; (--.+) (?:replaces it|takes it (?:over|back)|does that|permits it)$/m;

const prodConfig = {
  environments: {
    prod: { tenant: '${QLIK_TENANT_URL}', auth: { apiKey: '${QLIK_API_KEY}' }, protected: true },
  },
};

const nothingToDo = async ({ succeed }: Scene): Promise<void> => {
  const { summary } = JSON.parse((await succeed('plan', '--json')).stdout);
  expect(summary).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0, blocked: 0 });
};

const rows: Readonly<Record<string, Row>> = {
  'drift is overwritten': {
    given: async ({ tenant }) => {
      await deploy('tile');
      await tenant.editByHand('tile');
    },
    command: apply,
    hint: lift,
  },
  'what is not managed is adopted': {
    given: async ({ tenant, workspace }) => {
      workspace.write(extensionFiles('tile'));
      const bytes = await zipOf(archiveFiles('tile', { code: 'by hand' }));
      await tenant.client.create({ file: { bytes, name: 'tile.zip' }, data: { tags: [] } });
    },
    command: apply,
    hint: lift,
  },
  'what lost its tag is taken back': {
    given: async ({ tenant }) => {
      await deploy('tile');
      await tenant.edit({ name: 'tile', tags: [] });
    },
    command: apply,
    hint: lift,
  },
  'what another project owns is taken over': {
    given: async ({ tenant }) => {
      await deploy('tile');
      await tenant.edit({ name: 'tile', tags: ['qlik-sync:other'] });
    },
    command: apply,
    hint: lift,
  },
  'a name that a shell would split is quoted': {
    given: async ({ tenant }) => {
      await deploy("my tile's");
      await tenant.editByHand("my tile's");
    },
    command: apply,
    hint: lift,
  },
  'a supernova that no longer is one is replaced': {
    given: async ({ workspace }) => {
      workspace.write(extensionFiles('tile', { supernova: true }));
      await scene.succeed('apply', '--yes');
      workspace.write(extensionFiles('tile', { supernova: false, version: '2.0.0' }));
    },
    command: apply,
    hint: lift,
  },
  'a lower version is permitted': {
    given: async ({ workspace, configure }) => {
      configure({ versionPolicy: 'enforce' });
      await deploy('tile');
      workspace.write(extensionFiles('tile', { version: '0.9.0', code: 'older' }));
    },
    command: apply,
    hint: lift,
  },
  'a rename is permitted': {
    given: async ({ workspace }) => {
      await deploy('tile', 'other');
      const code = 'define([], () => ({ paint() { return 1; } }));';
      workspace.write({ 'extensions/tile/tile.js': code, 'extensions/tile/lib.js': 'shared '.repeat(99) });
      await scene.succeed('apply', '--yes');
      workspace.remove('extensions/tile');
      workspace.write({
        ...extensionFiles('card'),
        ...{ 'extensions/card/card.js': code, 'extensions/card/lib.js': 'shared '.repeat(99) },
      });
    },
    command: [...apply, '--prune'],
    hint: lift,
  },
  'what is no longer there is deleted': {
    given: async ({ workspace }) => {
      await deploy('tile', 'other');
      workspace.remove('extensions/tile');
    },
    command: apply,
    hint: /; (--prune) deletes it$/m,
    after: async ({ tenant }) => expect(await tenant.names()).toEqual(['other']),
  },
  'many deletes are allowed': {
    given: async ({ workspace, configure }) => {
      configure({ maxDeletes: 0 });
      await deploy('tile', 'other');
      workspace.remove('extensions/tile');
    },
    command: [...apply, '--prune'],
    hint: /^If that is meant: (--allow-deletes=1)$/m,
  },
  'many updates are allowed': {
    given: async ({ workspace, configure }) => {
      configure({ maxUpdatePercent: 1 });
      await deploy('tile', 'other');
      for (const name of ['tile', 'other'])
        workspace.write(extensionFiles(name, { version: '2.0.0', code: 'new' }));
    },
    command: apply,
    hint: /^If that is meant: (--allow-updates=2)$/m,
  },
  'an empty project is meant': {
    given: async ({ workspace, configure }) => {
      await deploy('tile');
      configure({ maxDeletePercent: 100 });
      workspace.remove('extensions/tile');
    },
    command: [...apply, '--prune'],
    hint: /(--allow-empty) confirms that the project is meant to be empty/,
    after: async ({ tenant }) => expect(await tenant.names()).toEqual([]),
  },
  'a pattern without a match is meant': {
    given: async ({ workspace, configure }) => {
      await deploy('tile', 'other');
      configure({ extensions: ['extensions/*', 'maps/*'] });
      workspace.remove('extensions/tile');
    },
    command: [...apply, '--prune'],
    hint: /(--allow-empty) confirms that nothing is meant to be there/,
    after: async ({ tenant }) => expect(await tenant.names()).toEqual(['other']),
  },
  'a plan is approved': {
    given: ({ workspace }) => workspace.write(extensionFiles('tile')),
    command: ['apply'],
    hint: /^To approve what is shown: (qlik-sync .+)$/m,
  },
  'a plan of a protected environment is approved': {
    given: ({ workspace, configure }) => {
      configure(prodConfig);
      workspace.write(extensionFiles('tile'));
    },
    command: ['apply', '--env', 'prod'],
    hint: /^To approve what is shown: (qlik-sync .+)$/m,
    after: async ({ tenant }) => expect(await tenant.names()).toEqual(['tile']),
  },
  'another name was confirmed': {
    given: ({ workspace, configure }) => {
      configure(prodConfig);
      workspace.write(extensionFiles('tile'));
    },
    command: ['apply', '--env', 'prod', '--confirm', 'production'],
    hint: /^To approve what is shown: (qlik-sync .+)$/m,
    after: async ({ tenant }) => expect(await tenant.names()).toEqual(['tile']),
  },
  'what is not there yet is created, not adopted': {
    given: ({ workspace }) => workspace.write(extensionFiles('tile')),
    command: ['adopt', 'tile', '--yes'],
    hint: /(qlik-sync apply tile) creates it/,
    more: ['--yes'],
  },
  'what is not there yet is created in the embedded tenant': {
    given: ({ workspace }) => workspace.write(extensionFiles('my tile')),
    command: ['adopt', 'my tile', '--yes', '--sandbox'],
    hint: /(qlik-sync apply 'my tile' --sandbox) creates it/,
    more: ['--yes'],
    after: async ({ succeed }) =>
      expect((await succeed('plan', '--sandbox')).stdout).toContain('1 unchanged'),
  },
  'a run on the embedded tenant is undone': {
    given: async ({ workspace, succeed }) => {
      workspace.write(extensionFiles('tile'));
      await succeed('apply', '--yes', '--sandbox');
    },
    command: ['history', '--sandbox', '--json'],
    hint: /"undo": ?"(qlik-sync rollback [^"]+)"/,
    more: ['--yes', '--prune'],
    after: async ({ succeed }) =>
      expect((await succeed('plan', '--sandbox')).stdout).toContain('1 to create'),
  },
  'a run on an embedded tenant elsewhere is undone': {
    given: async ({ workspace, succeed }) => {
      workspace.write(extensionFiles('tile'));
      await succeed('apply', '--yes', '--sandbox-dir', 'my state');
    },
    command: ['history', '--sandbox-dir', 'my state', '--json'],
    hint: /"undo": ?"(qlik-sync rollback [^"]+)"/,
    more: ['--yes', '--prune'],
    after: async ({ succeed }) =>
      expect((await succeed('plan', '--sandbox-dir', 'my state')).stdout).toContain('1 to create'),
  },
  'what differs is uploaded, not adopted': {
    given: async ({ tenant }) => {
      await deploy('tile');
      await tenant.edit({ name: 'tile', tags: [] });
      await tenant.editByHand('tile');
    },
    command: ['adopt', 'tile', '--yes'],
    hint: /(apply --adopt tile) uploads the folder's/,
    more: ['--yes'],
  },
  'a folder that git could not restore is overwritten': {
    given: async ({ workspace, tenant }) => {
      await deploy('tile');
      await tenant.editByHand('tile');
      workspace.write(extensionFiles('tile', { code: 'not committed' }));
    },
    command: ['pull', 'tile'],
    hint: /(--overwrite tile) replaces the folder's files with the tenant's/,
    after: (_, { stdout }) => expect(stdout).toContain('1 updated'),
  },
  'a baseline is written': {
    given: () => deploy('tile'),
    command: ['drift', '--baseline', 'known.json'],
    hint: /(qlik-sync drift --report json=known\.json) writes one/,
    after: ({ succeed }) => succeed('drift', '--baseline', 'known.json'),
  },
  'a name is spelled as it is known': {
    given: ({ workspace }) => workspace.write(extensionFiles('tile')),
    command: ['apply', 'tyle', '--yes'],
    hint: /did you mean "(\w+)"\?/,
    after: () => undefined,
  },
  'one of two configs is named': {
    given: ({ workspace, read }) =>
      workspace.write({ ...extensionFiles('tile'), 'qlik-sync.config.yaml': read('qlik-sync.config.json') }),
    command: ['plan'],
    hint: /name one with (--config)/,
    more: ['qlik-sync.config.json'],
    after: (_, { code }) => expect(code).toBe(0),
  },
  'a folder is named for what is pulled': {
    given: async ({ configure, workspace }) => {
      await deploy('tile');
      configure({ extensions: ['extensions/other'] });
      workspace.remove('extensions/tile');
      workspace.write(extensionFiles('other'));
    },
    command: ['pull', 'tile'],
    hint: /Give (--to) <dir>/,
    more: ['pulled'],
    after: ({ read }) => expect(read('pulled/tile/tile.qext')).toContain('"tile"'),
  },
  'a config is written': {
    given: ({ workspace }) => {
      workspace.remove('qlik-sync.config.json');
      workspace.write(extensionFiles('tile'));
    },
    command: ['plan'],
    hint: /(qlik-sync init) writes qlik-sync\.config\.json/,
    more: ['--project', 'acme'],
    after: ({ succeed }) => succeed('plan'),
  },
  'a write goes on without a backup': {
    given: async ({ workspace, tenant }) => {
      await deploy('tile');
      workspace.remove('.qlik-sync');
      workspace.write(extensionFiles('tile', { version: '2.0.0', code: 'new' }));
      const refused = { method: 'GET', path: '/api/v1/extensions/*/file*', status: 403 };
      await tenant.addFaults([{ ...refused, times: 99, when: 'before', kind: 'status' }]);
    },
    command: apply,
    hint: /or (--no-backup) to write without a copy/,
  },
  'errors in the folders are listed': {
    given: ({ workspace }) => workspace.write({ ...extensionFiles('tile'), 'extensions/tile/tile.js': '' }),
    command: ['plan'],
    hint: /^(qlik-sync validate) checks only the folders/m,
    after: (_, { code, stdout }) => {
      expect(code).toBe(3);
      expect(stdout).toContain('[empty-entry]');
    },
  },
  'a run is undone, and done again': {
    given: async ({ workspace }) => {
      await deploy('tile');
      workspace.write(extensionFiles('tile', { version: '2.0.0', code: 'new' }));
      await scene.succeed('apply', '--yes');
      await scene.succeed('rollback', '--yes');
    },
    command: ['rollback', '--yes'],
    hint: /^To make the changes again that it undid: (qlik-sync .+)$/m,
    more: ['--yes'],
  },
};

describe('commands that are printed to continue, run unchanged:', () => {
  it.each(Object.entries(rows))('%s', async (_, { given, command, hint, more = [], after = nothingToDo }) => {
    await given(scene);
    const stopped = await scene.qlikSync(...command);
    const text = stopped.stdout + stopped.stderr;
    const [, found] = hint.exec(text) ?? [];
    expect(found, text).toBeDefined();
    const words = wordsOf(found ?? '');
    const isCommand = words[0] === 'qlik-sync' || words[0] === command[0] || words[0] === 'apply';
    const line = isCommand ? words.filter((word) => word !== 'qlik-sync') : continuing(command, words);
    const followed = await scene.qlikSync(...line, ...more);
    if (after === nothingToDo) expect(followed.code, followed.stdout + followed.stderr).toBe(0);
    await after(scene, followed);
  });
});

/** Options go to the end; a name takes the place of the one that was not known. */
function continuing(command: readonly string[], words: readonly string[]): readonly string[] {
  const [first = ''] = words;
  return first.startsWith('--') ? [...command, ...words] : [command[0] ?? '', ...words, ...command.slice(2)];
}
