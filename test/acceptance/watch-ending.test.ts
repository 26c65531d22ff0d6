/** The end of watch: what is in flight is finished, or cut off. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { kpiSynced, useWatchScene } from './support/watch-scene.js';

const scene = useWatchScene();

describe('Ctrl-C', () => {
  it('finishes the upload in flight and exits with 130', async () => {
    const { next, interrupt, events } = await scene.watch();
    await next(kpiSynced);
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'stall', stallMs: 60_000 },
    ]);
    await scene.tenant.takeRequests();
    scene.save('kpi', 'two');
    await scene.untilUploading();
    const ended = interrupt();
    await next({ event: 'stopping' });
    await scene.tenant.clearFaults();
    const result = await ended;
    expect(result.code).toBe(130);
    expect(events.at(-1)?.event).toBe('stopped');
    expect(await scene.stored('kpi')).toContain('two');
  });

  it('cuts off what does not end within its grace, and says so', async () => {
    const { next, interrupt, events } = await scene.watchWith({ patience: { graceMs: 250 } });
    await next(kpiSynced);
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'stall', stallMs: 60_000 },
    ]);
    await scene.tenant.takeRequests();
    scene.save('kpi', 'two');
    await scene.untilUploading();
    const result = await interrupt();
    expect(result.code).toBe(130);
    expect(events.map(({ message }) => message)).toContain('Cut off after 0.25 s: kpi.');
    expect(await scene.stored('kpi')).toContain('one');
  });
});

describe('the built watch', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s during an upload: the tenant is whole, the exit code 130; nothing else ended it',
    async (signal) => {
      const cli = join(import.meta.dirname, '../../dist/cli.js');
      const child = spawn(process.execPath, [cli, 'watch', '--json'], {
        cwd: scene.workspace.folder,
        env: { PATH: process.env['PATH'], ...scene.tenant.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines: { event: string; name?: string }[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
      const seen = (event: string, name?: string) =>
        lines.some((line) => line.event === event && line.name === name);
      await expect.poll(() => seen('synced', 'kpi') && seen('synced', 'map')).toBe(true);
      await scene.tenant.addFaults([
        { method: 'PATCH', path: '*', times: 1, when: 'after', kind: 'stall', stallMs: 60_000 },
      ]);
      scene.save('kpi', 'two');
      await expect.poll(() => scene.stored('kpi'), { interval: 5 }).toContain('two');
      const closed = once(child, 'close');
      child.kill(signal);
      await expect.poll(() => seen('stopping')).toBe(true);
      await scene.tenant.clearFaults();
      expect(await closed).toEqual([130, null]);
      expect(lines.at(-1)?.event).toBe('stopped');
      expect(await scene.stored('kpi')).toContain('two');
    },
  );
});
