/** Laws 1, 3, 4 and 5 over generated worlds, through the real pipeline and the sandbox. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveName } from '../../src/core/marker.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/start.js';
import { pack } from '../../src/source/pack.js';
import { readDesired } from '../../src/source/read.js';
import { apiKeyAuth } from '../../src/tenant/auth.js';
import { createExtensionsClient, type ExtensionsClient } from '../../src/tenant/extensions.js';
import { openTenant, type TenantHttp } from '../../src/tenant/http.js';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { runInProcess } from './in-process.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';

const project = 'acme';
const ours = `qlik-sync:${project}`;
const names = ['alpha', 'bravo', 'charlie', 'delta', 'echo'] as const;
type Name = (typeof names)[number];

type Local = 'absent' | 'one' | 'two' | 'supernova';
type Remote =
  | 'absent'
  | 'owned-one'
  | 'owned-two'
  | 'owned-supernova'
  | 'drifted'
  | 'unmarked'
  | 'disowned'
  | 'unmanaged'
  | 'foreign'
  | 'two-owners';

interface World {
  readonly locals: readonly Local[];
  readonly remotes: readonly Remote[];
  readonly prune: boolean;
  readonly onDrift: 'stop' | 'overwrite' | 'skip';
  readonly adopt: readonly Name[];
  readonly takeOwnership: readonly Name[];
  readonly allowReplace: readonly Name[];
  readonly tags: readonly string[];
}

const locals: readonly Local[] = ['absent', 'one', 'two', 'supernova'];
const remotes: readonly Remote[] = [
  'absent',
  'owned-one',
  'owned-two',
  'owned-supernova',
  'drifted',
  'unmarked',
  'disowned',
  'unmanaged',
  'foreign',
  'two-owners',
];

const someNames = fc.subarray([...names]);
const worlds: fc.Arbitrary<World> = fc.record({
  locals: fc.array(fc.constantFrom(...locals), { minLength: names.length, maxLength: names.length }),
  remotes: fc.array(fc.constantFrom(...remotes), { minLength: names.length, maxLength: names.length }),
  prune: fc.boolean(),
  onDrift: fc.constantFrom('stop', 'overwrite', 'skip'),
  adopt: someNames,
  takeOwnership: someNames,
  allowReplace: someNames,
  tags: fc.subarray(['finance', 'beta']),
});

const contents = {
  one: { code: 'one' },
  two: { code: 'two', version: '2.0.0' },
  supernova: { code: 'nova', supernova: true },
} as const;

let workspace: Workspace;
let archives: Map<string, { readonly bytes: Buffer; readonly name: string }>;

beforeAll(async () => {
  workspace = createWorkspace();
  archives = await packAll();
});
afterAll(() => workspace.dispose());

/** Every content under every name, packed once. */
async function packAll(): Promise<typeof archives> {
  const store = createWorkspace();
  const packed = new Map<string, { bytes: Buffer; name: string }>();
  for (const content of ['one', 'two', 'supernova'] as const) {
    for (const name of names)
      store.write(extensionFiles(name, { ...contents[content], folder: `${content}/${name}` }));
    const options = {
      root: store.folder,
      cwd: store.folder,
      extensions: [`${content}/*`],
      ignore: [],
      index: 'off',
    } as const;
    const { state } = await readDesired(options);
    for (const extension of state.extensions) {
      const { bytes, md5 } = await pack(extension);
      packed.set(`${extension.name} ${content}`, {
        bytes: Buffer.from(bytes),
        name: archiveName(extension.digest, md5),
      });
    }
  }
  store.dispose();
  return packed;
}

async function upload(client: ExtensionsClient, name: Name, remote: Remote): Promise<void> {
  const archive = (content: keyof typeof contents) => {
    const found = archives.get(`${name} ${content}`);
    if (found === undefined) throw new Error(`no archive of ${name}`);
    return found;
  };
  const byHand = (content: keyof typeof contents) => ({ ...archive(content), name: `${name}.zip` });
  const put = async (file: { bytes: Buffer; name: string }, tags: readonly string[]): Promise<void> => {
    await client.create({ file, data: { tags } });
  };
  switch (remote) {
    case 'absent':
      return;
    case 'owned-one':
      return put(archive('one'), ['team', ours]);
    case 'owned-two':
      return put(archive('two'), [ours]);
    case 'owned-supernova':
      return put(archive('supernova'), [ours]);
    case 'drifted':
      return put({ ...archive('two'), name: archive('one').name }, [ours]);
    case 'unmarked':
      return put(byHand('one'), [ours]);
    case 'disowned':
      return put(archive('one'), []);
    case 'unmanaged':
      return put(byHand('one'), ['team']);
    case 'foreign':
      return put(archive('one'), ['qlik-sync:others']);
    case 'two-owners':
      return put(archive('one'), [ours, 'qlik-sync:others']);
  }
}

function writeFolders({ locals: wanted, tags }: World): void {
  workspace.remove('extensions');
  names.forEach((name, index) => {
    const local = wanted[index] ?? 'absent';
    if (local !== 'absent') workspace.write(extensionFiles(name, contents[local]));
  });
  const config = { project, extensions: ['extensions/*'], tags, maxDeletes: 99, maxDeletePercent: 100 };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
}

