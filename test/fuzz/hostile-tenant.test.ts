/** The command line against a tenant that answers nonsense: an exit code, words for people, and no write. */

import { describe, expect, it } from 'vitest';
import { runInProcess } from '../acceptance/support/in-process.js';
import { inLanes } from '../acceptance/support/lanes.js';
import { createWorkspace, extensionFiles, type Workspace } from '../acceptance/support/workspace.js';
import { replayCommand, seedOf } from '../replay.js';
import { record } from './corpus.js';
import { type HostileTenant, httpBytes, openHostileTenant } from './hostile-tenant.js';
import { mutate } from './mutate.js';
import { createRandom, type Random } from './random.js';

const file = 'test/fuzz/hostile-tenant.test.ts';
const runs = 2_000;
/** Long enough to be recognised wherever it turns up. */
const key = 'canary-key-3f9c2b7a5d1e';

const list = {
  data: [record, { ...record, id: 'id2', qextFilename: 'b', tags: ['qlik-sync:acme'], file: null }],
};
const bodies = [
  ...[list, { data: [] }, { data: [record], links: { next: { href: '/api/v1/extensions?page=2' } } }],
  ...[
    record,
    { title: 'No', status: 400, meta: { message: 'no' } },
    { errors: [{ code: 'X', title: 'No' }] },
  ],
].map((body) => Buffer.from(JSON.stringify(body)));

/** Statuses that are waited out or asked again would only take time. */
const statuses = [200, 200, 200, 200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 500];

interface Case {
  readonly bytes: Buffer;
  /** Absent where the status alone forbids to act on it. */
  readonly body: Buffer | undefined;
  readonly args: readonly string[];
}

function makeCase(random: Random): Case {
  const body = mutate(random.oneOf(bodies), bodies, random);
  const status = random.oneOf(statuses);
  const sound = httpBytes({ status, headers: { 'content-type': 'application/json' }, body });
  const bytes = random.once(8) ? mutate(sound, bodies, random) : sound;
  const apply = ['apply', '--yes', '--prune', '--on-drift', 'overwrite', '--allow-empty', '--no-backup'];
  return {
    bytes,
    body: status >= 300 ? undefined : bytes.subarray(bytes.indexOf('\r\n\r\n') + 4),
    args: [...random.oneOf([['plan'], ['plan', '--json'], apply, [...apply, '--json']]), '-v', '--no-cache'],
  };
}

/** Whether the body is a whole list in the form that Qlik documents: only from such a one anything may follow. */
function isWholeList(body: Buffer | undefined): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const data = typeof value === 'object' && value !== null && 'data' in value ? value.data : undefined;
    if (!Array.isArray(data)) return false;
    return data.every((entry: unknown) => typeof (entry as { id?: unknown } | null)?.id === 'string');
  } catch {
    return false;
  }
}

interface Lane {
  readonly workspace: Workspace;
  readonly tenant: HostileTenant;
}

async function openLane(): Promise<Lane> {
  const workspace = createWorkspace();
  const config = { project: 'acme', extensions: ['extensions/*'], maxDeletes: 99, maxDeletePercent: 100 };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
  workspace.write({ ...extensionFiles('kpi'), ...extensionFiles('new') });
  return { workspace, tenant: await openHostileTenant() };
}

async function check({ bytes, body, args }: Case, { workspace, tenant }: Lane): Promise<void> {
  tenant.answerWith(() => bytes);
  const env = { QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: key };
  const { code, stdout, stderr } = await runInProcess(args, { cwd: workspace.folder, env });
  const said = stdout + stderr;
  expect(said).not.toMatch(/This is a bug|\n\s+at .*:\d+/);
  expect(said).not.toContain(key);
  expect(said).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
  expect([0, 4, 5, 6, 7]).toContain(code);
  const writes = tenant.asked().filter(({ method }) => method !== 'GET');
  if (args[0] === 'plan' || !isWholeList(body)) expect(writes).toEqual([]);
}

describe('a hostile tenant', () => {
  it(`gets no write for ${runs} answers that are no list, and breaks nothing`, async () => {
    const seed = seedOf('TENANT');
    const { TENANT_INPUT: only } = process.env;
    const inputs = only === undefined ? Array.from({ length: runs }, (_, index) => index) : [Number(only)];
    const work = async (input: number, lane: Lane): Promise<void> => {
      const item = makeCase(createRandom(seed, input));
      await check(item, lane).catch((cause: unknown) => {
        const replay = `TENANT_INPUT=${input} ${replayCommand('TENANT', file, seed)}`;
        const test = `answered with Buffer.from('${item.bytes.toString('base64')}', 'base64') to ${item.args.join(' ')}`;
        throw new Error(`${cause instanceof Error ? cause.message : cause}\nReplay: ${replay}\n${test}`, {
          cause,
        });
      });
    };
    const close = async ({ workspace, tenant }: Lane): Promise<void> => {
      await tenant.close();
      workspace.dispose();
    };
    await inLanes(inputs, openLane, work, { lanes: 24, close });
  });
});
