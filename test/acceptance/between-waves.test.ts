/** What has to pass between two waves: time (`--soak`) and a program (`--gate`); and what is refused before any. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from './support/documents.js';
import { type Fleet, type Machine, openFleet } from './support/fleet.js';
import { extensionFiles } from './support/workspace.js';

let fleet: Fleet;
let here: Machine;
let release = 0;
beforeAll(async () => {
  fleet = await openFleet(['t0', 't1', 't2']);
});
afterAll(() => fleet.close());

/** With a release that no tenant has yet. */
async function apply(
  args: readonly string[],
  options: Parameters<Machine['run']>[1] = {},
): Promise<ReturnType<Machine['run']>> {
  release += 1;
  fleet.workspace.write(extensionFiles('a', { code: `${release}`, version: `${release}.0.0` }));
  here = fleet.elsewhere();
  return here.run(['apply', '--env', 'all', '--yes', '--json', ...args], options);
}

const node = (code: string): string => `'${process.execPath}' -e "${code}"`;

describe('between two waves', () => {
  it('the soak passes once, and the time that has passed counts when the run is resumed', async () => {
    const rested: number[] = [];
    const rest = async (ms: number): Promise<void> => void rested.push(ms);
    const waves = ['--waves', 't0/t1/rest', '--soak', '30m'];
    const result = await apply(waves, { patience: { rest } });
    expect(readDocument('environments', result, 'apply')).toMatchObject({ exitCode: 0, notAttempted: [] });
    expect(rested).toEqual([1_800_000, 1_800_000]);
    expect(result.stderr).toContain('Soaking for 30m, then wave 2 of 3.\n');
    const stop = new AbortController();
    const stopped = await apply(waves, {
      interrupted: stop.signal,
      patience: { rest: async () => stop.abort(new Error('interrupted')) },
    });
    expect(readDocument('environments', stopped, 'apply')).toMatchObject({
      ...{ exitCode: 130, notAttempted: ['t1', 't2'] },
      stopped: { after: 1, message: 'Interrupted.' },
    });
    const again = await here.run(['apply', '--resume', 'last', '--yes'], { patience: { rest } });
    expect(again.code).toBe(0);
    expect(rested[2]).toBeGreaterThan(1_000_000);
    expect(rested[2]).toBeLessThanOrEqual(1_800_000);
    expect(rested).toHaveLength(4);
    const file = join(here.folder, 'qlik-sync.config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    delete config.environments.t2;
    writeFileSync(file, JSON.stringify(config));
    const gone = await here.run(['apply', '--resume', 'last', '--yes']);
    expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining('has no t2 any more')]);
  });

  it.each<readonly [string, string, number, string]>([
    ['refuses', node('console.log(1 + 1); process.exit(3)'), 6, 'ended with 3: 2'],
    ['is not there', './no-such-gate', 3, 'could not decide: it was not found'],
    ['dies', node("process.kill(process.pid, 'SIGKILL')"), 3, 'was killed by SIGKILL'],
    ['ends without reading', node('process.exit(0)'), 0, ''],
  ])('a gate that %s', async (_row, gate, code, message) => {
    const result = await apply(['--waves', 't0/rest', '--gate', gate]);
    const document = readDocument('environments', result, 'apply');
    expect([result.code, [...(document['notAttempted'] as string[])].sort()]).toEqual([
      code,
      code === 0 ? [] : ['t1', 't2'],
    ]);
    if (code !== 0) expect(document['stopped']).toMatchObject({ message: expect.stringContaining(message) });
  });

  it.each<readonly [readonly string[], string]>([
    [['--soak', '30m'], '--soak is for --waves'],
    [['--max-failed', '1'], '--max-failed is for --waves'],
    [['--gate', './x'], '--gate is for --waves'],
    [['--on-wave-failure', 'stop'], '--on-wave-failure is for --waves'],
    [['--waves', 't0/rest', '--shard', '1/2'], '--shard cannot be combined with --waves'],
    [['--waves', 't0/t1'], 'leaves 1 environment in no wave: t2'],
    [['--waves', 't0/nobody/rest'], 'no environment "nobody"'],
    [['--waves', 't0/rest', '--gate', 'a | b'], 'without a shell'],
    [['--waves', 't0/rest', '--max-failed', 'few'], 'It takes a number or a share'],
    [['--resume', 'last'], 'No run of apply with --waves is recorded on this machine'],
    [['--resume', '20260101T000000Z-abcd'], 'No run 20260101T000000Z-abcd with --waves'],
    [['--resume', '../../etc'], 'No run ../../etc with --waves'],
    [['--waves', 't0/rest', '--expect', `sha256:${'a'.repeat(64)}`], '--expect is for one tenant'],
  ])('%j is refused before anything is written', async (args, message) => {
    const { code, stderr } = await apply(args);
    expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
    for (const name of ['t0', 't1', 't2']) {
      const records = await fleet.tenant(name).client.list();
      expect(records.map(({ qextVersion }) => qextVersion)).not.toContain(`${release}.0.0`);
    }
  });
});
