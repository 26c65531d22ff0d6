import { cpSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ImpactWorld, openImpactWorld } from './support/impact-world.js';
import { useScene } from './support/scene.js';
import { archiveFiles, createWorkspace, extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();

const fixtures = join(import.meta.dirname, '../fixtures/themes');

/** The files of a small theme, by their path in an archive. */
function themeArchive(stem: string, color = 'red'): Record<string, string> {
  const manifest = { name: stem, type: 'theme', version: '1.0.0' };
  return {
    [`${stem}.qext`]: JSON.stringify(manifest),
    'theme.json': JSON.stringify({ _inherit: true, _variables: { '@own': color }, color: '@own' }),
  };
}

function themeFiles(stem: string, color?: string): Record<string, string> {
  const files = Object.entries(themeArchive(stem, color));
  return Object.fromEntries(files.map(([path, content]) => [`themes/${stem}/${path}`, content]));
}

async function editTheme(name: string, color: string): Promise<void> {
  const file = (await zipOf(themeArchive(name, color))).toString('base64');
  await scene.tenant.edit({ name, kind: 'theme', file, filename: 'by-hand.zip' });
}

/** `GET /api/v1/themes` … since the last call. */
async function takeRequests(): Promise<readonly string[]> {
  const all = await scene.tenant.takeRequests();
  return all.map(
    ({ method, path }) => `${method} ${path.replace(/\/[\w-]{32}/, '/ID').replace('/api/v1', '')}`,
  );
}

const both = { extensions: ['extensions/*', 'themes/*'] };

async function deploy(): Promise<void> {
  scene.configure(both);
  scene.workspace.write({ ...extensionFiles('corporate'), ...themeFiles('corporate') });
  await scene.succeed('apply', '--yes');
  await takeRequests();
}

async function planned(...args: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await scene.qlikSync('plan', '--json', ...args);
  const { changes } = JSON.parse(stdout);
  return Object.fromEntries(
    changes.map((each: { name: string; action: string; blocked?: { rail: string } }) => [
      each.name,
      each.blocked === undefined ? each.action : each.blocked.rail,
    ]),
  );
}

describe('three real themes', () => {
  it('go through validate, plan, apply, drift, pull and back', async () => {
    scene.configure({ extensions: ['themes/*'] });
    for (const each of readdirSync(fixtures))
      cpSync(join(fixtures, each), join(scene.workspace.folder, 'themes', each), { recursive: true });
    const names = readdirSync(fixtures).map((stem) => `theme:${stem}`);
    expect(names).toHaveLength(3);
    expect((await scene.succeed('validate')).stdout).toContain('3 themes: 0 errors, 0 warnings');
    expect(Object.keys(await planned())).toEqual(names);
    await scene.succeed('apply', '--yes');
    const held = await scene.tenant.themes.list();
    expect(held.map(({ qextFilename, tags, type }) => [qextFilename, tags, type])).toEqual(
      readdirSync(fixtures).map((stem) => [stem, ['qlik-sync:acme'], 'theme']),
    );
    expect(await scene.tenant.names()).toEqual([]);
    expect((await scene.succeed('drift', '--verify')).stdout).toContain('No drift');

    scene.workspace.remove('themes/acme-light');
    await scene.succeed('pull', 'acme-*');
    expect(readdirSync(join(scene.workspace.folder, 'themes/acme-light')).sort()).toEqual(
      readdirSync(join(fixtures, 'acme-light')).sort(),
    );
    expect(Object.values(await planned())).toEqual(['none', 'none', 'none']);
  });
});

describe('themes that nothing of a project names', () => {
  it.each([
    ['auto', 'corporate', 'The tenant was not asked for its themes: theme:<name> asks'],
    ['auto', 'corp*', 'The tenant was not asked for its themes: theme:<name> asks'],
    ['never', 'corporate', '"themes" in the config is "never"'],
    ['always', 'corporate', 'there are none to choose from'],
    ['auto', 'theme:corporate', 'there are none to choose from'],
  ] as const)('with themes: %s, pull and impact %s say whether they looked', async (themes, name, says) => {
    scene.configure({ extensions: ['extensions/*'], themes });
    for (const command of ['pull', 'impact']) {
      const { code, stderr } = await scene.qlikSync(command, name);
      expect([code, stderr]).toEqual([3, expect.stringContaining(says)]);
    }
  });

  it('a name of one kind is not said to be known as one of the other', async () => {
    scene.workspace.write({
      'extensions/hello/hello.qext': '{ "name": "Hello", "type": "visualization", "version": "1.0.0" }',
      'extensions/hello/hello.js': 'define([], () => ({}));',
    });
    scene.configure({ extensions: ['extensions/*'] });
    await scene.succeed('apply', '--yes');
    for (const command of ['plan', 'pull', 'impact']) {
      const { code, stderr } = await scene.qlikSync(command, 'theme:dark');
      expect([code, stderr]).toEqual([3, expect.stringContaining('there are none to choose from')]);
      expect((await scene.qlikSync(command, 'dark')).stderr).toContain('known: hello');
    }
  });
});

describe('a theme and an extension of one stem', () => {
  it('are two things to every command', async () => {
    await deploy();
    expect(await planned()).toEqual({ corporate: 'none', 'theme:corporate': 'none' });
    scene.workspace.write(themeFiles('corporate', 'blue'));
    expect(await planned()).toEqual({ corporate: 'none', 'theme:corporate': 'update' });
    expect((await scene.succeed('plan', 'extension:corporate')).stdout).toContain('1 unchanged');
    expect((await scene.succeed('plan', 'theme:corp*')).stdout).toContain('1 to update');
    await scene.succeed('apply', '--yes');
    expect((await scene.succeed('history', '--json')).stdout).toContain('"theme:corporate"');
    await scene.succeed('rollback', 'theme:corporate', '--yes');
    expect(await planned()).toEqual({ corporate: 'none', 'theme:corporate': 'update' });
    await scene.succeed('pack');
    expect(readdirSync(join(scene.workspace.folder, '.qlik-sync/pack')).sort()).toEqual([
      'corporate.zip',
      'themes',
    ]);
  });

  it('an approval has to say which, and the hint does', async () => {
    await deploy();
    await editTheme('corporate', 'green');
    await scene.tenant.editByHand('corporate');
    expect(await planned()).toEqual({ corporate: 'drift', 'theme:corporate': 'drift' });
    const unclear = await scene.qlikSync('apply', '--yes', '--overwrite', 'corporate');
    expect(unclear.code).toBe(3);
    expect(unclear.stderr).toContain('Say which: extension:corporate or theme:corporate.');
    const { stdout } = await scene.qlikSync('plan');
    expect(stdout).toContain('--overwrite extension:corporate replaces it');
    expect(stdout).toContain('--overwrite theme:corporate replaces it');
    const approvals = ['--overwrite', 'extension:corporate', '--overwrite', 'theme:corporate'];
    await scene.succeed('apply', '--yes', ...approvals);
    expect(await planned()).toEqual({ corporate: 'none', 'theme:corporate': 'none' });
  });

  it('a name that only one of them has needs no more', async () => {
    scene.configure(both);
    scene.workspace.write({ ...extensionFiles('kpi-card'), ...themeFiles('corporate') });
    await editTheme('corporate', 'green');
    expect(await planned()).toEqual({ 'kpi-card': 'create', 'theme:corporate': 'unmanaged' });
    await scene.succeed('apply', '--yes', '--adopt', 'corporate');
    expect((await scene.tenant.themes.get('corporate')).tags).toEqual(['qlik-sync:acme']);
  });

  it('protect is of both, unless it says which', async () => {
    await deploy();
    scene.workspace.write({
      ...extensionFiles('corporate', { code: 'two' }),
      ...themeFiles('corporate', 'blue'),
    });
    scene.configure({ ...both, protect: ['corporate'] });
    expect(await planned()).toEqual({ corporate: 'protected', 'theme:corporate': 'protected' });
    scene.configure({ ...both, protect: ['theme:corporate'] });
    expect(await planned()).toEqual({ corporate: 'update', 'theme:corporate': 'protected' });
  });

  it('where Qlik keeps them in one name space, the second is a conflict and nothing is overwritten', async () => {
    await scene.reopenTenant({ themeNames: 'shared' });
    scene.configure(both);
    scene.workspace.write(extensionFiles('corporate'));
    await scene.succeed('apply', '--yes');
    const held = await scene.tenant.find('corporate');
    scene.workspace.write(themeFiles('corporate'));
    const { code, stdout } = await scene.qlikSync('apply', '--yes');
    expect([code, stdout.includes('1 failed')]).toEqual([7, true]);
    expect(await scene.tenant.find('corporate')).toEqual(held);
  });
});

describe('requests to the tenant', () => {
  it('a project without a theme asks for none', async () => {
    scene.workspace.write(extensionFiles('kpi-card'));
    await scene.succeed('apply', '--yes', '--prune');
    for (const command of ['plan', 'drift', 'pull', 'apply'])
      await scene.succeed(command, ...(command === 'apply' ? ['--yes'] : []));
    expect((await takeRequests()).filter((request) => request.includes('themes'))).toEqual([]);
  });

  it('one more list if there is one, and no write if nothing changed', async () => {
    await deploy();
    await scene.succeed('apply', '--yes');
    expect(await takeRequests()).toEqual(['GET /extensions', 'GET /themes']);
  });

  it('the last theme that goes is found from what this machine recorded, or if the config names one', async () => {
    const found = { corporate: 'none', 'theme:corporate': 'delete' };
    await deploy();
    scene.workspace.remove('themes');
    scene.workspace.write({ 'themes/README.md': '' });
    scene.configure({ extensions: ['extensions/*'] });
    expect(await planned('--prune')).toEqual(found);
    scene.workspace.remove('.qlik-sync');
    expect(await planned('--prune')).toEqual({ corporate: 'none' });
    scene.configure({ extensions: ['extensions/*', '!themes/old'] });
    expect(await planned('--prune')).toEqual({ corporate: 'none' });
    scene.configure({ extensions: ['extensions/*', 'themes/*'] });
    expect(await planned('--prune')).toEqual(found);
    scene.configure({
      extensions: ['extensions/*'],
      driftIgnore: [{ name: 'theme:*', reason: 'a try', until: '2999-12-31' }],
    });
    expect(await planned('--prune')).toEqual(found);
    scene.configure({ extensions: ['extensions/*'], themes: 'always' });
    await scene.succeed('apply', '--yes', '--prune');
    expect(await scene.tenant.themes.list()).toEqual([]);
    expect(await scene.tenant.names()).toEqual(['corporate']);
  });

  it('and from what other machines recorded in a store', async () => {
    const store = createWorkspace();
    onTestFinished(() => store.dispose());
    scene.configure({ ...both, store: pathToFileURL(store.folder).href });
    scene.workspace.write({ ...extensionFiles('kpi-card'), ...themeFiles('corporate') });
    await scene.succeed('apply', '--yes');
    for (const gone of ['.qlik-sync', 'themes']) scene.workspace.remove(gone);
    scene.configure({ extensions: ['extensions/*'], store: pathToFileURL(store.folder).href });
    await scene.succeed('apply', '--yes', '--prune');
    expect(await scene.tenant.themes.list()).toEqual([]);
  });

  it('with "themes": "never" they are skipped, whatever is wrong with them', async () => {
    scene.configure({ ...both, themes: 'never' });
    scene.workspace.write({
      ...extensionFiles('kpi-card'),
      ...themeFiles('corporate'),
      'themes/corporate/theme.json': '{',
      ...themeFiles('dangling'),
      ...themeFiles('kpi-card'),
    });
    scene.workspace.remove('themes/dangling/theme.json');
    symlinkSync('/nowhere', join(scene.workspace.folder, 'themes/dangling/theme.json'));
    const { stdout } = await scene.succeed('validate');
    expect(stdout).toContain('"themes" in the config is "never"');
    await scene.succeed('apply', '--yes', '--allow-partial', 'kpi-card');
    expect(await takeRequests()).toEqual(['GET /extensions', 'POST /extensions']);
  });
});

describe('a key that may do less', () => {
  it('not list themes: reported, blocked, and never taken for none', async () => {
    await scene.reopenTenant({ themeRights: 'no-list' });
    scene.configure({ ...both, prune: true });
    scene.workspace.write({ ...extensionFiles('kpi-card'), ...themeFiles('corporate') });
    const plan = await scene.qlikSync('plan');
    expect([plan.code, plan.stdout]).toEqual([
      4,
      expect.stringContaining('blocked: this key may not list themes'),
    ]);
    const { code } = await scene.qlikSync('apply', '--yes');
    expect(code).toBe(4);
    expect(await scene.tenant.names()).toEqual(['kpi-card']);
    const drift = await scene.qlikSync('drift');
    expect([drift.code, drift.stdout]).toEqual([4, expect.stringContaining('this key may not list themes')]);
    const doctor = await scene.qlikSync('doctor');
    expect([doctor.code, doctor.stdout]).toEqual([4, expect.stringMatching(/themes +this key may not list/)]);
    for (const command of ['pull']) expect((await scene.qlikSync(command)).code).toBe(4);
    const writes = (await takeRequests()).filter((request) => !request.startsWith('GET'));
    expect(writes.filter((request) => request.includes('themes'))).toEqual([]);
  });

  it('not list themes, when no folder holds one any more: reported', async () => {
    await scene.reopenTenant({ themeRights: 'no-list' });
    scene.configure({ ...both, prune: true });
    scene.workspace.write(extensionFiles('kpi-card'));
    await scene.succeed('apply', '--yes');
    for (const command of ['plan', 'drift']) {
      const { stdout, stderr } = await scene.succeed(command);
      expect(stdout + stderr, command).toContain('What the tenant holds of themes is unknown');
    }
    scene.configure({ ...both, prune: true, rules: { 'themes-unlisted': 'error' } });
    expect((await scene.qlikSync('plan')).code).not.toBe(0);
  });

  it('not download: no backup, so nothing is overwritten unless requested', async () => {
    await scene.reopenTenant({ themeRights: 'no-download' });
    scene.configure(both);
    scene.workspace.write(themeFiles('corporate'));
    await scene.succeed('apply', '--yes');
    scene.workspace.write(themeFiles('corporate', 'blue'));
    scene.workspace.remove('.qlik-sync');
    const refused = await scene.qlikSync('apply', '--yes');
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([
      4,
      expect.stringContaining('may not download archives of themes'),
    ]);
    expect((await scene.succeed('doctor')).stdout).toContain('themes       may list them, but not download');
    await scene.succeed('apply', '--yes', '--no-backup');
  });
});

describe('the apps that have a theme', () => {
  const own = { extensions: ['extensions/*', 'themes/*'], impact: 'deletes' };

  async function open(): Promise<ImpactWorld> {
    const engine = { apps: 6, refusals: 'none', extensions: [], themes: [] } as const;
    const world = await openImpactWorld(['corporate'], { engine }, own);
    world.workspace.write({ ...themeFiles('corporate'), ...themeFiles('unloved') });
    expect((await world.run(['apply', '--yes'])).code).toBe(0);
    const [one, two, three] = await world.apps();
    await world.editApp({ id: one!.id, name: 'Sales', theme: 'corporate' });
    await world.editApp({ id: two!.id, theme: 'lost-theme' });
    await world.editApp({ id: three!.id, theme: 'horizon' });
    return world;
  }

  it('are named by impact, also after a run that cached them', async () => {
    const world = await open();
    for (const more of ['fresh', 'remembered']) {
      const used = await world.run(['impact', 'corporate']);
      expect([used.code, used.stdout], more).toEqual([
        0,
        expect.stringMatching(/theme:corporate: 1 app, .*\n {2}Sales.*\n {4}its theme\n/),
      ]);
      expect(used.stdout).toContain('\ncorporate: no visible app uses it');
    }
    const unused = await world.run(['impact', '--unused', 'theme:*']);
    expect(unused.stdout).toContain('Used by no visible app:\n  theme:unloved\n\n');
    const missing = await world.json(['impact', '--missing']);
    expect(missing.extensions).toEqual([expect.objectContaining({ extension: 'theme:lost-theme' })]);
  });

  it('hold up its deletion until their number is accepted', async () => {
    const world = await open();
    world.workspace.remove('themes');
    const { code, stdout } = await world.run(['apply', '--prune', '--allow-empty', '--yes']);
    expect([code, stdout]).toEqual([
      6,
      expect.stringMatching(/theme:corporate +delete +blocked: 1 app, .*Sales/),
    ]);
    expect(stdout).toContain('--accept-impact=1 accepts it');
    expect((await world.tenant.themes.list()).map(({ qextFilename }) => qextFilename)).toEqual(['corporate']);
  });
});

describe('other commands', () => {
  it('pull writes both kinds of one stem beside each other', async () => {
    await deploy();
    scene.workspace.remove('themes');
    scene.workspace.remove('extensions');
    await scene.succeed('pull', '*', '--to', 'vendor', 'theme:*');
    expect(readdirSync(join(scene.workspace.folder, 'vendor')).sort()).toEqual([
      'corporate',
      'corporate-theme',
    ]);
  });

  it('adopt takes over a theme with the content that it has', async () => {
    scene.configure(both);
    scene.workspace.write(themeFiles('corporate', 'green'));
    await editTheme('corporate', 'green');
    await scene.succeed('adopt', 'corporate', '--yes');
    expect(await planned()).toEqual({ 'theme:corporate': 'none' });
  });

  it('an extension whose type becomes theme is a rename to be approved', async () => {
    scene.workspace.write({ ...extensionFiles('look'), 'extensions/look/big.css': 'a{}'.repeat(200) });
    await scene.succeed('apply', '--yes');
    scene.workspace.remove('extensions/look/look.js');
    scene.workspace.write({
      'extensions/look/look.qext': archiveFiles('look')['look.qext']?.replace('visualization', 'theme') ?? '',
      'extensions/look/theme.json': '{}',
    });
    expect(await planned('--prune')).toEqual({ look: 'rename', 'theme:look': 'rename' });
  });
});