function flags(world: World): readonly string[] {
  const known = names.filter(
    (_name, index) => world.locals[index] !== 'absent' || world.remotes[index] !== 'absent',
  );
  const named = (flag: string, chosen: readonly string[]): string[] =>
    chosen.filter((name) => known.includes(name as Name)).flatMap((name) => [flag, name]);
  return [
    ...(world.prune ? ['--prune'] : []),
    ...['--on-drift', world.onDrift, '--allow-empty'],
    ...named('--adopt', world.adopt),
    ...named('--take-ownership', world.takeOwnership),
    ...named('--allow-replace', world.allowReplace),
  ];
}

interface Tenant {
  readonly sandbox: RunningSandbox;
  readonly http: TenantHttp;
  readonly client: ExtensionsClient;
}

async function openWorld(world: World): Promise<Tenant> {
  writeFolders(world);
  const sandbox = await startSandbox({ rate: { tier1: 1e6, tier2: 1e6 } });
  const http = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.apiKey) });
  const client = createExtensionsClient(http);
  for (const [index, name] of names.entries()) await upload(client, name, world.remotes[index] ?? 'absent');
  return { sandbox, http, client };
}

async function inWorld(world: World, check: (tenant: Tenant) => Promise<void>): Promise<void> {
  const tenant = await openWorld(world);
  try {
    await check(tenant);
  } finally {
    await tenant.http.close();
    await tenant.sandbox.close();
  }
}

function qlikSync({ sandbox }: Tenant, args: readonly string[]): Promise<Result> {
  const env = { QLIK_TENANT_URL: sandbox.url, QLIK_API_KEY: sandbox.apiKey };
  return runInProcess(args, { cwd: workspace.folder, env });
}

async function takeRequests({
  sandbox,
}: Tenant): Promise<readonly { readonly method: string; readonly path: string }[]> {
  const headers = { authorization: `Bearer ${sandbox.apiKey}` };
  const answer = await fetch(`${sandbox.url}/__sandbox/requests`, { headers });
  const log = (await answer.json()) as readonly { method: string; path: string }[];
  await fetch(`${sandbox.url}/__sandbox/requests`, { method: 'DELETE', headers });
  return log;
}

function isOurs(record: ExtensionRecord): boolean {
  const owners = (record.tags ?? []).filter((tag) => tag.startsWith('qlik-sync:'));
  return owners.length === 1 && owners[0] === ours;
}

/** Every file below the folder but our own index, by content. */
function snapshot(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile() && !path.startsWith('.qlik-sync/'))
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex')}`,
    )
    .sort();
}

const runs = { numRuns: 60 };

describe('laws over generated worlds', () => {
  it('1 idempotent: an apply after a successful one makes one list request and no write', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, (world) =>
        inWorld(world, async (tenant) => {
          const first = await qlikSync(tenant, ['apply', '--yes', ...flags(world)]);
          expect([0, 6, 7]).toContain(first.code);
          await takeRequests(tenant);
          const second = await qlikSync(tenant, [
            'apply',
            '--yes',
            ...flags({ ...world, adopt: [], takeOwnership: [], allowReplace: [] }),
          ]);
          const requests = await takeRequests(tenant);
          expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
          expect(second.code).toBe(first.code);
          // What is still drifted has to be downloaded to be known; everything else costs the list alone.
          const drifted = first.stdout.includes('changed on the tenant on') && world.onDrift !== 'overwrite';
          if (!drifted) expect(requests.map(({ path }) => path)).toEqual(['/api/v1/extensions']);
        }),
      ),
      runs,
    );
  });

  it('3 hands off: what is not ours is the same afterwards, unless approved by name', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, (world) =>
        inWorld(world, async (tenant) => {
          const before = await tenant.client.list();
          await qlikSync(tenant, ['apply', '--yes', ...flags(world)]);
          const after = new Map((await tenant.client.list()).map((record) => [record.id, record]));
          const approved = new Set<string>([...world.adopt, ...world.takeOwnership]);
          for (const record of before) {
            if (isOurs(record) || approved.has(record.qextFilename ?? '')) continue;
            expect(after.get(record.id)).toEqual(record);
          }
        }),
      ),
      runs,
    );
  });

  it('4 complete: every name has one change; with prune nothing owned is undesired afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, (world) =>
        inWorld(world, async (tenant) => {
          const planned = await qlikSync(tenant, ['plan', '--json', ...flags(world)]);
          const changes: readonly { readonly name: string }[] = JSON.parse(planned.stdout).changes;
          const known = names.filter(
            (_name, index) => world.locals[index] !== 'absent' || world.remotes[index] !== 'absent',
          );
          expect(changes.map(({ name }) => name)).toEqual(known);
          const applied = await qlikSync(tenant, ['apply', '--yes', ...flags(world)]);
          if (!world.prune || applied.code !== 0) return;
          const owned = (await tenant.client.list()).filter(isOurs).map(({ qextFilename }) => qextFilename);
          const desired = names.filter((_name, index) => world.locals[index] !== 'absent');
          expect(owned.sort()).toEqual([...desired].sort());
        }),
      ),
      runs,
    );
  });

  it('5 pure: planning writes nothing, anywhere but the index', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, (world) =>
        inWorld(world, async (tenant) => {
          const [records, files] = [await tenant.client.list(), snapshot(workspace.folder)];
          await takeRequests(tenant);
          const { code } = await qlikSync(tenant, ['plan', ...flags(world)]);
          expect(code).toBe(0);
          expect((await takeRequests(tenant)).filter(({ method }) => method !== 'GET')).toEqual([]);
          expect(await tenant.client.list()).toEqual(records);
          expect(snapshot(workspace.folder)).toEqual(files);
        }),
      ),
      runs,
    );
  });
});
