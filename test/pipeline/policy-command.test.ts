/** A policy that does not behave: nothing is let pass, nothing hangs, its words stay words. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askPolicy } from '../../src/pipeline/policy-command.js';
import { catchUserError } from '../config/workspace.js';
import { isGone } from '../preview/processes.js';

const node = process.execPath;
const plan = `{"changes":"${'x'.repeat(10 * 2 ** 20)}"}`;

function ask(code: string, options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}) {
  const signal = options.signal ?? new AbortController().signal;
  const env = { OPA_TOKEN: 'hunter22' };
  const base = { command: [node, '-e', code], variables: ['OPA_TOKEN'], cwd: import.meta.dirname, env };
  const hook = { ...base, ...options, signal };
  return askPolicy(plan, hook);
}

describe('a policy command', () => {
  it.each([
    ['reads all of a large plan', 'process.stdin.on("data", () => {}).on("end", () => process.exit(0))'],
    ['reads nothing of it', 'process.exit(0)'],
    ['closes its end early', 'process.stdin.destroy(); setTimeout(() => process.exit(0), 50)'],
  ])('that %s lets it pass by ending with 0', async (_, code) => {
    expect(await ask(code)).toBeUndefined();
  });

  it('that leaves a program behind which holds its pipes lets it pass by ending with 0', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-policy-'));
    const file = JSON.stringify(join(folder, 'pid'));
    const left = 'spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "inherit" })';
    const note = `require("fs").writeFileSync(${file}, String(left.pid))`;
    const spawning = `const left = require("child_process").${left}; ${note}`;
    expect(await ask(`${spawning}; process.exit(0)`)).toBeUndefined();
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(isGone(pid)).toBe(false);
    process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('refuses with its words, on one line and no longer than people read', async () => {
    const code = 'console.log("no\\n  deletes"); console.error("today"); process.exit(3)';
    expect(await ask(code)).toEqual({
      rail: 'policy',
      message: `The policy (${node}) refuses this plan: no; deletes; today`,
      hint: 'It ended with 3; "policy" in the config names the command.',
    });
    const flood = await ask('process.stdout.write("y".repeat(2e6), () => process.exit(1))');
    expect(flood?.message.length).toBeLessThan(5000);
  });

  it('does not tell what the config gave it from variables, nor a key', async () => {
    const code =
      'console.error("> Authorization: Bearer hunter22"); console.log("eyJa.b.c"); process.exit(1)';
    expect((await ask(code))?.message).toMatch(/plan: <API key>; > Authorization: Bearer \$\{OPA_TOKEN\}$/);
  });

  it.each([
    [
      'cannot decide in time, whatever it does about it',
      'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6)',
    ],
    ['is ended by a signal', 'process.kill(process.pid, "SIGKILL")'],
  ])('that %s lets nothing pass', async (_, code) => {
    const error = await catchUserError(() => ask(code, { timeoutMs: 1000 }));
    expect(error.message).toMatch(/could not decide: it (?:did not end within 1 s|was killed by SIGKILL)\./);
    expect(error.exitCode).toBe(3);
  });

  it('ends with the run', async () => {
    const interrupt = new AbortController();
    const asking = ask('setInterval(() => {}, 1e6)', { signal: interrupt.signal });
    interrupt.abort(new Error('interrupted'));
    await expect(asking).rejects.toThrow('interrupted');
  });
});
